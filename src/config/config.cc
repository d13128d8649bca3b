#include "config/config.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "base/json.h"
#include "config/reader.h"
#include "config/redact.h"
#include "config/shape.h"
#include "config/source_text.h"
#include "config/syntax_hint.h"

namespace unentropy {
namespace {

constexpr std::size_t kMostDiagnostics = 1000;

// What the parser found is quoted in its message, and may be part of a secret that lost its quotes.
Diagnostic syntax_diagnostic(std::string_view text, const JsonSyntaxError& error) {
  const SourcePlace place = SourceText(text).find(error.position);
  const std::size_t offset = place.begin + place.offset;
  const std::vector<ByteRange> secrets = credential_ranges(text);
  const bool hidden = std::any_of(secrets.begin(), secrets.end(), [&](const ByteRange& range) {
    return offset + 1 >= range.begin && offset <= range.end;
  });
  std::string message = error.message;
  if (hidden) {
    const std::size_t quote = message.find(", found ");
    message = (quote != std::string::npos ? message.substr(0, quote) : std::string("this is no JSON")) +
              ", found what is not shown as it may be a credential";
  }
  return {Diagnostic::Level::error, error.position, "$", std::move(message), syntax_hint(text, error.position)};
}

// The file of a stranger may have a problem in every second byte. Beyond a thousand only their number is given, with
// the gravest level among them.
void shorten(std::vector<Diagnostic>& diagnostics) {
  if (diagnostics.size() <= kMostDiagnostics) return;
  const std::size_t more = diagnostics.size() - kMostDiagnostics;
  const auto rest = diagnostics.begin() + static_cast<std::ptrdiff_t>(kMostDiagnostics);
  const bool error =
      std::any_of(rest, diagnostics.end(), [](const Diagnostic& d) { return d.level == Diagnostic::Level::error; });
  diagnostics.resize(kMostDiagnostics);
  diagnostics.push_back({error ? Diagnostic::Level::error : Diagnostic::Level::warning, diagnostics.back().position,
                         "$", fmt::format("{} more problem{} not listed", more, more == 1 ? " is" : "s are"), ""});
}

}  // namespace

ConfigResult parse_config(std::string_view text, const std::filesystem::path& base_directory) {
  const auto parsed = parse_json_with_positions(text);
  if (const auto* error = std::get_if<JsonSyntaxError>(&parsed)) {
    return {std::nullopt, {syntax_diagnostic(text, *error)}};
  }
  Shape shape = check_shape(std::get<JsonNode>(parsed));
  Reading reading = read_config(shape.root, base_directory);

  ConfigResult result;
  result.diagnostics = std::move(shape.diagnostics);
  std::move(reading.diagnostics.begin(), reading.diagnostics.end(), std::back_inserter(result.diagnostics));
  std::stable_sort(result.diagnostics.begin(), result.diagnostics.end(),
                   [](const Diagnostic& a, const Diagnostic& b) { return a.position < b.position; });
  shorten(result.diagnostics);
  if (!shape.fatal && !reading.fatal) result.config = std::move(reading.config);
  return result;
}

}  // namespace unentropy
