#include "collect/jacoco.h"

#include <cstring>
#include <string>
#include <utility>

#include "collect/numbers.h"
#include "collect/xml_reader.h"

namespace unentropy {

namespace {

class JacocoParser {
 public:
  explicit JacocoParser(InputStream& input) : input_(input), files_(report_) {
    report_.path_style = PathStyle::package;
  }

  CoverageReport run() {
    XmlHandlers handlers;
    handlers.start = [this](std::string_view name, const XmlAttributes& attributes) { start(name, attributes); };
    handlers.end = [this](std::string_view name) { end(name); };
    read_xml(input_, handlers);
    return std::move(report_);
  }

 private:
  void start(std::string_view name, const XmlAttributes& attributes) {
    if (++depth_ == 1) return require_root(input_, "JaCoCo", name, "report");
    if (name == "line") {
      if (file_ != nullptr) start_line(attributes);
    } else if (name == "counter") {
      start_counter(attributes);
    } else if (name == "method") {
      in_method_ = true;
      method_ = hash_key(attributes.get("name"), hash_key(attributes.get("desc"), class_)) +
                to_count(attributes.get("line")).value_or(0);
    } else if (name == "class") {
      class_ = hash_key(attributes.get("name"));
      class_file_ = path_of(attributes.get("sourcefilename"));
    } else if (name == "sourcefile") {
      file_ = &files_.at(path_of(attributes.get("name")), group_);
    } else if (name == "package") {
      package_ = attributes.get("name");
    } else if (name == "group") {
      group_ += '/';
      group_ += attributes.get("name");
      groups_.push_back(attributes.get("name").size() + 1);
    }
  }

  void end(std::string_view name) {
    --depth_;
    if (name == "method") in_method_ = false;
    if (name == "sourcefile") file_ = nullptr;
    if (name == "group" && !groups_.empty()) {
      group_.resize(group_.size() - groups_.back());
      groups_.pop_back();
    }
  }

  std::string path_of(std::string_view file) const {
    return package_.empty() ? std::string(file) : package_ + "/" + std::string(file);
  }

  // mi, ci: missed and covered instructions; mb, cb: branches.
  void start_line(const XmlAttributes& attributes) {
    std::optional<std::uint32_t> line;
    bool covered = false;
    std::uint32_t missed_branches = 0;
    std::uint32_t covered_branches = 0;
    attributes.for_each([&](const char* key, const char* value) {
      if (std::strcmp(key, "nr") == 0) line = to_count(value);
      if (std::strcmp(key, "ci") == 0) covered = is_positive(value);
      if (std::strcmp(key, "mb") == 0) missed_branches = to_count(value).value_or(0);
      if (std::strcmp(key, "cb") == 0) covered_branches = to_count(value).value_or(0);
    });
    if (!line) return;
    file_->lines.add(*line, covered);
    const std::uint32_t branches = missed_branches + covered_branches;
    if (branches > 0) file_->branch_pairs.add(*line, branches, covered_branches);
  }

  void start_counter(const XmlAttributes& attributes) {
    const std::string_view type = attributes.get("type");
    const CoverageCount count = count_of(attributes);
    if (in_method_) {
      if (type == "METHOD") files_.at(class_file_, group_).functions.add(hash_key("", method_), count.covered > 0);
    } else if (depth_ == 2) {
      if (type == "LINE") report_.totals_of(CoverageType::line) = count;
      if (type == "BRANCH") report_.totals_of(CoverageType::branch) = count;
      if (type == "METHOD") report_.totals_of(CoverageType::function) = count;
    }
  }

  static CoverageCount count_of(const XmlAttributes& attributes) {
    const std::uint64_t missed = to_count(attributes.get("missed")).value_or(0);
    const std::uint64_t covered = to_count(attributes.get("covered")).value_or(0);
    return {missed + covered, covered};
  }

  InputStream& input_;
  CoverageReport report_;
  CoverageFiles files_;
  FileCoverage* file_ = nullptr;  // of the source file in hand
  std::string group_;             // modules may have files of the same name
  std::vector<std::size_t> groups_;
  std::string package_;
  std::uint64_t class_ = 0;
  std::string class_file_;
  std::uint64_t method_ = 0;
  bool in_method_ = false;
  int depth_ = 0;
};

}  // namespace

CoverageReport parse_jacoco(InputStream& input) { return JacocoParser(input).run(); }

const CoverageFormat& jacoco_format() {
  static const CoverageFormat kFormat{
      "JaCoCo", parse_jacoco, {CoverageType::line, CoverageType::branch, CoverageType::function}};
  return kFormat;
}

namespace {

CollectorResult collect_jacoco(const CollectorRun& run) { return collect_coverage(run, &jacoco_format()); }

}  // namespace

Collector coverage_jacoco_collector() {
  return {coverage_spec("coverage-jacoco", "test coverage from JaCoCo's XML reports", jacoco_format().types),
          collect_jacoco};
}

}  // namespace unentropy
