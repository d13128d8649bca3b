#include "cli/measurement_lines.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/error.h"
#include "base/json.h"
#include "base/text.h"
#include "report/escape.h"

namespace unentropy {
namespace {

constexpr std::size_t kMaxText = 1024;  // bytes, as in a run record
// What other tools may write, in characters.
constexpr std::size_t kMaxLabel = 256;
constexpr std::size_t kMaxBranch = 255;
constexpr std::size_t kMaxName = 64;
constexpr double kMaxInteger = 9007199254740992;  // 2^53, the last that every reader of JSON agrees about

// --- Writing ---

std::string member(std::string_view key, std::string_view text) {
  return fmt::format(R"(,"{}":{})", key, json_string(text));
}

std::string own_metadata(const RecordedBuild& recorded, const RecordedMetric* metric) {
  const BuildContext& build = recorded.build;
  std::string own = fmt::format(R"("attempt":{})", build.run_attempt);
  if (build.event_name) own += member("event", *build.event_name);
  if (recorded.first_record && !recorded.first_record->empty()) own += member("record", *recorded.first_record);
  if (metric != nullptr && !metric->unit.empty()) own += member("unit", metric->unit);
  if (metric != nullptr && !metric->description.empty()) own += member("description", metric->description);
  return fmt::format(R"(,"metadata":{{"unentropy":{{{}}}}})", own);
}

std::string line_of(const RecordedBuild& recorded, const RecordedMetric* metric) {
  const BuildContext& build = recorded.build;
  std::string line = fmt::format(R"({{"timestamp":"{}")", format_instant(build.timestamp));
  if (metric != nullptr) {
    line += member("metric_id", metric->key);
    if (const double* number = std::get_if<double>(&metric->value)) {
      line += R"(,"value_numeric":)" + json_number(*number);
    } else {
      line += member("value_label", std::get<std::string>(metric->value));
    }
  }
  line += member("commit_sha", build.commit_sha) + member("branch", build.branch) + member("run_id", build.run_id);
  return line + fmt::format(R"(,"run_number":{})", build.run_number) + own_metadata(recorded, metric) + "}\n";
}

bool is_carried(std::string_view text, std::size_t least = 0) {
  return text.size() >= least && text.size() <= kMaxText && text.find('\0') == std::string_view::npos;
}

bool is_metric_key(std::string_view key) {
  return !key.empty() && key.size() <= 64 &&
         key.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string_view::npos;
}

bool is_count(std::int64_t number) { return number >= 0 && static_cast<double>(number) <= kMaxInteger; }

// --- Reading ---

const std::vector<std::string> line_keys = {"metric_id", "timestamp", "value_numeric", "value_label", "commit_sha",
                                            "branch",    "source",    "run_id",        "run_number",  "metadata"};
const std::vector<std::string> own_keys = {"attempt", "event", "record", "unit", "description", "removed"};

class LineReading {
 public:
  explicit LineReading(const LineDefaults& defaults) : defaults_(defaults) {}

  std::variant<Measurement, std::vector<LineProblem>> read(std::string_view line) {
    const auto parsed = parse_json_with_positions(line);
    if (const auto* error = std::get_if<JsonSyntaxError>(&parsed)) {
      problem(error->position.column, error->message, "each line is one JSON object");
      return std::move(problems_);
    }
    const auto& root = std::get<JsonNode>(parsed);
    const auto* object = std::get_if<JsonObject>(&root.value);
    if (object == nullptr) {
      problem(root.position.column, "the line is not a JSON object", "each line is one JSON object");
      return std::move(problems_);
    }
    look(*object);
    if (!problems_.empty()) {
      std::stable_sort(problems_.begin(), problems_.end(),
                       [](const LineProblem& a, const LineProblem& b) { return a.column < b.column; });
      return std::move(problems_);
    }
    return std::move(result_);
  }

 private:
  void problem(std::size_t column, std::string message, std::string hint = {}, bool is_skipped = false) {
    problems_.push_back({column, std::move(message), std::move(hint), is_skipped});
  }

