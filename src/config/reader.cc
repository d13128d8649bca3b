#include "config/reader.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "base/glob.h"
#include "base/text.h"
#include "config/printable.h"
#include "config/sources.h"
#include "config/wording.h"

namespace unentropy {
namespace {

using Level = Diagnostic::Level;

// More than a file may have, and a bound on the work that a file full of wrong references can cause.
constexpr std::size_t kMostCandidates = 50;
// Days are later turned into milliseconds; nobody's history is older than this.
constexpr double kMostDays = 1'000'000;

std::string text_or_empty(const CheckedValue& object, std::string_view key) {
  const auto* text = object.get<std::string>(key);
  return text != nullptr ? *text : std::string();
}

// The parsed form of an enumeration's member; `parse` cannot fail for a sound value.
template <typename Enum>
std::optional<Enum> name_of(const CheckedValue& object, std::string_view key,
                            std::optional<Enum> (*parse)(std::string_view)) {
  const auto* text = object.get<std::string>(key);
  return text != nullptr ? parse(*text) : std::nullopt;
}

std::optional<int> int_of(const CheckedValue& object, std::string_view key) {
  const double* number = object.get<double>(key);
  return number != nullptr ? std::optional(static_cast<int>(*number)) : std::nullopt;
}

std::optional<double> number_of(const CheckedValue& object, std::string_view key) {
  const double* number = object.get<double>(key);
  return number != nullptr ? std::optional(*number) : std::nullopt;
}

class ConfigReader {
 public:
  explicit ConfigReader(const std::filesystem::path& base_directory) : base_directory_(base_directory) {}

  Reading read(const CheckedValue& root) {
    if (const CheckedMember* metrics = root.find("metrics")) read_metrics(metrics->value);
    if (const CheckedMember* storage = root.find("storage")) read_storage(storage->value);
    if (const CheckedMember* gate = root.find("qualityGate")) read_gate(gate->value);
    if (const CheckedMember* report = root.find("report")) read_report(report->value);
    if (const CheckedMember* sources = root.find("sources")) read_sources(sources->value);
    return std::move(reading_);
  }

 private:
  // What references need to know of a metric.
  struct Known {
    std::optional<MetricType> type;  // absent: the metric is broken
    std::optional<Unit> unit;
    std::optional<Direction> direction;
  };

  void add(Level level, TextPosition position, const std::string& path, std::string message, std::string hint = {}) {
    if (level == Level::error) reading_.fatal = true;
    reading_.diagnostics.push_back({level, position, path, std::move(message), std::move(hint)});
  }
  void warn(const CheckedValue& value, std::string message, std::string hint = {}) {
    add(Level::warning, value.node->position, value.path, std::move(message), std::move(hint));
  }
  void warn_key(const CheckedMember& member, std::string message, std::string hint = {}) {
    add(Level::warning, member.key_position, member.value.path, std::move(message), std::move(hint));
  }

  // --- metrics

  void read_metrics(const CheckedValue& metrics) {
    metrics_known_ = std::holds_alternative<JsonObject>(metrics.node->value);
    for (const CheckedMember& member : metrics.members) {
      Metric metric = read_metric(member);
      const Known known = know(member, metric);
      known_.insert_or_assign(member.key, known);
      // A reference to the right form of a wrong key is no second mistake.
      if (!member.suggested_key.empty()) known_.emplace(member.suggested_key, Known{});
      const std::string& key = member.key_sound ? member.key : member.suggested_key;
      if (candidates_.size() < kMostCandidates && !key.empty()) candidates_.push_back(key);
      reading_.config.metrics.push_back(std::move(metric));
    }
  }

