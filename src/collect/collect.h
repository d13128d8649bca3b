// Measuring: runs every metric's command, in the order of the configuration, one failure never stopping others.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/environment.h"
#include "base/process.h"
#include "model/build.h"
#include "model/metric.h"
#include "model/sample.h"

namespace unentropy {

struct CollectRequest {
  std::vector<Metric> metrics;
  std::vector<std::string> sources;         // normalised patterns of the configuration
  std::filesystem::path working_directory;  // of shell commands
  std::filesystem::path base_directory;     // of the configuration file: `@collect` paths
  Environment environment;                  // what commands inherit; credentials already removed by the caller
  std::optional<BuildContext> build;        // for UNENTROPY_*; absent in `test`
  bool allow_shell = true;                  // false: shell metrics fail with the reason that they are not trusted here
  std::function<bool()> interrupted;
};

// Called from the thread of `collect`, in the order of the configuration.
struct CollectListener {
  std::function<void(const Metric&)> started;
  // `log` is what a person wants to see of the run: output and error text, bounded, not yet escaped.
  std::function<void(const MetricOutcome&, const std::string& log)> finished;
};

std::vector<MetricOutcome> collect_metrics(const CollectRequest& request, ProcessRunner& runner, Clock& clock,
                                           const CollectListener& listener);

}  // namespace unentropy