  void check_keys(const JsonObject& object, const std::vector<std::string>& known) {
    std::vector<std::string> seen;
    for (const JsonMember& member : object) {
      const std::string shown = in_ticks(member.key, 60);
      if (std::find(seen.begin(), seen.end(), member.key) != seen.end()) {
        problem(member.key_position.column, shown + " occurs twice");
      }
      seen.push_back(member.key);
      if (std::find(known.begin(), known.end(), member.key) != known.end()) continue;
      const auto close = nearest(member.key, known);
      if (close) suggested_.push_back(*close);
      problem(member.key_position.column, "unknown key " + shown,
              close ? "did you mean `" + *close + "`?" : "known are " + join(known, ", "));
    }
  }

  static const JsonNode* find(const JsonObject& object, std::string_view key) {
    const auto found =
        std::find_if(object.begin(), object.end(), [&](const JsonMember& member) { return member.key == key; });
    return found == object.end() ? nullptr : &found->value.front();
  }

  // A misspelt key that was taken for this one says enough.
  void missing(std::string_view what, std::string hint) {
    if (std::find(suggested_.begin(), suggested_.end(), what) != suggested_.end()) return;
    problem(1, fmt::format("`{}` is missing", what), std::move(hint));
  }

  std::optional<std::string> text(const JsonObject& object, std::string_view key, std::size_t least = 1) {
    const JsonNode* node = find(object, key);
    if (node == nullptr) return std::nullopt;
    const auto* given = std::get_if<std::string>(&node->value);
    if (given == nullptr) {
      problem(node->position.column, fmt::format("`{}` is not a string", key),
              "leave the key out where nothing is known");
    } else if (!is_carried(*given, least)) {
      problem(node->position.column,
              fmt::format("`{}` is {}", key, given->size() < least ? "empty" : "longer than 1024 bytes, or has a NUL"));
    } else {
      return *given;
    }
    return std::nullopt;
  }

  // `most` characters, unless a history of ours had it so.
  std::optional<std::string> short_text(const JsonObject& object, std::string_view key, std::size_t most,
                                        std::size_t least = 1) {
    std::optional<std::string> given = text(object, key, least);
    if (!given || result_.of_a_history || utf8_prefix(*given, most).size() == given->size()) return given;
    problem(find(object, key)->position.column, fmt::format("`{}` is longer than {} characters", key, most));
    return std::nullopt;
  }

  std::optional<std::int64_t> integer(const JsonObject& object, std::string_view key) {
    const JsonNode* node = find(object, key);
    if (node == nullptr) return std::nullopt;
    const auto* given = std::get_if<double>(&node->value);
    if (given != nullptr && *given >= 0 && *given <= kMaxInteger && std::floor(*given) == *given) {
      return static_cast<std::int64_t>(*given);
    }
    problem(node->position.column, fmt::format("`{}` is not a whole number from 0 to 2^53", key));
    return std::nullopt;
  }

  void look(const JsonObject& object) {
    check_keys(object, line_keys);
    const JsonObject* own = own_part(object);
    result_.of_a_history = own != nullptr;
    const std::optional<Instant> at = timestamp(object);
    if (own != nullptr && find(*own, "removed") != nullptr) return look_at_removal(object, *own, at);
    RecordedBuild recorded;
    if (own == nullptr || find(object, "metric_id") != nullptr) measure(object, own, recorded);
    describe(object, own, at, recorded.build);
    if (own != nullptr) recorded.first_record = text(*own, "record", 0).value_or("");
    result_.content = std::move(recorded);
  }

  const JsonObject* own_part(const JsonObject& object) {
    const JsonNode* metadata = find(object, "metadata");
    if (metadata == nullptr) return nullptr;
    const auto* members = std::get_if<JsonObject>(&metadata->value);
    if (members == nullptr) {
      problem(metadata->position.column, "`metadata` is not an object");
      return nullptr;
    }
    const JsonNode* node = find(*members, "unentropy");
    if (node == nullptr) return nullptr;
    const auto* own = std::get_if<JsonObject>(&node->value);
    if (own == nullptr) {
      problem(node->position.column, "`metadata.unentropy` is not an object", "`unentropy export` writes it");
      return nullptr;
    }
    check_keys(*own, own_keys);
    return own;
  }

