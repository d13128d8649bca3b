// What all coverage collectors share: options, reading each report once, merging files, the filter, the percentage.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
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
  std::deque<FileCoverage> files;  // each path once; a deque, because parsers hold on to the file in hand
  std::vector<std::string> roots;  // folders that its paths may be relative to
  // For the whole report; used only if no report has any detail of the type.
  std::array<std::optional<CoverageCount>, kCoverageTypes> totals;
  std::optional<double> line_percent;  // the weakest statement; only of a single report
  std::vector<std::string> warnings;
  std::optional<CoverageCount>& totals_of(CoverageType type) { return totals[static_cast<std::size_t>(type)]; }

  PathStyle path_style = PathStyle::ordinary;
};

// Gives each path its place in a report.
class CoverageFiles {
 public:
  explicit CoverageFiles(CoverageReport& report) : report_(report) {}
  // Stays valid.
  FileCoverage& at(std::string_view path, std::string_view scope = {});

 private:
  struct Place {
    std::string_view path;
    std::string_view scope;
    bool operator==(const Place&) const = default;
  };
  struct HashPlace {
    std::size_t operator()(const Place& place) const;
  };

  CoverageReport& report_;
  std::unordered_map<Place, FileCoverage*, HashPlace> index_;  // the texts are those of the files
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

// The value: covered / found × 100 of the merged files. Without a format each file's own is found by its content.
CollectorResult collect_coverage(const CollectorRun& run, const CoverageFormat* format);

// Throws `Error` (corrupt) unless the first element of a report is the one its format begins with.
void require_root(const InputStream& input, std::string_view format, std::string_view found, std::string_view expected);

std::string_view to_string(CoverageType type);

}  // namespace unentropy
