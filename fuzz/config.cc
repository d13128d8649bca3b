#include "config/config.h"

#include "base/text.h"
#include "target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace unentropy;
  const std::string_view text = fuzz::text_of(data, size);
  const ConfigResult result = parse_config(text, "/nonexistent");
  bool any_error = false;
  for (const Diagnostic& diagnostic : result.diagnostics) {
    any_error = any_error || diagnostic.level == Diagnostic::Level::error;
    fuzz::require(!diagnostic.message.empty(), "a diagnostic has a message");
    fuzz::require(is_utf8(render_diagnostic(diagnostic, "unentropy.json", text)), "a diagnostic is UTF-8");
  }
  fuzz::require(result.config.has_value() || any_error, "what is refused has an error");
  return 0;
}
