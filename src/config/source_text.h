// The text of a file by line and column, as diagnostics count them.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/json.h"

namespace unentropy {

struct SourcePlace {
  std::string_view line;   // without its end
  std::size_t offset = 0;  // of the position, in bytes from the beginning of the line; at most its length
  std::size_t begin = 0;   // of the line, in bytes from the beginning of the text
};

// Finds positions; asking in ascending order makes one pass over the text.
class SourceText {
 public:
  explicit SourceText(std::string_view text);

  // A position beyond the end of its line is at its end; a line beyond the last one is empty.
  SourcePlace find(TextPosition position);

 private:
  // `\n`, `\r\n` and a lone `\r` end a line.
  std::size_t end_of_line(std::size_t from) const;
  // As far as the text goes.
  void go_to_line(std::size_t line);

  std::string_view text_;
  std::size_t first_ = 0;  // after a byte order mark
  std::size_t line_ = 1;
  std::size_t line_begin_ = 0;
  std::size_t line_end_ = 0;
  std::size_t column_ = 1;
  std::size_t column_begin_ = 0;
};

}  // namespace unentropy