  std::optional<Instant> timestamp(const JsonObject& object) {
    if (find(object, "timestamp") == nullptr) missing("timestamp", "for example `2025-02-03T04:05:06Z`");
    const auto given = text(object, "timestamp");
    if (!given) return std::nullopt;
    // The form without a zone is SQLite's own and of no file for exchange.
    const auto at = given->size() > 10 && (*given)[10] == 'T' ? parse_instant(*given) : std::nullopt;
    if (!at) {
      problem(find(object, "timestamp")->position.column, "`timestamp` is not an instant: " + in_ticks(*given, 60),
              "write date, `T`, time and zone, for example `2025-02-03T04:05:06Z` or `2025-02-03T06:05+02:00`");
    }
    return at;
  }

  void measure(const JsonObject& object, const JsonObject* own, RecordedBuild& recorded) {
    RecordedMetric metric;
    if (find(object, "metric_id") == nullptr) missing("metric_id", "it names what was measured");
    if (const auto key = text(object, "metric_id")) {
      metric.key = *key;
      if (!is_metric_key(*key)) {
        const std::string lower = replace_all(to_lower(*key), "_", "-");
        problem(find(object, "metric_id")->position.column, "`metric_id` is not a metric's key: " + in_ticks(*key, 80),
                is_metric_key(lower) ? "did you mean `" + lower + "`?" : "1 to 64 of `a-z`, `0-9` and `-`");
      }
    }
    value(object, metric);
    if (own != nullptr) {
      metric.unit = text(*own, "unit").value_or("");
      metric.description = text(*own, "description").value_or("");
    }
    recorded.metrics.push_back(std::move(metric));
  }

  void value(const JsonObject& object, RecordedMetric& metric) {
    const JsonNode* number = find(object, "value_numeric");
    const JsonNode* label = find(object, "value_label");
    if (const JsonNode* given = label != nullptr ? label : number) result_.value_column = given->position.column;
    if (number != nullptr && label != nullptr) {
      return problem(std::max(number->position.column, label->position.column),
                     "`value_numeric` and `value_label` are both given", "a measurement has one value");
    }
    if (label != nullptr) {
      metric.type = MetricType::label;
      metric.value = short_text(object, "value_label", kMaxLabel, 0).value_or("");
    } else if (number != nullptr) {
      const auto* given = std::get_if<double>(&number->value);
      if (given == nullptr) return problem(number->position.column, "`value_numeric` is not a number");
      metric.value = *given;
    } else if (std::find(suggested_.begin(), suggested_.end(), "value_label") == suggested_.end()) {
      missing("value_numeric", "give `value_numeric` or `value_label`");
    }
  }

  void commit(const JsonObject& object, bool of_a_history, std::optional<Instant> at, BuildContext& build) {
    if (const auto given = text(object, "commit_sha")) {
      build.commit_sha = *given;
      const bool is_hash = (given->size() == 40 || given->size() == 64) &&
                           given->find_first_not_of("0123456789abcdef") == std::string::npos;
      // What stands in a history is taken as it is.
      if (is_hash || of_a_history) return;
      problem(find(object, "commit_sha")->position.column,
              "`commit_sha` is no whole commit id: " + in_ticks(*given, 80),
              "write all 40 hexadecimal digits, in lower case, or leave it out");
    } else if (find(object, "commit_sha") == nullptr && at) {
      if (of_a_history) return missing("commit_sha", "`unentropy export` writes it");
      try {
        build.commit_sha = defaults_.commit_at(*at);
      } catch (const Error& error) {
        if (error.kind() != ErrorKind::usage) throw;
        problem(find(object, "timestamp")->position.column, error.message(), error.hint(), true);
      }
    }
  }

