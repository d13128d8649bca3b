// What all coverage collectors share: options, reading each report once, merging files, the filter, the percentage.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "collect/coverage_data.h"
#include "collect/input_stream.h"
#include "collect/registry.h"

namespace unentropy {

// What the paths of a format are relative to.
enum class PathStyle {
  ordinary,  // some directory, or absolute
  package,   // a source folder that the report does not name: `org/x/A.java`
  module,    // behind the name of a module: `example.org/tool/cmd/main.go`
};

// One parsed report.
struct CoverageReport {
  std::vector<FileCoverage> files;  // each path once
  std::vector<std::string> roots;   // folders that its paths may be relative to
  // For the whole report; used only if no report has any detail of the type.
  std::optional<CoverageCount> line_totals;
  std::optional<CoverageCount> branch_totals;
  std::optional<CoverageCount> function_totals;
  std::optional<double> line_percent;  // the weakest statement; only of a single report
  std::vector<std::string> warnings;
  PathStyle path_style = PathStyle::ordinary;
};

// Gives each path its place in a report.
class CoverageFiles {
 public:
  explicit CoverageFiles(CoverageReport& report) : report_(report) {}
  // Valid until the next call.
  FileCoverage& at(std::string_view path);

 private:
  CoverageReport& report_;
  std::unordered_map<std::string, std::size_t> index_;
};

// A format: reads a whole report or throws `Error` (corrupt) that says where it is not of the format.
using ParseCoverage = CoverageReport (*)(InputStream& input);

struct CoverageFormat {
  std::string_view name;  // `LCOV`
  ParseCoverage parse = nullptr;
  std::vector<CoverageType> types;  // what `--type` offers; the first is the default
};

// The specification of a collector for one format.
CollectorSpec coverage_spec(std::string_view name, std::string_view summary, const std::vector<CoverageType>& types);

// The value: covered / found × 100 of the merged files.
CollectorResult collect_coverage(const CollectorRun& run, const CoverageFormat& format);

std::string_view to_string(CoverageType type);

}  // namespace unentropy
