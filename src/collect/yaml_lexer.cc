#include "collect/yaml_lexer.h"

#include <cstring>
#include <string_view>

#include "collect/lexer_text.h"

namespace unentropy {

namespace {

// Calls `read` for each line without its end.
template <typename Read>
void for_each_line(const char* p, const char* end, LineCounter& lines, const Read& read) {
  while (p < end) {
    const auto* feed = static_cast<const char*>(std::memchr(p, '\n', static_cast<std::size_t>(end - p)));
    const char* line_end = feed != nullptr ? feed : end;
    const auto* carriage = static_cast<const char*>(std::memchr(p, '\r', static_cast<std::size_t>(line_end - p)));
    if (carriage != nullptr) line_end = carriage;
    read(p, line_end);
    if (line_end == end) return;
    lines.end_line();
    p = line_end + 1;
    if (*line_end == '\r' && p < end && *p == '\n') ++p;
  }
}

const char* skip_blanks(const char* p, const char* end) {
  while (p < end && is_blank(*p)) ++p;
  return p;
}

// Whether `|` or `>` at `p` is the header of a block scalar.
bool is_block_header(const char* p, const char* end) {
  ++p;
  while (p < end && (is_digit(*p) || *p == '+' || *p == '-')) ++p;
  const char* const rest = skip_blanks(p, end);
  return rest == end || (*rest == '#' && rest > p);
}

}  // namespace

void feed_plain(const char* text, std::size_t size, LineCounter& lines) {
  for_each_line(text, text + size, lines, [&](const char* begin, const char* end) {
    if (skip_blanks(begin, end) < end) lines.see_code();
  });
}

void YamlLexer::feed(const char* text, std::size_t size, LineCounter& lines) {
  for_each_line(text, text + size, lines, [&](const char* begin, const char* end) { read_line(begin, end, lines); });
}

void YamlLexer::read_line(const char* begin, const char* end, LineCounter& lines) {
  const char* const first = skip_blanks(begin, end);
  if (first == end) return;
  if (quote_ != 0) {
    lines.see_code();
    const char* const rest = skip_quoted(begin, end);
    if (quote_ == 0) scan(begin, rest, end);
    return;
  }
  if (in_block_ && is_in_block_scalar(first - begin)) return lines.see_code();
  if (*first == '#') return lines.see_comment();
  lines.see_code();
  scan(begin, first, end);
}

bool YamlLexer::is_in_block_scalar(std::ptrdiff_t indent) {
  if (block_indent_ < 0 && indent > block_parent_) block_indent_ = indent;
  in_block_ = block_indent_ >= 0 && indent >= block_indent_;
  return in_block_;
}

// Behind the closing quote, or the end of the line with the quote still open.
const char* YamlLexer::skip_quoted(const char* p, const char* end) {
  while (p < end) {
    if (quote_ == '"' && *p == '\\') {
      p += 2;
    } else if (*p == quote_) {
      if (quote_ == '"' || p + 1 == end || p[1] != '\'') {
        quote_ = 0;
        return p + 1;
      }
      p += 2;
    } else {
      ++p;
    }
  }
  return end;
}

// Looks for what reaches beyond the line: quotes, brackets, block scalars.
void YamlLexer::scan(const char* begin, const char* p, const char* end) {
  bool value_may_start = quote_ == 0 && skip_blanks(begin, end) == p;
  std::ptrdiff_t parent = p - begin;
  while (p < end) {
    const char c = *p;
    const bool ends_word = p + 1 == end || is_blank(p[1]);
    if (c == '#' && (p == begin || is_blank(p[-1]))) return;
    if (is_blank(c)) {
      ++p;
      continue;
    }
    if (value_may_start && (c == '"' || c == '\'')) {
      quote_ = c;
      p = skip_quoted(p + 1, end);
      value_may_start = false;
      continue;
    }
    if (value_may_start && (c == '|' || c == '>') && flow_depth_ == 0 && is_block_header(p, end)) {
      in_block_ = true;
      block_parent_ = parent;
      block_indent_ = -1;
      return;
    }
    if (value_may_start && (c == '!' || c == '&')) {
      while (p < end && !is_blank(*p)) ++p;
      continue;
    }
    if (value_may_start && (c == '-' || c == '?') && ends_word) {
      // The entry of a list; a mapping in it is indented by where its key stands.
      const char* const next = skip_blanks(p + 1, end);
      parent = next < end && *next != '|' && *next != '>' ? next - begin : p - begin;
      ++p;
      continue;
    }
    if ((c == '[' || c == '{') && (value_may_start || flow_depth_ > 0)) {
      ++flow_depth_;
      value_may_start = true;
    } else if ((c == ']' || c == '}') && flow_depth_ > 0) {
      --flow_depth_;
      value_may_start = false;
    } else {
      value_may_start = (c == ':' && (ends_word || flow_depth_ > 0)) || (c == ',' && flow_depth_ > 0);
    }
    ++p;
  }
}

}  // namespace unentropy
