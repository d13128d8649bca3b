#include "collect/lexer_text.h"

#include <array>

namespace unentropy {

namespace {

constexpr std::size_t kLongestWord = 32;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

constexpr std::array<std::string_view, 14> kDirectives = {"define", "elif",   "else",  "endif",  "error",
                                                          "ident",  "if",     "ifdef", "ifndef", "include",
                                                          "line",   "pragma", "undef", "warning"};

}  // namespace

bool matches_word(const char* text, std::string_view word) {
  for (std::size_t i = 0; i < word.size(); ++i) {
    if (lower(text[i]) != lower(word[i])) return false;
  }
  return !is_word(text[word.size()]);
}

bool is_directive(const char* text) {
  while (is_blank(*text)) ++text;
  const char* end = text;
  while (is_letter(*end)) ++end;
  const std::string_view word(text, static_cast<std::size_t>(end - text));
  for (const std::string_view directive : kDirectives) {
    if (directive == word) return true;
  }
  return false;
}

bool closes_as_character(const char* text) {
  if (is_line_end(text[1])) return false;
  if (text[1] == '\\') {
    if (is_line_end(text[2])) return false;
    // The longest escapes: '\u{10FFFF}', '\U0010FFFF', '\DEL', '\NUL'.
    for (const char* q = text + 3; q < text + 14 && !is_line_end(*q); ++q) {
      if (*q == '\'') return true;
    }
    return false;
  }
  const char* q = text + 2;
  while ((static_cast<unsigned char>(*q) & 0xC0U) == 0x80U) ++q;
  return *q == '\'' && text[1] != '\'';
}

const char* word_start(const char* begin, const char* end) {
  const char* q = end;
  while (q > begin && is_word(q[-1]) && static_cast<std::size_t>(end - q) <= kLongestWord) --q;
  return q;
}

std::string_view word_before(const char* begin, const char* end) {
  const char* const start = word_start(begin, end);
  const auto size = static_cast<std::size_t>(end - start);
  return size > kLongestWord ? std::string_view() : std::string_view(start, size);
}

}  // namespace unentropy
