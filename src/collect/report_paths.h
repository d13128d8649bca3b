// Which file of the checkout a path in a coverage report means, and whether `sources` accepts it.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/glob.h"
#include "collect/coverage.h"

namespace unentropy {

// `\` becomes `/`; `.`, `//` and inner `..` go.
std::string normal_report_path(std::string_view path);

class ReportPaths {
 public:
  explicit ReportPaths(const CollectorRun& run);

  // The path below the base directory: of the forms that the path may stand for (as it is, absolute made relative,
  // below a root of the report, the longest tail of a path from another machine) the first that exists, else the
  // first that lies inside. Nothing if none does.
  std::optional<std::string> resolve(std::string_view path, const CoverageReport& report) const;

  // Whether `sources` accepts the file. Always without `sources`.
  bool accepts(std::string_view path, const std::optional<std::string>& resolved, PathStyle style);

 private:
  std::optional<std::string> inside(std::string_view path) const;
  bool exists(const std::string& relative) const;
  std::optional<std::string> longest_tail(std::string_view path) const;
  bool is_tail_of_source(std::string_view path);

  const CollectorRun& run_;
  std::vector<std::string> bases_;  // the base directory as given and without links, with a trailing `/`
  std::optional<PatternList> patterns_;
  std::optional<std::unordered_multimap<std::string, std::string>> sources_by_name_;
};

}  // namespace unentropy
