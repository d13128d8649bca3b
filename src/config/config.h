// unentropy.json → Config, with every problem at once.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "model/metric.h"
#include "model/report_layout.h"
#include "model/storage.h"
#include "model/threshold.h"

namespace unentropy {

struct Config {
  std::vector<Metric> metrics;  // in the order of the file, templates resolved
  StorageType storage_type = kDefaultStorageType;
  bool storage_type_given = false;
  // The text of an unrecognised `storage.type`; the run goes on with the default (FR-004).
  std::optional<std::string> unknown_storage_type;
  std::optional<GateSettings> quality_gate;
  ReportLayout report;
  std::vector<std::string> sources;  // normalised, see config.md; empty: not configured
};

struct Diagnostic {
  enum class Level { error, warning };
  Level level = Level::error;
  TextPosition position;
  std::string path;     // `qualityGate.thresholds[1].target`, `metrics["My Metric"]`, `$`
  std::string message;  // what is wrong
  std::string hint;     // may be empty
};

struct ConfigResult {
  std::optional<Config> config;         // absent if an error other than an unknown storage type was found
  std::vector<Diagnostic> diagnostics;  // sorted by position; after 1,000 one that counts the rest
};

// `base_directory` is only for looking whether a source pattern names a directory.
ConfigResult parse_config(std::string_view text, const std::filesystem::path& base_directory);

// A file read and parsed.
struct LoadedConfig {
  ConfigResult result;
  std::string text;  // as it is in the file, for `render_diagnostic`
};

// Reads at most 1 MiB from `path`, whose directory is the base directory. Throws `Error` (usage) if there is no
// such file, if it is too large or no regular file. Whether the path may be followed at all (links in a checkout) is
// for the caller to decide.
LoadedConfig load_config(const std::filesystem::path& path);

// One diagnostic as text: `file:line:column: error: message (path)`, the offending line, a caret, the hint. Quoted
// lines are cut, control characters made harmless and values under keys that look like credentials redacted.
std::string render_diagnostic(const Diagnostic& diagnostic, std::string_view file, std::string_view text);

// The JSON Schema (draft 2020-12) of the file, from the same table as the parser.
std::string config_json_schema();

// docs/reference/configuration.md, from the same table.
std::string config_reference_markdown();

}  // namespace unentropy
