// What is measured: a metric as the configuration defines it, after templates are resolved.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace unentropy {

enum class MetricType { numeric, label };
enum class Unit { percent, integer, bytes, duration, decimal };  // a duration is in seconds
enum class Direction { higher_is_better, lower_is_better, stable };

std::string_view to_string(MetricType type);
std::string_view to_string(Unit unit);
std::string_view to_string(Direction direction);
std::optional<MetricType> parse_metric_type(std::string_view text);
std::optional<Unit> parse_unit(std::string_view text);
std::optional<Direction> parse_direction(std::string_view text);
// All names, in the order of the documentation; for messages and the schema.
const std::vector<std::string>& metric_type_names();
const std::vector<std::string>& unit_names();
const std::vector<std::string>& direction_names();

inline constexpr std::chrono::milliseconds kDefaultMetricTimeout{60'000};

struct Metric {
  std::string key;  // id in the database, `^[a-z0-9-]{1,64}$`
  std::string name;
  std::string description;  // empty: none
  MetricType type = MetricType::numeric;
  std::optional<Unit> unit;
  std::string command;  // a shell command or `@collect …`, trimmed of nothing
  std::chrono::milliseconds timeout = kDefaultMetricTimeout;
  std::optional<Direction> direction;  // only if the configuration says so
  std::string template_id;             // empty: no `$ref`
};

// A `$ref` target.
struct MetricTemplate {
  std::string_view id;
  Unit unit;
  std::string_view command;  // empty: the template has none
  std::string_view description;
  std::optional<Direction> direction;  // default of the quality gate and of colours in the report
};

// The one table of templates. All are numeric.
const std::vector<MetricTemplate>& metric_templates();
const MetricTemplate* find_metric_template(std::string_view id);

// The metric's own direction, else its template's, else nothing.
std::optional<Direction> effective_direction(const Metric& metric);

}  // namespace unentropy
