#include "cli/gate_plan.h"

#include "base/error.h"
#include "base/text.h"
#include "cli/git_context.h"
#include "cli/project.h"
#include "github/build_context.h"
#include "github/sticky_comment.h"

namespace unentropy {
namespace {

constexpr std::string_view kDefaultResultsFile = ".unentropy/quality-gate-results.json";

void plan_build(CommandContext& context, GatePlan& plan) {
  const Instant now = context.clock.now();
  if (!runs_in_workflow(context.environment)) {
    const LocalBuild local = build_context_from_git(context.working_directory, context.environment, context.runner, now,
                                                    history_name(plan.storage));
    plan.build = local.build;
    if (!local.dirty) plan.tested_commit = plan.build.commit_sha;
    return;
  }
  plan.build = build_context_from_workflow(context.environment, now);
  plan.allow_shell = !is_untrusted_event(plan.build.event_name) || context.inputs.flag("allow-untrusted-commands");
  // Under pull_request_target GITHUB_SHA is the commit of the base branch, which is no change at all.
  const bool of_base = plan.event.pull_request && plan.build.event_name == "pull_request_target";
  plan.tested_commit = of_base ? plan.event.pull_request->head_sha : plan.build.commit_sha;
}

std::string reference_branch_of(const CommandContext& context, const GatePlan& plan) {
  if (!plan.settings.reference_branch.empty()) return plan.settings.reference_branch;
  if (const auto base = context.environment.get_nonempty("GITHUB_BASE_REF")) return *base;
  return plan.event.default_branch.empty() ? "main" : plan.event.default_branch;
}

// Without credentials, in a run that cannot have any, the storage is not asked and its settings are nobody's mistake.
void plan_reading(CommandContext& context, GatePlan& plan, std::vector<InputProblem>& problems) {
  const bool without_credentials =
      context.inputs.secret("s3-access-key-id").empty() && context.inputs.secret("s3-secret-access-key").empty();
  if (plan.storage.type == StorageType::sqlite_s3 && without_credentials &&
      lacks_secrets(plan.event, context.environment)) {
    plan.unreadable_reason = plan.event.pull_request->from_fork
                                 ? "a pull request from a fork is given no secrets, so the storage cannot be asked"
                                 : "a pull request of Dependabot is given no secrets, so the storage cannot be asked";
    return;
  }
  problems.insert(problems.end(), plan.storage.problems.begin(), plan.storage.problems.end());
}

void plan_comment(const CommandContext& context, GatePlan& plan) {
  const InputValues& inputs = context.inputs;
  plan.comments = inputs.text("enable-pr-comment") ? inputs.flag("enable-pr-comment")
                                                   : plan.settings.pull_request_comment.value_or(true);
  plan.marker =
      single_line(inputs.text_or("pr-comment-marker", marker_of(inputs.text_or("config-file", "unentropy.json"))), 300);
  plan.max_metrics = static_cast<std::size_t>(
      inputs.count("max-pr-comment-metrics").value_or(plan.settings.max_comment_metrics.value_or(30)));
}

}  // namespace

PlannedGate plan_gate(CommandContext& context) {
  PlannedGate planned;
  GatePlan& plan = planned.plan;
  auto& problems = planned.problems;
  problems = context.inputs.problems();

  bool config_usable = false;
  or_problem(problems, [&] {
    Project project = load_project(context);
    plan.config = std::move(project.config);
    plan.base_directory = std::move(project.base_directory);
    plan.settings = plan.config.quality_gate.value_or(GateSettings{});
    config_usable = true;
  });
  plan.mode = plan.settings.mode.value_or(GateMode::soft);
  if (const auto given = context.inputs.text("quality-gate-mode")) plan.mode = *parse_gate_mode(*given);
  std::filesystem::path results_path;  // empty: standard output, or refused
  or_problem(problems, [&] {
    plan.results_file = context.inputs.text_or("output-file", kDefaultResultsFile);
    if (plan.results_file != "-") results_path = checked_path(context, "output-file", plan.results_file);
  });
  or_problem(problems, [&] {
    const std::string file = context.inputs.text_or("markdown-file", "");
    if (file.empty()) return;
    const bool is_same =
        file == "-" ? plan.results_file == "-" : checked_path(context, "markdown-file", file) == results_path;
    if (is_same) {
      throw Error(
          ErrorKind::usage,
          "`output-file` and `markdown-file` both ask for " + (file == "-" ? "standard output" : in_ticks(file)),
          "name another file for one of them");
    }
    plan.markdown_file = file;
  });
  or_problem(problems, [&] { plan.event = read_event(context.environment); });
  plan.reference_branch = reference_branch_of(context, plan);
  if (plan.mode != GateMode::off) {
    plan.storage = plan_storage(context, config_usable ? &plan.config : nullptr);
    or_problem(problems, [&] { plan_build(context, plan); });
    plan_reading(context, plan, problems);
    plan_comment(context, plan);
  }
  for (const InputProblem& problem : problems) context.printer.error(problem.message, problem.hint);
  return planned;
}

}  // namespace unentropy
