// `unentropy test`: measures everything and stores nothing.
#include <algorithm>

#include "base/file.h"
#include "cli/measuring.h"
#include "cli/project.h"
#include "cli/run_outputs.h"
#include "cli/run_tables.h"

namespace unentropy {

int run_test(CommandContext& context) {
  const Project project = load_project(context);
  RunResult result;
  const auto start = context.clock.steady();
  result.outcomes = measure(context, {project.config, project.base_directory, {}, true});
  result.duration = std::chrono::duration_cast<Milliseconds>(context.clock.steady() - start);
  const bool failed = result.collected() < result.outcomes.size();
  if (failed) {
    result.exit_code = kExitNothingCollected;
    result.error_code = "nothing_collected";
    result.error_message = "not every metric could be collected";
    result.error_hint = "see the reason of each metric";
  }
  if (project.config.unknown_storage_type) result.exit_code = kExitUsage;
  write_json_result(context, result);
  if (context.inputs.text("json") != "-") context.printer.data(timed_metrics_table(result));
  return result.exit_code;
}

}  // namespace unentropy