  Metric read_metric(const CheckedMember& member) {
    const CheckedValue& value = member.value;
    Metric metric;
    metric.key = member.key;
    metric.template_id = text_or_empty(value, "$ref");
    const MetricTemplate* origin = find_metric_template(metric.template_id);
    metric.type = read_type(value, origin);
    metric.name = text_or_empty(value, "name");
    if (metric.name.empty()) metric.name = origin != nullptr ? std::string(origin->id) : member.key;
    const auto* description = value.get<std::string>("description");
    metric.description = description != nullptr ? *description : std::string(origin ? origin->description : "");
    metric.unit = name_of(value, "unit", parse_unit);
    if (!metric.unit && origin != nullptr) metric.unit = origin->unit;
    metric.command = read_command(value, origin);
    if (const double* timeout = value.get<double>("timeout")) {
      metric.timeout = std::chrono::milliseconds(static_cast<std::int64_t>(*timeout));
    }
    metric.direction = name_of(value, "direction", parse_direction);
    if (metric.type == MetricType::label) warn_unused_on_label(value);
    return metric;
  }

  MetricType read_type(const CheckedValue& value, const MetricTemplate* origin) {
    const std::optional<MetricType> own = name_of(value, "type", parse_metric_type);
    if (origin == nullptr) return own.value_or(MetricType::numeric);
    if (own && *own != MetricType::numeric) {
      warn(value.find("type")->value, fmt::format("ignored: the template `{}` is `numeric`", origin->id),
           "remove `type`, or start without `$ref`");
    }
    return MetricType::numeric;
  }

  std::string read_command(const CheckedValue& value, const MetricTemplate* origin) {
    const auto* command = value.get<std::string>("command");
    if (command == nullptr) return std::string(origin != nullptr ? origin->command : "");
    if (trim(*command).empty()) warn(value.find("command")->value, "the command is blank and prints nothing");
    if (command->find('\0') != std::string::npos) {
      warn(value.find("command")->value, "the command has a NUL character, with which none can be run");
    }
    return *command;
  }

  void warn_unused_on_label(const CheckedValue& value) {
    for (const std::string_view key : {"unit", "direction"}) {
      if (const CheckedMember* member = value.find(key)) {
        warn_key(*member, fmt::format("`{}` has no effect on a label", key));
      }
    }
  }

  static Known know(const CheckedMember& member, const Metric& metric) {
    const CheckedValue& value = member.value;
    const bool typed = value.get<std::string>("type") != nullptr || !metric.template_id.empty();
    if (!member.key_sound || !value.sound || !typed) return {};
    const CheckedMember* unit = value.find("unit");
    const CheckedMember* direction = value.find("direction");
    Known known{metric.type, metric.unit, effective_direction(metric)};
    if (unit != nullptr && !unit->value.sound) known.unit.reset();
    // Which one was meant is not known, but that there is one is enough for not asking for it.
    if (direction != nullptr && !direction->value.sound) known.direction = Direction::stable;
    return known;
  }

  // The metric, or null after a diagnostic if there is none of that name.
  const Known* resolve(const CheckedValue& reference, Level level, std::string_view consequence) {
    const auto* id = reference.as<std::string>();
    if (id == nullptr || !metrics_known_) return nullptr;
    const auto found = known_.find(*id);
    if (found != known_.end()) return &found->second;
    add(level, reference.node->position, reference.path,
        fmt::format("no such metric: {}{}", value_in_ticks(*id), consequence), suggestion(*id, candidates_));
    return nullptr;
  }

  // --- storage

  void read_storage(const CheckedValue& storage) {
    const CheckedMember* type = storage.find("type");
    if (type == nullptr) return;
    const auto* text = std::get_if<std::string>(&type->value.node->value);
    if (text == nullptr) return;
    const std::optional<StorageType> known = parse_storage_type(*text);
    reading_.config.storage_type = known.value_or(kDefaultStorageType);
    reading_.config.storage_type_given = known.has_value();
    if (!known) reading_.config.unknown_storage_type = *text;
  }

  // --- quality gate

