#include "collect/istanbul.h"

#include <array>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "base/error.h"
#include "collect/json_stream.h"

namespace unentropy {

namespace {

struct Section {
  std::string_view name;
  CoverageType type;
};

constexpr std::array<Section, 4> kSummarySections = {{{"lines", CoverageType::line},
                                                      {"branches", CoverageType::branch},
                                                      {"functions", CoverageType::function},
                                                      {"statements", CoverageType::statement}}};

std::optional<CoverageType> summary_type(std::string_view section) {
  for (const Section& entry : kSummarySections) {
    if (entry.name == section) return entry.type;
  }
  return std::nullopt;
}

std::uint64_t to_whole(double value) { return value >= 1 && value < 9e15 ? static_cast<std::uint64_t>(value) : 0; }

// What the maps of one file say about an id: where it stands, and a number that tells it apart in other reports.
struct Place {
  std::uint64_t key = 0;
  std::uint32_t line = 0;
};

using Places = std::unordered_map<std::string, Place>;
using Hits = std::unordered_map<std::string, bool>;

class IstanbulParser {
 public:
  explicit IstanbulParser(InputStream& input) : input_(input), files_(report_) {}

  CoverageReport run() {
    JsonHandlers handlers;
    handlers.value = [this](const JsonPath& path, const JsonScalar& value) { take(path, value); };
    handlers.begin = [this](const JsonPath& path, JsonKind kind) { begin(path, kind); };
    handlers.end = [this](const JsonPath& path, JsonKind, std::size_t) {
      if (path.size() == 1) end_file(path[0].key);
    };
    read_json(input_, handlers);
    if (entries_ > 0 && recognised_ == 0) fail();
    return std::move(report_);
  }

 private:
  [[noreturn]] void fail() const {
    throw Error(ErrorKind::corrupt,
                fmt::format("`{}` is not an Istanbul report: no entry has `statementMap` or `lines`", input_.shown()),
                "give `coverage-final.json` or `coverage-summary.json`");
  }

  void begin(const JsonPath& path, JsonKind kind) {
    if (path.size() == 0 && kind != JsonKind::object) fail();
    if (path.size() == 1) {
      ++entries_;
      has_maps_ = false;
    }
    if (path.size() == 2 && path[1].key == "statementMap") has_maps_ = true;
  }

  // The maps give places, `s`, `f` and `b` give hits, by the same ids; which comes first is open.
  void take(const JsonPath& path, const JsonScalar& value) {
    if (path.size() == 0) fail();
    if (path.size() < 3) return;
    const std::string& section = path[1].key;
    if (section == "statementMap" || section == "fnMap" || section == "branchMap") return take_place(path, value);
    const auto* number = std::get_if<double>(&value);
    if (number == nullptr) return;
    if (section == "s") {
      statement_hits_[path[2].key] = *number > 0;
    } else if (section == "f") {
      function_hits_[path[2].key] = *number > 0;
    } else if (section == "b" && path.size() == 4) {
      branch_hits_[path[2].key].push_back(*number > 0);
    } else if (const auto type = summary_type(section); type && path.size() == 3) {
      CoverageCount& count = summaries_[static_cast<std::size_t>(*type)];
      if (path[2].key == "total") count.found = to_whole(*number);
      if (path[2].key == "covered") count.covered = to_whole(*number);
      has_summary_ = true;
    }
  }

  void take_place(const JsonPath& path, const JsonScalar& value) {
    if (path.size() < 4) return;
    Places& places = path[1].key == "statementMap" ? statements_ : path[1].key == "fnMap" ? functions_ : branches_;
    Place& place = places[path[2].key];
    // A sum, because the order of members means nothing.
    const std::string name = path[path.size() - 2].key + "." + path.back().key;
    if (const auto* number = std::get_if<double>(&value)) {
      place.key += hash_key(name, to_whole(*number) + 1);
      if (name == "start.line" && path.size() == 5) place.line = static_cast<std::uint32_t>(to_whole(*number));
    } else if (const auto* text = std::get_if<std::string_view>(&value)) {
      place.key += hash_key(name, hash_key(*text));
    }
  }

  void end_file(const std::string& name) {
    if (has_maps_) {
      ++recognised_;
      add_details(files_.at(name));
    } else if (has_summary_) {
      ++recognised_;
      add_summaries(name);
    }
    statements_.clear();
    functions_.clear();
    branches_.clear();
    statement_hits_.clear();
    function_hits_.clear();
    branch_hits_.clear();
    summaries_ = {};
    has_maps_ = has_summary_ = false;
  }

  void add_details(FileCoverage& file) const {
    for (const auto& [id, place] : statements_) {
      const bool covered = was_hit(statement_hits_, id);
      file.rare().statements.add(place.key, covered);
      file.lines.add(place.line, covered);
    }
    for (const auto& [id, place] : functions_) file.functions.add(place.key, was_hit(function_hits_, id));
    for (const auto& [id, hits] : branch_hits_) {
      const auto place = branches_.find(id);
      const std::uint64_t key = place == branches_.end() ? hash_key(id) : place->second.key;
      for (std::size_t i = 0; i < hits.size(); ++i) file.branches.add(hash_key("", key + i), hits[i]);
    }
  }

  static bool was_hit(const Hits& hits, const std::string& id) {
    const auto found = hits.find(id);
    return found != hits.end() && found->second;
  }

  void add_summaries(const std::string& name) {
    for (const Section& section : kSummarySections) {
      const CoverageCount& count = summaries_[static_cast<std::size_t>(section.type)];
      if (count.found == 0) continue;
      if (name == "total") {
        report_.totals_of(section.type) = count;
      } else {
        files_.at(name).add_summary(section.type, count);
      }
    }
  }

  InputStream& input_;
  CoverageReport report_;
  CoverageFiles files_;
  std::size_t entries_ = 0;
  std::size_t recognised_ = 0;
  // Of the entry in hand.
  bool has_maps_ = false;
  bool has_summary_ = false;
  Places statements_;
  Places functions_;
  Places branches_;
  Hits statement_hits_;
  Hits function_hits_;
  std::unordered_map<std::string, std::vector<bool>> branch_hits_;
  std::array<CoverageCount, kCoverageTypes> summaries_;
};

}  // namespace

CoverageReport parse_istanbul(InputStream& input) { return IstanbulParser(input).run(); }

const CoverageFormat& istanbul_format() {
  static const CoverageFormat kFormat{
      "Istanbul",
      parse_istanbul,
      {CoverageType::line, CoverageType::branch, CoverageType::function, CoverageType::statement}};
  return kFormat;
}

namespace {

CollectorResult collect_istanbul(const CollectorRun& run) { return collect_coverage(run, &istanbul_format()); }

}  // namespace

Collector coverage_istanbul_collector() {
  return {coverage_spec("coverage-istanbul", "test coverage from Istanbul's JSON, final or summary",
                        istanbul_format().types),
          collect_istanbul};
}

}  // namespace unentropy
