#include "history/testing/fixture.h"

#include <stdexcept>
#include <utility>

#include "base/clock.h"

namespace unentropy::testing {

Instant instant(std::string_view text) {
  const std::optional<Instant> parsed = parse_instant(text);
  if (!parsed) throw std::invalid_argument("not an instant: " + std::string(text));
  return *parsed;
}

BuildContext build(std::string commit, std::string run_id, std::string_view timestamp) {
  BuildContext context;
  context.commit_sha = std::move(commit);
  context.branch = "main";
  context.run_id = std::move(run_id);
  context.run_number = 1;
  context.event_name = "push";
  context.timestamp = instant(timestamp);
  return context;
}

MetricOutcome number(std::string key, double value, std::optional<Unit> unit) {
  MetricOutcome outcome;
  outcome.metric.key = std::move(key);
  outcome.metric.unit = unit;
  outcome.result = MetricValue(value);
  return outcome;
}

MetricOutcome label(std::string key, std::string value) {
  MetricOutcome outcome;
  outcome.metric.key = std::move(key);
  outcome.metric.type = MetricType::label;
  outcome.result = MetricValue(std::move(value));
  return outcome;
}

MetricOutcome failed(std::string key) {
  MetricOutcome outcome;
  outcome.metric.key = std::move(key);
  outcome.result = MetricFailure{"exit code 1", ""};
  return outcome;
}

}  // namespace unentropy::testing
