#include "collect/cobertura.h"

#include <cmath>
#include <cstring>
#include <utility>

#include "base/text.h"
#include "collect/numbers.h"
#include "collect/xml_reader.h"

namespace unentropy {

namespace {

std::optional<CoverageCount> totals_of(const XmlAttributes& attributes, std::string_view valid,
                                       std::string_view covered) {
  const auto found = to_count(attributes.get(valid));
  const auto hit = to_count(attributes.get(covered));
  if (!found || !hit) return std::nullopt;
  return CoverageCount{*found, *hit};
}

class CoberturaParser {
 public:
  explicit CoberturaParser(InputStream& input) : input_(input), files_(report_) {}

  CoverageReport run() {
    XmlHandlers handlers;
    handlers.start = [this](std::string_view name, const XmlAttributes& attributes) { start(name, attributes); };
    handlers.end = [this](std::string_view name) { end(name); };
    handlers.text = [this](std::string_view text) {
      if (in_source_) source_ += text;
    };
    read_xml(input_, handlers);
    return std::move(report_);
  }

 private:
  void start(std::string_view name, const XmlAttributes& attributes) {
    if (!seen_root_) return start_root(name, attributes);
    if (name == "line") {
      if (file_ != nullptr) start_line(attributes);
    } else if (name == "method") {
      start_method(attributes);
    } else if (name == "class") {
      class_name_ = attributes.get("name");
      file_ = &files_.at(attributes.find("filename").value_or(class_name_));
    } else if (name == "source") {
      in_source_ = true;
      source_.clear();
    }
  }

  void end(std::string_view name) {
    if (name == "method") {
      end_method();
    } else if (name == "class") {
      file_ = nullptr;
      in_method_ = false;  // of a class inside a method, which no tool writes
    } else if (name == "source") {
      in_source_ = false;
      if (const std::string_view root = trim(source_); !root.empty()) report_.roots.emplace_back(root);
    }
  }

  void start_root(std::string_view name, const XmlAttributes& attributes) {
    require_root(input_, "Cobertura", name, "coverage");
    seen_root_ = true;
    report_.totals_of(CoverageType::line) = totals_of(attributes, "lines-valid", "lines-covered");
    report_.totals_of(CoverageType::branch) = totals_of(attributes, "branches-valid", "branches-covered");
    const auto rate = parse_double(attributes.get("line-rate"));
    if (rate && std::isfinite(*rate)) report_.line_percent = *rate * 100;
  }

  void start_line(const XmlAttributes& attributes) {
    std::string_view number;
    std::string_view hits;
    std::string_view condition;
    bool is_branch = false;
    attributes.for_each([&](const char* key, const char* value) {
      if (std::strcmp(key, "number") == 0) number = value;
      if (std::strcmp(key, "hits") == 0) hits = value;
      if (std::strcmp(key, "branch") == 0)
        is_branch = std::strcmp(value, "true") == 0 || std::strcmp(value, "True") == 0;
      if (std::strcmp(key, "condition-coverage") == 0) condition = value;
    });
    const auto line = to_count(number);
    if (!line) return;
    const bool covered = is_positive(hits);
    if (in_method_) {
      file_->rare().spare_lines.add(*line, covered);
      if (!method_.first_line) method_.first_line = *line;
      method_.covered = method_.covered || covered;
    } else {
      file_->lines.add(*line, covered);
    }
    if (is_branch) add_branches(*line, condition);
  }

  // `50% (1/2)`
  void add_branches(std::uint32_t line, std::string_view condition) {
    const std::size_t open = condition.find('(');
    const std::size_t slash = condition.find('/', open == std::string_view::npos ? 0 : open);
    const std::size_t close = condition.find(')', slash == std::string_view::npos ? 0 : slash);
    if (open == std::string_view::npos || slash == std::string_view::npos || close == std::string_view::npos) return;
    const auto covered = to_count(trim(condition.substr(open + 1, slash - open - 1)));
    const auto found = to_count(trim(condition.substr(slash + 1, close - slash - 1)));
    if (covered && found) file_->branch_pairs.add(line, *found, *covered);
  }

  void start_method(const XmlAttributes& attributes) {
    if (file_ == nullptr) return;
    in_method_ = true;
    method_ = {};
    method_.key = hash_key(attributes.get("name"), hash_key(attributes.get("signature"), hash_key(class_name_)));
    method_.covered = is_positive(attributes.get("hits")) || is_positive(attributes.get("line-rate"));
  }

  void end_method() {
    if (!in_method_) return;
    in_method_ = false;
    file_->functions.add(hash_key("", method_.key + method_.first_line.value_or(0)), method_.covered);
  }

  struct Method {
    std::uint64_t key = 0;
    bool covered = false;
    std::optional<std::uint32_t> first_line;
  };

  InputStream& input_;
  CoverageReport report_;
  CoverageFiles files_;
  FileCoverage* file_ = nullptr;  // of the class in hand
  std::string class_name_;
  Method method_;
  bool in_method_ = false;
  bool seen_root_ = false;
  bool in_source_ = false;
  std::string source_;
};

}  // namespace

CoverageReport parse_cobertura(InputStream& input) { return CoberturaParser(input).run(); }

const CoverageFormat& cobertura_format() {
  static const CoverageFormat kFormat{
      "Cobertura", parse_cobertura, {CoverageType::line, CoverageType::branch, CoverageType::function}};
  return kFormat;
}

namespace {

CollectorResult collect_cobertura(const CollectorRun& run) { return collect_coverage(run, &cobertura_format()); }

}  // namespace

Collector coverage_cobertura_collector() {
  return {coverage_spec("coverage-cobertura", "test coverage from Cobertura files", cobertura_format().types),
          collect_cobertura};
}

}  // namespace unentropy
