// `unentropy artifact download`: the history of the newest artifact that counts, as a local file.
#include <fmt/format.h>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/artifact_history.h"
#include "cli/commands.h"
#include "cli/git_context.h"
#include "cli/project.h"
#include "cli/run_tables.h"
#include "cli/storage_plan.h"
#include "github/build_context.h"

namespace unentropy {
namespace {

std::string current_branch(const CommandContext& context) {
  if (runs_in_workflow(context.environment)) {
    return branch_of_ref(context.environment.get_nonempty("GITHUB_REF").value_or(""));
  }
  return build_context_from_git(context.working_directory, context.environment, context.runner, context.clock.now())
      .build.branch;
}

}  // namespace

int run_artifact(CommandContext& context) {
  if (context.arguments != std::vector<std::string>{"download"}) {
    const std::string given = context.arguments.empty() ? "nothing" : in_ticks(join(context.arguments, " "), 60);
    throw Error(ErrorKind::usage, "`artifact` can only `download`, and it was given " + given,
                "`unentropy artifact download` fetches the history of the newest artifact");
  }
  std::vector<InputProblem> problems = context.inputs.problems();
  if (const auto problem = artifact_problem(context)) problems.push_back(*problem);
  refuse(context.printer, problems);
  const std::string key = context.inputs.text_or("database-key", kDefaultDatabaseKey);
  const std::filesystem::path file = checked_path(context, "database-key", key);
  ArtifactSource source =
      artifact_source(context, context.inputs.text("artifact-branch-filter") ? "" : current_branch(context));
  source.database_name = file.filename().string();
  source.retry_attempts = context.inputs.count("retry-attempts").value_or(source.retry_attempts);
  const TempDir directory(temporary_directory(context.environment));
  const auto found = fetch_artifact_history(context, source, directory.path(), file);
  if (!found) return kExitNoArtifact;
  context.printer.data(fmt::format("{}: {} of run {}\n", in_ticks(key), counted(found->builds, "build"), found->run));
  return kExitDone;
}

}  // namespace unentropy
