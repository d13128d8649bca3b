// Measuring with the log that goes with it; `track`, `test` and the gate share it.
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "cli/commands.h"
#include "config/config.h"
#include "model/build.h"
#include "model/sample.h"

namespace unentropy {

struct MeasuringPlan {
  const Config& config;
  std::filesystem::path base_directory;
  std::optional<BuildContext> build;
  bool allow_shell = true;
};

// Runs all metrics. Failures are logged as warnings with the output of their commands, other output only if verbose.
// Throws `Error` (unavailable) when the run was interrupted.
std::vector<MetricOutcome> measure(CommandContext& context, const MeasuringPlan& plan);

// What a metric's command inherits: everything but credentials and the runner's files.
Environment environment_of_commands(const Environment& environment);

}  // namespace unentropy
