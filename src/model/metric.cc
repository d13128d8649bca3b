#include "model/metric.h"

#include "model/name_table.h"

namespace unentropy {
namespace {

constexpr NameTable<MetricType, 2> kMetricTypes{{{MetricType::numeric, "numeric"}, {MetricType::label, "label"}}};

constexpr NameTable<Unit, 5> kUnits{{{Unit::percent, "percent"},
                                     {Unit::integer, "integer"},
                                     {Unit::bytes, "bytes"},
                                     {Unit::duration, "duration"},
                                     {Unit::decimal, "decimal"}}};

constexpr NameTable<Direction, 3> kDirections{{{Direction::higher_is_better, "higher-is-better"},
                                               {Direction::lower_is_better, "lower-is-better"},
                                               {Direction::stable, "stable"}}};

}  // namespace

std::string_view to_string(MetricType type) { return kMetricTypes.name(type); }
std::string_view to_string(Unit unit) { return kUnits.name(unit); }
std::string_view to_string(Direction direction) { return kDirections.name(direction); }

std::optional<MetricType> parse_metric_type(std::string_view text) { return kMetricTypes.parse(text); }
std::optional<Unit> parse_unit(std::string_view text) { return kUnits.parse(text); }
std::optional<Direction> parse_direction(std::string_view text) { return kDirections.parse(text); }

const std::vector<std::string>& metric_type_names() {
  static const std::vector<std::string> names = kMetricTypes.names();
  return names;
}

const std::vector<std::string>& unit_names() {
  static const std::vector<std::string> names = kUnits.names();
  return names;
}

const std::vector<std::string>& direction_names() {
  static const std::vector<std::string> names = kDirections.names();
  return names;
}

const std::vector<MetricTemplate>& metric_templates() {
  static const std::vector<MetricTemplate> templates{
      {"coverage", Unit::percent, "", "Share of the code that the tests execute", Direction::higher_is_better},
      {"function-coverage", Unit::percent, "", "Share of the functions that the tests call",
       Direction::higher_is_better},
      {"loc", Unit::integer, "@collect loc .", "Lines of code without blank and comment lines", std::nullopt},
      {"size", Unit::bytes, "@collect size dist", "Total size of the files that the build produces",
       Direction::lower_is_better},
      {"build-time", Unit::duration, "", "How long a build takes", Direction::lower_is_better},
      {"test-time", Unit::duration, "", "How long the whole test suite takes", Direction::lower_is_better},
      {"dependencies-count", Unit::integer, "", "How many packages the project depends on", Direction::lower_is_better},
  };
  return templates;
}

const MetricTemplate* find_metric_template(std::string_view id) {
  for (const MetricTemplate& candidate : metric_templates()) {
    if (candidate.id == id) return &candidate;
  }
  return nullptr;
}

std::optional<Direction> effective_direction(const Metric& metric) {
  if (metric.direction) return metric.direction;
  const MetricTemplate* origin = find_metric_template(metric.template_id);
  return origin != nullptr ? origin->direction : std::nullopt;
}

}  // namespace unentropy
