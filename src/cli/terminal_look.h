// How our own text looks at a terminal: words that carry a verdict in colour, and ASCII where the locale has no UTF-8.
// Text for files and pipes is never touched.
#pragma once

#include <string>
#include <string_view>

#include "base/environment.h"

namespace unentropy {

struct TerminalLook {
  bool colour = false;
  bool ascii = false;

  // Of what is written to `fd`. No colour with NO_COLOR (https://no-color.org) or a terminal that knows no control
  // sequences; ASCII unless LC_ALL, LC_CTYPE or LANG, the first of them that is set, names UTF-8.
  static TerminalLook of(int fd, const Environment& environment);
};

// Whole lines. A word of the table in terminal_look.cc gets its colour at the beginning of a line, behind two spaces (a
// table's column) and behind the position of a diagnostic (`file:3:7: error: …`).
std::string for_terminal(std::string_view text, TerminalLook look);

}  // namespace unentropy
