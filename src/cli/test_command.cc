// `unentropy test`: measures everything and stores nothing.
#include <algorithm>

#include "base/file.h"
#include "cli/error_codes.h"
#include "cli/measuring.h"
#include "cli/project.h"
#include "cli/run_outputs.h"
#include "cli/run_tables.h"
#include "github/build_context.h"

namespace unentropy {

int run_test(CommandContext& context) {
  const Project project = load_project(context);
  RunResult result;
  const auto start = context.clock.steady();
  const bool allow_shell = !is_untrusted_event(context.environment.get_nonempty("GITHUB_EVENT_NAME")) ||
                           context.inputs.flag("allow-untrusted-commands");
  result.outcomes = measure(context, {project.config, project.base_directory, {}, allow_shell});
  result.duration = std::chrono::duration_cast<Milliseconds>(context.clock.steady() - start);
  const bool failed = result.collected() < result.outcomes.size();
  if (failed) {
    const ErrorCode& code = error_code(result.collected() == 0 ? "nothing_collected" : "metrics_failed");
    result.exit_code = code.exit_code;
    result.error_code = code.name;
    result.error_message = "not every metric could be collected";
    result.error_hint = "see the reason of each metric";
  }
  if (project.config.unknown_storage_type) result.exit_code = kExitUsage;
  write_json_result(context, result);
  if (context.inputs.text("json") != "-") context.printer.table(timed_metrics_table(result));
  return result.exit_code;
}

}  // namespace unentropy
