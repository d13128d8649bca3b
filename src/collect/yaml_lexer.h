// Comments of YAML: `#` at the start or behind white space, but neither in quotes nor in block scalars.
#pragma once

#include <cstddef>

#include "collect/line_counter.h"

namespace unentropy {

class YamlLexer {
 public:
  // The next piece of the file: whole lines, unless a line is longer than any buffer.
  void feed(const char* text, std::size_t size, LineCounter& lines);
  void reset() { *this = YamlLexer(); }

 private:
  void read_line(const char* begin, const char* end, LineCounter& lines);
  bool is_in_block_scalar(std::ptrdiff_t indent);
  void scan(const char* begin, const char* p, const char* end);
  const char* skip_quoted(const char* p, const char* end);

  char quote_ = 0;                    // of the scalar that is open; 0: none
  int flow_depth_ = 0;                // of `[` and `{`
  bool in_block_ = false;             // in a scalar begun with `|` or `>`
  std::ptrdiff_t block_parent_ = 0;   // its lines are indented more than this
  std::ptrdiff_t block_indent_ = -1;  // that of its first line; -1: not yet known
};

// Text in which every line that is not blank counts.
void feed_plain(const char* text, std::size_t size, LineCounter& lines);

}  // namespace unentropy
