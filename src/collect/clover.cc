#include "collect/clover.h"

#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/error.h"
#include "collect/numbers.h"
#include "collect/xml_reader.h"

namespace unentropy {

namespace {

class CloverParser {
 public:
  explicit CloverParser(InputStream& input) : input_(input), files_(report_) {}

  CoverageReport run() {
    XmlHandlers handlers;
    handlers.start = [this](std::string_view name, const XmlAttributes& attributes) { start(name, attributes); };
    handlers.end = [this](std::string_view name) { end(name); };
    read_xml(input_, handlers);
    if (!seen_project_) {
      throw Error(ErrorKind::corrupt, fmt::format("`{}` is not a Clover file: it has no `project`", input_.shown()),
                  "for Cobertura files there is `coverage-cobertura`");
    }
    return std::move(report_);
  }

 private:
  void start(std::string_view name, const XmlAttributes& attributes) {
    ++depth_;
    if (depth_ == 1) return require_root(input_, "Clover", name, "coverage");
    if (depth_ == 2) {
      in_project_ = name == "project";
      seen_project_ = seen_project_ || in_project_;
      return;
    }
    if (!in_project_) return;
    if (name == "file") {
      file_ = &files_.at(attributes.find("path").value_or(attributes.get("name")));
      file_depth_ = depth_;
    } else if (file_ != nullptr && name == "line") {
      start_line(attributes);
    } else if (file_ != nullptr && name == "metrics" && depth_ == file_depth_ + 1) {
      add_summary(CoverageType::branch, attributes, "conditionals", "coveredconditionals");
      add_summary(CoverageType::function, attributes, "methods", "coveredmethods");
    }
  }

  void end(std::string_view) {
    if (file_ != nullptr && depth_ == file_depth_) file_ = nullptr;
    --depth_;
  }

  void start_line(const XmlAttributes& attributes) {
    const auto number = to_count(attributes.get("num"));
    if (!number) return;
    const std::string_view type = attributes.get("type");
    const auto count = attributes.find("count");
    if (type == "method") {
      file_->functions.add(hash_key("", *number), is_positive(count.value_or("0")));
    } else if (type == "stmt") {
      file_->lines.add(*number, is_positive(count.value_or("0")));
    } else if (type == "cond") {
      const bool covered = count
                               ? is_positive(*count)
                               : is_positive(attributes.get("truecount")) || is_positive(attributes.get("falsecount"));
      file_->lines.add(*number, covered);
    }
  }

  void add_summary(CoverageType type, const XmlAttributes& attributes, std::string_view found,
                   std::string_view covered) {
    const auto total = to_count(attributes.get(found));
    const auto hit = to_count(attributes.get(covered));
    if (total && hit && *total > 0) file_->add_summary(type, {*total, *hit});
  }

  InputStream& input_;
  CoverageReport report_;
  CoverageFiles files_;
  FileCoverage* file_ = nullptr;
  int depth_ = 0;
  int file_depth_ = 0;
  bool in_project_ = false;
  bool seen_project_ = false;
};

}  // namespace

CoverageReport parse_clover(InputStream& input) { return CloverParser(input).run(); }

const CoverageFormat& clover_format() {
  static const CoverageFormat kFormat{
      "Clover", parse_clover, {CoverageType::line, CoverageType::branch, CoverageType::function}};
  return kFormat;
}

namespace {

CollectorResult collect_clover(const CollectorRun& run) { return collect_coverage(run, &clover_format()); }

}  // namespace

Collector coverage_clover_collector() {
  return {coverage_spec("coverage-clover", "test coverage from Clover files", clover_format().types), collect_clover};
}

}  // namespace unentropy
