// Diagnostics as people read them, for a whole file of them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "config/redact.h"
#include "config/source_text.h"

namespace unentropy {

// As `render_diagnostic`, but looks through the text for credentials and line ends only once, whatever the number of
// diagnostics, as long as they come in ascending order.
class DiagnosticRenderer {
 public:
  // `text` must outlive the renderer. `file` is the name to print.
  DiagnosticRenderer(std::string_view file, std::string_view text);

  std::string render(const Diagnostic& diagnostic);

 private:
  std::string quoted_line(TextPosition position);

  std::string file_;
  bool quotable_;
  SourceText source_;
  std::vector<ByteRange> secrets_;
};

}  // namespace unentropy
