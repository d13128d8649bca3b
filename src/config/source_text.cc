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
      line_end_(end_of_line(first_)),
      column_begin_(first_) {}

std::size_t SourceText::end_of_line(std::size_t from) const {
  return std::min(text_.find_first_of("\r\n", from), text_.size());
}

void SourceText::go_to_line(std::size_t line) {
  if (line < line_) {
    line_ = 1;
    line_begin_ = first_;
    line_end_ = end_of_line(first_);
    column_ = 1;
    column_begin_ = first_;
  }
  while (line_ < line && line_begin_ < text_.size()) {
    const bool two = text_.substr(line_end_, 2) == "\r\n";
    line_begin_ = std::min(line_end_ + (two ? 2U : 1U), text_.size());
    line_end_ = end_of_line(line_begin_);
    ++line_;
    column_ = 1;
    column_begin_ = line_begin_;
  }
}

SourcePlace SourceText::find(TextPosition position) {
  go_to_line(position.line);
  if (line_ < position.line) return {{}, 0, text_.size()};
  if (position.column < column_) {
    column_ = 1;
    column_begin_ = line_begin_;
  }
  while (column_ < position.column && column_begin_ < line_end_) {
    column_begin_ += decode_utf8(text_, column_begin_).length;
    ++column_;
  }
  return {text_.substr(line_begin_, line_end_ - line_begin_), column_begin_ - line_begin_, line_begin_};
}

}  // namespace unentropy
