#include "collect/go_coverage.h"

#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"
#include "collect/numbers.h"

namespace unentropy {

namespace {

// `example.org/m/a.go:12.34,15.2 3 1`: file, where the block begins and ends, its statements, how often it ran.
struct Block {
  std::string_view file;
  std::string_view place;
  std::uint32_t first_line = 0;
  std::uint32_t last_line = 0;
  std::uint32_t statements = 0;
  bool covered = false;
};

std::optional<std::uint32_t> line_of(std::string_view position) {
  return to_count(position.substr(0, position.find('.')));
}

std::optional<Block> parse_block(std::string_view line) {
  const std::size_t second_space = line.rfind(' ');
  if (second_space == std::string_view::npos || second_space == 0) return std::nullopt;
  const std::size_t first_space = line.rfind(' ', second_space - 1);
  if (first_space == std::string_view::npos) return std::nullopt;
  const std::size_t colon = line.rfind(':', first_space);
  const std::size_t comma = line.find(',', colon == std::string_view::npos ? 0 : colon);
  if (colon == std::string_view::npos || colon == 0 || comma > first_space) return std::nullopt;
  const auto first_line = line_of(line.substr(colon + 1, comma - colon - 1));
  const auto last_line = line_of(line.substr(comma + 1, first_space - comma - 1));
  const auto statements = to_count(line.substr(first_space + 1, second_space - first_space - 1));
  if (!first_line || !last_line || !statements || *last_line < *first_line) return std::nullopt;
  return Block{line.substr(0, colon), line.substr(colon + 1, first_space - colon - 1), *first_line, *last_line,
               *statements,           is_positive(line.substr(second_space + 1))};
}

}  // namespace

CoverageReport parse_go_coverage(InputStream& input) {
  CoverageReport report;
  report.path_style = PathStyle::module;
  CoverageFiles files(report);
  LineReader lines(input);
  FileCoverage* file = nullptr;
  bool seen_mode = false;
  while (const auto line = lines.next()) {
    // Profiles that were joined with `cat` repeat the first line.
    if (line->starts_with("mode:")) {
      seen_mode = true;
      continue;
    }
    if (trim(*line).empty()) continue;
    const std::optional<Block> block = seen_mode ? parse_block(*line) : std::nullopt;
    if (!block) {
      throw Error(ErrorKind::corrupt,
                  fmt::format("`{}` is not a Go cover profile: line {} is {}", input.shown(), lines.line_number(),
                              seen_mode ? "of another form" : "not `mode: …`"),
                  "give the file that `go test -coverprofile` writes");
    }
    if (file == nullptr || file->path != block->file) file = &files.at(block->file);
    file->rare().blocks.add(hash_key(block->place), block->statements, block->covered ? block->statements : 0);
    file->rare().ranges.add(block->first_line, block->last_line, block->covered);
  }
  if (!seen_mode) {
    throw Error(ErrorKind::corrupt, fmt::format("`{}` is not a Go cover profile: it is empty", input.shown()),
                "give the file that `go test -coverprofile` writes");
  }
  return report;
}

const CoverageFormat& go_coverage_format() {
  static const CoverageFormat kFormat{
      "Go cover profile", parse_go_coverage, {CoverageType::statement, CoverageType::line}};
  return kFormat;
}

namespace {

CollectorResult collect_go(const CollectorRun& run) { return collect_coverage(run, &go_coverage_format()); }

}  // namespace

Collector coverage_go_collector() {
  return {coverage_spec("coverage-go", "test coverage from Go cover profiles", go_coverage_format().types), collect_go};
}

}  // namespace unentropy