  void describe(const JsonObject& object, const JsonObject* own, std::optional<Instant> at, BuildContext& build) {
    build.timestamp = at.value_or(Instant{});
    commit(object, own != nullptr, at, build);
    build.branch = short_text(object, "branch", kMaxBranch).value_or(defaults_.branch);
    build.run_number = integer(object, "run_number").value_or(0);
    const std::string source = short_text(object, "source", kMaxName).value_or("manual");
    build.run_id = short_text(object, "run_id", kMaxName).value_or("");
    result_.names_commit = find(object, "commit_sha") != nullptr;
    if (own == nullptr) {
      result_.source = source;
      build.run_attempt = 0;
      build.event_name = "import";
      // With the instant: what one source measured of one commit at different times are different builds.
      if (find(object, "run_id") == nullptr && at && build.commit_sha.size() >= 12) {
        std::string instant = format_instant(*at);
        std::erase_if(instant, [](char c) { return c == '-' || c == ':' || c == '.'; });
        result_.foreign_run_id = fmt::format("import:{}:{}", source, build.commit_sha.substr(0, 12));
        build.run_id = result_.foreign_run_id + ":" + instant;
      }
      return;
    }
    if (find(object, "run_id") == nullptr) missing("run_id", "`unentropy export` writes it");
    build.run_attempt = integer(*own, "attempt").value_or(0);
    build.event_name = text(*own, "event", 0);
  }

  void look_at_removal(const JsonObject& object, const JsonObject& own, std::optional<Instant> at) {
    const JsonNode* node = find(own, "removed");
    const auto* removed = std::get_if<bool>(&node->value);
    if (removed == nullptr || !*removed) problem(node->position.column, "`removed` is not `true`");
    Tombstone tombstone;
    if (at) tombstone.removed_at = *at;
    for (const auto& [key, field] : {std::pair("commit_sha", &tombstone.commit_sha), {"run_id", &tombstone.run_id}}) {
      if (find(object, key) == nullptr) missing(key, "a removal names commit and run");
      *field = text(object, key).value_or("");
    }
    result_.content = std::move(tombstone);
  }

  const LineDefaults& defaults_;
  std::vector<LineProblem> problems_;
  std::vector<std::string> suggested_;  // for misspelt keys
  Measurement result_;
};

}  // namespace

std::string format_lines(const RecordedBuild& recorded) {
  if (recorded.metrics.empty()) return line_of(recorded, nullptr);
  std::string lines;
  for (const RecordedMetric& metric : recorded.metrics) lines += line_of(recorded, &metric);
  return lines;
}

std::string format_line(const Tombstone& tombstone) {
  return fmt::format(R"({{"timestamp":"{}"{}{},"metadata":{{"unentropy":{{"removed":true}}}}}})",
                     format_instant(tombstone.removed_at), member("commit_sha", tombstone.commit_sha),
                     member("run_id", tombstone.run_id)) +
         "\n";
}

bool fits_in_lines(const RecordedBuild& recorded) {
  const BuildContext& build = recorded.build;
  return is_carried(build.commit_sha, 1) && is_carried(build.branch, 1) && is_carried(build.run_id, 1) &&
         is_count(build.run_number) && is_count(build.run_attempt) && is_carried(build.event_name.value_or("")) &&
         is_carried(recorded.first_record.value_or("")) &&
         std::all_of(recorded.metrics.begin(), recorded.metrics.end(), [](const RecordedMetric& metric) {
           const auto* label = std::get_if<std::string>(&metric.value);
           return is_metric_key(metric.key) && is_carried(metric.unit) && is_carried(metric.description) &&
                  (label == nullptr ? std::isfinite(std::get<double>(metric.value)) : is_carried(*label));
         });
}

std::variant<Measurement, std::vector<LineProblem>> parse_line(std::string_view line, const LineDefaults& defaults) {
  return LineReading(defaults).read(line);
}

}  // namespace unentropy
