// Strings whose form depends on what stands in front of the quote.
#include <algorithm>
#include <cstring>
#include <string>

#include "collect/lexer.h"
#include "collect/lexer_text.h"

namespace unentropy {

namespace {

bool contains(std::string_view text, char c) { return text.find(c) != std::string_view::npos; }

std::size_t count_repeats(const char* text, char c) {
  std::size_t count = 0;
  while (text[count] == c) ++count;
  return count;
}

std::size_t count_repeats_before(const char* begin, const char* end, char c) {
  const char* q = end;
  while (q > begin && q[-1] == c) --q;
  return static_cast<std::size_t>(end - q);
}

}  // namespace

// A string without escapes that may span lines.
bool Lexer::open_raw(std::string_view close, std::size_t opener_size) {
  OpenString string;
  if (!string.close.assign(close)) return false;
  begin_string(string, opener_size);
  return true;
}

bool Lexer::open_cpp_raw_string() {
  if (p_[-1] != 'R') return false;
  const std::string_view prefix = word_in_front();
  if (prefix != "R" && prefix != "LR" && prefix != "uR" && prefix != "UR" && prefix != "u8R") return false;
  constexpr std::size_t kLongestDelimiter = 16;
  std::size_t size = 0;
  while (size <= kLongestDelimiter && !contains(" ()\\\t\v\f\n\r\"", p_[1 + size])) ++size;
  if (p_[1 + size] != '(') return false;
  return open_raw(")" + std::string(p_ + 1, size) + "\"", size + 2);
}

bool Lexer::open_rust_raw_string() {
  const std::size_t hashes = count_repeats_before(begin_, p_, '#');
  const std::string_view prefix = word_before(begin_, p_ - hashes);
  if (prefix != "r" && prefix != "br" && prefix != "cr") return false;
  return open_raw("\"" + std::string(hashes, '#'), 1);
}

bool Lexer::open_hash_raw_string() {
  const std::size_t hashes = count_repeats_before(begin_, p_, '#');
  if (hashes == 0) return false;
  const std::size_t quotes = matches("\"\"\"") ? 3 : 1;
  return open_raw(std::string(quotes, '"') + std::string(hashes, '#'), quotes);
}

bool Lexer::open_csharp_string() {
  const char* q = p_;
  bool is_verbatim = false;
  bool is_interpolated = false;
  for (; q > begin_ && (q[-1] == '@' || q[-1] == '$'); --q) {
    is_verbatim = is_verbatim || q[-1] == '@';
    is_interpolated = is_interpolated || q[-1] == '$';
  }
  const std::size_t quotes = count_repeats(p_, '"');
  if (quotes >= 3 && !is_verbatim) return open_raw(std::string(quotes, '"'), quotes);
  if (!is_verbatim && !is_interpolated) return false;
  OpenString string;
  string.close.assign("\"");
  string.escape = is_verbatim ? Escape::doubled : Escape::backslash;
  string.interpolation = is_interpolated ? Interpolation::brace : Interpolation::none;
  string.spans_lines = is_verbatim;
  begin_string(string, 1);
  return true;
}

bool Lexer::open_raw_string_behind_r() {
  if (word_in_front() != "r") return false;
  const std::size_t quotes = p_[1] == *p_ && p_[2] == *p_ ? 3 : 1;
  return open_raw(std::string(quotes, *p_), quotes);
}

bool Lexer::open_raw_string_behind_word() {
  if (!is_word(p_[-1]) || (p_[1] == '"' && p_[2] == '"')) return false;
  OpenString string;
  string.close.assign("\"");
  string.escape = Escape::doubled;
  string.spans_lines = false;
  begin_string(string, 1);
  return true;
}

bool Lexer::open_r_raw_string() {
  const std::string_view prefix = word_in_front();
  if (prefix != "r" && prefix != "R") return false;
  const std::size_t dashes = count_repeats(p_ + 1, '-');
  const char open = p_[1 + dashes];
  if (!contains("([{", open)) return false;
  return open_raw(closing(open) + std::string(dashes, '-') + *p_, dashes + 2);
}

// Triple quotes; the simple ones are in the table. In the place of a statement they may be a comment.
bool Lexer::open_python_string() {
  if (p_[1] != *p_ || p_[2] != *p_) return false;
  const std::string_view word = word_in_front();
  const bool is_prefix = word.size() <= 2 && word.find_first_not_of("rRbBuUfFtT") == std::string_view::npos;
  char* const quotes = p_;
  p_ -= is_prefix ? word.size() : 0;
  const bool begins_line = at_line_start();
  const char* const last = last_code();
  const bool is_joined = begins_line && last != nullptr && *last == '\\';
  const bool behind_colon = !begins_line && last != nullptr && *last == ':';
  p_ = quotes;
  OpenString string;
  string.close.assign({p_, 3});
  string.escape = Escape::backslash;
  string.is_docstring = brackets_ == 0 && !is_joined && (begins_line || behind_colon);
  if (string.is_docstring) {
    if (begins_line) lines_->take_back_code();
    lines_->see_undecided();
  }
  begin_string(string, 3);
  return true;
}

// Lua's and CMake's [[…]] and [==[…]==], which are comments behind a comment's marker.
bool Lexer::open_long_bracket() {
  const std::size_t marker = *p_ == '[' ? 0 : *p_ == '-' ? 2 : 1;
  if (marker == 2 && p_[1] != '-') return false;
  char* const open = p_ + marker;
  if (*open != '[') return false;
  const std::size_t level = count_repeats(open + 1, '=');
  if (open[1 + level] != '[') return false;
  const std::string close = "]" + std::string(level, '=') + "]";
  if (marker == 0) return open_raw(close, level + 2);
  if (!comment_close_.assign(close)) return false;
  remember_comment(p_, p_);
  lines_->see_comment();
  p_ = open + level + 2;
  comment_depth_ = 1;
  string_table_.fill(0);
  for (const char c : {'\n', '\r', ']'}) string_table_[static_cast<unsigned char>(c)] = 1;
  mode_ = Mode::comment;
  return true;
}

// OCaml's {|…|} and {id|…|id}.
bool Lexer::open_brace_quote() {
  std::size_t size = 0;
  while ((p_[1 + size] >= 'a' && p_[1 + size] <= 'z') || p_[1 + size] == '_') ++size;
  if (p_[1 + size] != '|') return false;
  return open_raw("|" + std::string(p_ + 1, size) + "}", size + 2);
}

}  // namespace unentropy
