#include "cli/track_plan.h"

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "cli/artifact_history.h"
#include "cli/git_context.h"
#include "cli/project.h"
#include "github/build_context.h"

namespace unentropy {
namespace {

constexpr std::string_view kDefaultReportDirectory = "unentropy-report";

void plan_build(CommandContext& context, TrackPlan& plan, std::vector<InputProblem>& problems) {
  const Instant now = context.clock.now();
  if (runs_in_workflow(context.environment) || context.environment.get_nonempty("GITHUB_SHA")) {
    plan.build = build_context_from_workflow(context.environment, now);
    if (!runs_in_workflow(context.environment) && !plan.build.event_name) plan.build.event_name = "push";
    plan.allow_shell = !is_untrusted_event(plan.build.event_name) || context.inputs.flag("allow-untrusted-commands");
    return;
  }
  const LocalBuild local = build_context_from_git(context.working_directory, context.environment, context.runner, now,
                                                  history_name(plan.storage));
  plan.build = local.build;
  if (plan.build.branch == kDetached) {
    context.printer.warning("no branch is checked out, so the build is recorded under branch `HEAD`",
                            "check out a branch; in CI set `GITHUB_SHA`, `GITHUB_REF`, `GITHUB_RUN_ID` and "
                            "`GITHUB_RUN_NUMBER`");
  }
  if (!local.dirty) return;
  if (plan.storage.type == StorageType::sqlite_s3 && !context.inputs.flag("allow-dirty")) {
    problems.push_back({"the working tree has uncommitted changes, so its values do not belong to commit `" +
                            plan.build.commit_sha.substr(0, 10) + "`",
                        "commit or stash them, or give `--allow-dirty`"});
  } else {
    context.printer.warning("the working tree has uncommitted changes; values are recorded under commit `" +
                            plan.build.commit_sha.substr(0, 10) + "` all the same");
  }
}

}  // namespace

PlannedRun plan_track(CommandContext& context) {
  PlannedRun planned;
  TrackPlan plan;
  auto& problems = planned.problems;
  problems = context.inputs.problems();
  or_problem(problems, [&] {
    Project project = load_project(context);
    plan.config = std::move(project.config);
    plan.base_directory = std::move(project.base_directory);
  });
  const bool config_usable = problems.size() == context.inputs.problems().size();

  plan.storage = plan_storage(context, config_usable ? &plan.config : nullptr);
  problems.insert(problems.end(), plan.storage.problems.begin(), plan.storage.problems.end());
  plan.temporary_directory = temporary_directory(context.environment);
  if (context.inputs.flag("artifact-download")) {
    plan.artifact_download = plan.storage.type == StorageType::sqlite_artifact;
    if (!plan.artifact_download) {
      context.printer.notice("`artifact-download` has no effect with `" + std::string(to_string(plan.storage.type)) +
                             "`");
    } else if (const auto problem = artifact_problem(context)) {
      problems.push_back(*problem);
    }
  }
  or_problem(problems, [&] {
    plan.report_directory =
        checked_path(context, "report-dir", context.inputs.text_or("report-dir", kDefaultReportDirectory));
  });
  or_problem(problems, [&] { plan_build(context, plan, problems); });

  for (const InputProblem& problem : problems) context.printer.error(problem.message, problem.hint);
  planned.storage = plan.storage.type;
  planned.database_key = plan.storage.database_key;
  if (problems.empty()) planned.plan = std::move(plan);
  return planned;
}

}  // namespace unentropy
