#include "cli/seed_workflow.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/artifact_history.h"
#include "cli/init_workflows.h"
#include "cli/project.h"
#include "cli/report_source.h"
#include "cli/storage_plan.h"

namespace unentropy {
namespace {

void refuse_other_storage(const StoragePlan& plan) {
  if (plan.type == StorageType::sqlite_artifact) return;
  throw Error(
      ErrorKind::usage,
      "`seed-workflow` is for histories in artifacts, and the storage is `" + std::string(to_string(plan.type)) + "`",
      plan.type == StorageType::sqlite_s3 ? "`unentropy merge FILE` puts a database into the bucket"
                                          : "the history is the local file itself: put the database there");
}

}  // namespace

int run_seed_workflow(CommandContext& context) {
  if (context.arguments.size() > 1) {
    throw Error(ErrorKind::usage, "`seed-workflow` takes no file: " + in_ticks(context.arguments[1], 60),
                "the workflow uploads the file `database-key` of the branch that it runs on");
  }
  refuse(context.printer, context.inputs.problems());
  const std::optional<Project> project = find_project(context);
  const Config defaults;
  const StoragePlan plan = plan_storage(context, project ? &project->config : &defaults);
  refuse_other_storage(plan);
  refuse(context.printer, plan.problems);
  const std::string text = seed_workflow(artifact_name(context), history_name(plan));
  const std::optional<std::string> output = context.inputs.text("output");
  if (!output) {
    context.printer.data(text);
    return kExitDone;
  }
  const std::filesystem::path file = checked_path(context, "output", *output);
  if (std::filesystem::exists(std::filesystem::symlink_status(file)) && !context.inputs.flag("force")) {
    throw Error(ErrorKind::usage, in_ticks(*output) + " is there already; nothing was written",
                "give `--force` to replace it");
  }
  write_file_atomically(file, text);
  context.printer.progress("wrote " + in_ticks(*output));
  return kExitDone;
}

}  // namespace unentropy
