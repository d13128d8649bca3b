#include "config/source_text.h"

#include <algorithm>

#include "base/utf8.h"

namespace unentropy {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

SourceText::SourceText(std::string_view text)
    : text_(text),
      first_(text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0),
      line_begin_(first_),
      column_begin_(first_) {}

std::size_t SourceText::end_of_line(std::size_t from) const {
  return std::min(text_.find_first_of("\r\n", from), text_.size());
}

SourcePlace SourceText::find(TextPosition position) {
  if (position.line < line_) {
    line_ = 1;
    line_begin_ = first_;
    column_ = 1;
  }
  if (position.line != line_ || position.column < column_) column_ = 1;
  while (line_ < position.line && line_begin_ < text_.size()) {
    const std::size_t end = end_of_line(line_begin_);
    const bool two = text_.substr(end, 2) == "\r\n";
    line_begin_ = std::min(end + (two ? 2U : 1U), text_.size());
    ++line_;
  }
  if (line_ < position.line) return {{}, 0, text_.size()};

  const std::size_t line_end = end_of_line(line_begin_);
  if (column_ == 1) column_begin_ = line_begin_;
  while (column_ < position.column && column_begin_ < line_end) {
    column_begin_ += decode_utf8(text_, column_begin_).length;
    ++column_;
  }
  return {text_.substr(line_begin_, line_end - line_begin_), column_begin_ - line_begin_, line_begin_};
}

}  // namespace unentropy
