#include "model/run_record.h"

namespace unentropy {

RecordedBuild recorded_build(const BuildContext& build, const std::vector<MetricOutcome>& outcomes) {
  RecordedBuild recorded{build, {}};
  for (const MetricOutcome& outcome : outcomes) {
    if (!outcome.succeeded()) continue;
    const Metric& metric = outcome.metric;
    recorded.metrics.push_back({metric.key, metric.type,
                                metric.unit ? std::string(to_string(*metric.unit)) : std::string(), metric.description,
                                outcome.value()});
  }
  return recorded;
}

}  // namespace unentropy