  void read_gate(const CheckedValue& gate) {
    GateSettings settings;
    settings.mode = name_of(gate, "mode", parse_gate_mode);
    if (const bool* comment = gate.get<bool>("enablePullRequestComment")) settings.pull_request_comment = *comment;
    settings.max_comment_metrics = int_of(gate, "maxCommentMetrics");
    settings.max_comment_characters = int_of(gate, "maxCommentCharacters");
    if (const CheckedMember* baseline = gate.find("baseline")) {
      settings.reference_branch = text_or_empty(baseline->value, "referenceBranch");
      const std::optional<double> days = number_of(baseline->value, "maxAgeDays");
      if (days) settings.max_age_days = static_cast<int>(std::min(*days, kMostDays));
    }
    const CheckedMember* thresholds = gate.find("thresholds");
    if (thresholds != nullptr) read_thresholds(thresholds->value, settings.thresholds);
    const bool none = thresholds == nullptr || (thresholds->value.sound && thresholds->value.elements.empty());
    if (settings.mode == GateMode::hard && none) {
      warn(gate.find("mode")->value, "`hard` has no effect without thresholds", "add some to `qualityGate.thresholds`");
    }
    reading_.config.quality_gate = std::move(settings);
  }

  void read_thresholds(const CheckedValue& list, std::vector<Threshold>& thresholds) {
    std::map<std::string, std::string> seen;  // what makes a threshold, and the path of the first such
    for (const CheckedValue& element : list.elements) {
      Threshold threshold = read_threshold(element);
      const auto* metric = element.get<std::string>("metric");
      const auto* mode = element.get<std::string>("mode");
      if (metric != nullptr && mode != nullptr) {
        const auto [first, is_new] = seen.emplace(identity(threshold), element.path);
        if (!is_new) warn(element, fmt::format("the same threshold as `{}`", first->second));
      }
      thresholds.push_back(std::move(threshold));
    }
  }

  Threshold read_threshold(const CheckedValue& value) {
    Threshold threshold;
    threshold.metric = text_or_empty(value, "metric");
    threshold.mode = name_of(value, "mode", parse_threshold_mode).value_or(ThresholdMode::no_regression);
    threshold.target = number_of(value, "target");
    threshold.tolerance = number_of(value, "tolerance").value_or(threshold.tolerance);
    threshold.max_drop_percent = number_of(value, "maxDropPercent");
    threshold.severity = name_of(value, "severity", parse_severity).value_or(threshold.severity);
    threshold.direction = name_of(value, "direction", parse_direction);
    if (const CheckedMember* metric = value.find("metric")) {
      if (const Known* known = resolve(metric->value, Level::error, "")) warn_of_metric(value, *metric, *known);
    }
    return threshold;
  }

  void warn_of_metric(const CheckedValue& threshold, const CheckedMember& metric, const Known& known) {
    if (known.type == MetricType::label) {
      warn(metric.value,
           fmt::format("{} is a label, which has no limits", value_in_ticks(*metric.value.as<std::string>())));
      return;
    }
    const auto* mode = threshold.get<std::string>("mode");
    const bool directed = mode != nullptr && (*mode == "no-regression" || *mode == "delta-max-drop");
    const bool cost = known.unit == Unit::bytes || known.unit == Unit::duration;
    if (!directed || !cost || known.direction || threshold.find("direction") != nullptr) return;
    warn(threshold,
         fmt::format("a drop of {} counts as bad, though its unit is `{}`",
                     value_in_ticks(*metric.value.as<std::string>()), to_string(*known.unit)),
         "say which way is good: give the metric a `direction`, for example `lower-is-better`");
  }

  static std::string identity(const Threshold& threshold) {
    const auto number = [](const std::optional<double>& value) { return value ? shortest_digits(*value) : "-"; };
    return fmt::format("{}\n{}\n{}\n{}\n{}\n{}\n{}", threshold.metric, to_string(threshold.mode),
                       number(threshold.target), shortest_digits(threshold.tolerance),
                       number(threshold.max_drop_percent), to_string(threshold.severity),
                       threshold.direction ? to_string(*threshold.direction) : "-");
  }

