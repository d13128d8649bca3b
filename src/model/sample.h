// What measuring gave: values and failures, in the order of the configuration.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "model/metric.h"

namespace unentropy {

// A number is always finite.
using MetricValue = std::variant<double, std::string>;

struct MetricFailure {
  std::string reason;  // one line, safe to print after escaping for its place
  std::string detail;  // last lines of standard error, may be empty; several lines
};

struct MetricOutcome {
  Metric metric;
  std::variant<MetricValue, MetricFailure> result;
  Milliseconds duration{0};
  std::vector<std::string> notices;  // for example "text after the number was ignored"

  bool succeeded() const { return std::holds_alternative<MetricValue>(result); }
  const MetricValue& value() const { return std::get<MetricValue>(result); }
  const MetricFailure& failure() const { return std::get<MetricFailure>(result); }
};

}  // namespace unentropy
