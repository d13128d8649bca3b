// Measuring: runs every metric's command, in the order of the configuration, one failure never stopping others.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
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

enum class MetricProgress { running, done, failed };

// `started` and `finished` are called from the thread of `collect_metrics`, in the order of the configuration: first
// one, then the other of each metric. A built-in collector may have run long before.
struct CollectListener {
  std::function<void(const Metric&)> started;
  // `log` is what a person wants to see of the run: output and error text, bounded, not yet escaped.
  std::function<void(const MetricOutcome&, const std::string& log)> finished;
  // For a live list: what really happens, when it happens. From any thread, one call at a time.
  std::function<void(std::size_t index, MetricProgress)> progress;
};

// Shell commands run one at a time, in order. Built-in collectors run side by side and beside the shell commands that
// follow them; those in front of them they wait for, because they may read what these write.
std::vector<MetricOutcome> collect_metrics(const CollectRequest& request, ProcessRunner& runner, Clock& clock,
                                           const CollectListener& listener);

}  // namespace unentropy