  // --- report

  void read_report(const CheckedValue& report) {
    ReportLayout& layout = reading_.config.report;
    if (const CheckedMember* sections = report.find("sections")) {
      for (const CheckedValue& element : sections->value.elements) layout.sections.push_back(read_section(element));
    }
    if (const auto* theme = report.get<std::string>("theme")) {
      layout.theme = *theme;
    } else if (const CheckedMember* own = report.find("theme")) {
      layout.dark_overrides = read_palette(own->value, "dark");
      layout.light_overrides = read_palette(own->value, "light");
    }
    const std::string mode = text_or_empty(report, "mode");
    layout.mode = mode == "light" ? ColourMode::light : mode == "dark" ? ColourMode::dark : ColourMode::automatic;
  }

  static std::map<std::string, std::string> read_palette(const CheckedValue& theme, std::string_view variant) {
    std::map<std::string, std::string> palette;
    if (const CheckedMember* colours = theme.find(variant)) {
      for (const CheckedMember& colour : colours->value.members) {
        if (const auto* text = colour.value.as<std::string>()) palette.emplace(colour.key, *text);
      }
    }
    return palette;
  }

  ReportSection read_section(const CheckedValue& value) {
    ReportSection section{text_or_empty(value, "name"), text_or_empty(value, "description"), {}};
    if (const CheckedMember* charts = value.find("charts")) {
      for (const CheckedValue& element : charts->value.elements) {
        ReportChart chart{read_chart_metrics(element), text_or_empty(element, "title")};
        // Without any known metric there is nothing to draw.
        if (!chart.metrics.empty()) section.charts.push_back(std::move(chart));
      }
    }
    return section;
  }

  std::vector<std::string> read_chart_metrics(const CheckedValue& chart) {
    std::vector<std::string> keys;
    const CheckedMember* metrics = chart.find("metrics");
    if (metrics == nullptr) return keys;
    std::unordered_set<std::string> seen;
    const auto take = [&](const CheckedValue& reference) {
      if (resolve(reference, Level::warning, "; it is left out of the chart") == nullptr) return;
      const std::string& key = *reference.as<std::string>();
      if (seen.insert(key).second) {
        keys.push_back(key);
      } else {
        warn(reference, fmt::format("{} is in this chart already", value_in_ticks(key)));
      }
    };
    if (metrics->value.as<std::string>() != nullptr) take(metrics->value);
    for (const CheckedValue& element : metrics->value.elements) take(element);
    return keys;
  }

  // --- sources

  void read_sources(const CheckedValue& sources) {
    for (const CheckedValue& element : sources.elements) {
      const auto* pattern = element.as<std::string>();
      if (pattern == nullptr) continue;
      NormalisedSource source = normalise_source_pattern(*pattern, base_directory_);
      if (!source.problem.empty()) {
        warn(element, fmt::format("the pattern {} can match nothing: {}", value_in_ticks(*pattern), source.problem));
      }
      check_glob(element, source.pattern);
      reading_.config.sources.push_back(std::move(source.pattern));
    }
  }

  void check_glob(const CheckedValue& element, std::string_view pattern) {
    try {
      const Glob glob(pattern.starts_with('!') ? pattern.substr(1) : pattern);
    } catch (const Error& error) {
      add(Level::error, element.node->position, element.path, error.message(), error.hint());
    }
  }

  const std::filesystem::path& base_directory_;
  Reading reading_;
  bool metrics_known_ = false;
  std::unordered_map<std::string, Known> known_;
  std::vector<std::string> candidates_;  // for did-you-mean
};

}  // namespace

Reading read_config(const CheckedValue& root, const std::filesystem::path& base_directory) {
  return ConfigReader(base_directory).read(root);
}

}  // namespace unentropy
