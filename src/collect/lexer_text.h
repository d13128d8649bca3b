// Characters and words, as the lexer looks at them. Text may be read up to the line end behind it.
#pragma once

#include <string_view>

namespace unentropy {

constexpr bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\v' || c == '\f'; }
constexpr bool is_line_end(char c) { return c == '\n' || c == '\r'; }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
// Bytes of other scripts are parts of words.
constexpr bool is_word(char c) { return is_letter(c) || is_digit(c) || c == '_' || static_cast<signed char>(c) < 0; }
constexpr bool is_operator(char c) {
  return std::string_view("!#$%&*+./<=>?@\\^|~:").find(c) != std::string_view::npos;
}

// The closing bracket of an opening one, else the character itself.
constexpr char closing(char open) {
  switch (open) {
    case '(':
      return ')';
    case '[':
      return ']';
    case '{':
      return '}';
    case '<':
      return '>';
    default:
      return open;
  }
}

// Whether `word` stands at `text`, whatever its case, and ends there.
bool matches_word(const char* text, std::string_view word);

// Whether a directive of the C preprocessor follows.
bool is_directive(const char* text);

// Whether the quote at `text` is closed behind one character or one escape.
bool closes_as_character(const char* text);

// The first character of the word that ends in front of `end`, at least `begin`; looks back 32 characters at most.
const char* word_start(const char* begin, const char* end);

// The word that ends in front of `end`; empty if there is none or it is longer than 32 characters.
std::string_view word_before(const char* begin, const char* end);

}  // namespace unentropy
