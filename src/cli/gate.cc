// `unentropy gate`: download → collect → compare → comment. Never changes the history.
#include "gate/gate.h"

#include <algorithm>
#include <array>
#include <future>
#include <map>
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/artifact_history.h"
#include "cli/error_codes.h"
#include "cli/gate_baseline.h"
#include "cli/gate_outputs.h"
#include "cli/gate_plan.h"
#include "cli/host.h"
#include "cli/measuring.h"
#include "cli/phases.h"
#include "cli/project.h"
#include "cli/report_source.h"
#include "cli/run_outputs.h"
#include "cli/run_tables.h"
#include "github/gate_comment.h"
#include "github/runner_files.h"
#include "github/sticky_comment.h"

namespace unentropy {
namespace {

// What track-metrics and quality-gate of Unentropy called the history of the latter.
constexpr std::string_view kOldDatabaseKey = "unentropy.db";

class GateRun {
 public:
  GateRun(CommandContext& context, GatePlan plan) : context_(context), plan_(std::move(plan)) {
    result_.mode = plan_.mode;
    result_.baseline.reference_branch = plan_.reference_branch;
    result_.max_age_days = plan_.settings.max_age_days;
    result_.started = context_.clock.now();
  }

  GateResult run();
  std::string markdown() const;

 private:
  void read_baseline();
  std::optional<OpenedHistory> open_artifact();
  std::optional<OpenedHistory> open_history();
  void compare_with(const History& history, std::future<std::string> onto, Phase& phase);
  void collect();
  void judge();
  void announce();
  void comment();
  void end_with(std::string_view code, std::string message, std::string hint);
  bool interrupted() const { return context_.interrupted && context_.interrupted(); }
  GithubApi* api();

  CommandContext& context_;
  GatePlan plan_;
  GateResult result_;
  std::map<std::string, BaselineValue> values_;
  std::optional<Error> read_error_;
  std::unique_ptr<Host> host_;
};

void GateRun::end_with(std::string_view code, std::string message, std::string hint) {
  result_.exit_code = error_code(code).exit_code;
  result_.error_code = code;
  result_.error_message = std::move(message);
  result_.error_hint = std::move(hint);
}

GithubApi* GateRun::api() {
  if (!host_ && context_.printer.workflow()) host_ = host_of_workflow(context_, plan_.storage.retry_attempts);
  return host_ ? &host_->api : nullptr;
}

// Where no step before has put a file into the checkout.
std::optional<OpenedHistory> GateRun::open_artifact() {
  if (plan_.storage.type != StorageType::sqlite_artifact || !context_.printer.workflow()) return std::nullopt;
  if (artifact_problem(context_)) return std::nullopt;
  ArtifactSource source = artifact_source(context_, plan_.reference_branch);
  source.database_name = plan_.storage.database_file.filename().string();
  source.retry_attempts = plan_.storage.retry_attempts;
  TempDir directory(temporary_directory(context_.environment));
  const std::filesystem::path file = directory.path() / "history.db";
  if (!fetch_artifact_history(context_, source, directory.path(), file)) return std::nullopt;
  return OpenedHistory{std::move(directory), History::open(file, OpenMode::read_only, Verification::header_and_layout)};
}

std::optional<OpenedHistory> GateRun::open_history() {
  if (auto opened = open_planned_history(context_, plan_.storage)) return opened;
  if (auto fetched = open_artifact()) return fetched;
  if (context_.inputs.text("database-key")) return std::nullopt;
  StoragePlan old = plan_.storage;
  old.database_key = kOldDatabaseKey;
  if (old.type != StorageType::sqlite_s3) old.database_file = checked_path(context_, "database-key", old.database_key);
  auto renamed = open_planned_history(context_, old);
  if (renamed) {
    context_.printer.notice("there is no history `" + plan_.storage.database_key + "`, so `" +
                            std::string(kOldDatabaseKey) + "` is used; `database-key` names another");
  }
  return renamed;
}

void GateRun::compare_with(const History& history, std::future<std::string> onto, Phase& phase) {
  Baseline& baseline = result_.baseline;
  const auto max_age = std::chrono::hours(24) * plan_.settings.max_age_days;
  const BaselineBuilds found =
      history.baseline_builds({plan_.reference_branch, result_.started - max_age, plan_.tested_commit});
  baseline.builds_considered = static_cast<std::int64_t>(found.builds.size());
  if (found.builds.empty()) {
    const std::string branch = in_ticks(plan_.reference_branch, 60);
    baseline.missing_reason =
        found.branch_is_known
            ? fmt::format("no build of {} with a number is younger than {} days", branch, plan_.settings.max_age_days)
            : "the history has no build of " + branch;
    phase.detail = baseline.missing_reason;
    return;
  }
  const ChosenBuild chosen = choose_build(context_, onto.get(), found.builds, api());
  const BaselineBuild& build = found.builds[chosen.index];
  std::vector<std::string> keys;
  for (const Metric& metric : plan_.config.metrics) {
    if (metric.type == MetricType::numeric) keys.push_back(metric.key);
  }
  values_ = history.baseline_values(found.builds, chosen.index, keys);
  baseline.commit_sha = build.commit_sha;
  baseline.timestamp = build.timestamp;
  baseline.distance = chosen.distance;
  baseline.note = chosen.note;
  phase.detail = baseline_text(baseline) + ", of " + counted(baseline.builds_considered, "build");
}

// A history that cannot be read leaves limits that need no baseline.
void GateRun::read_baseline() {
  Baseline& baseline = result_.baseline;
  if (!plan_.unreadable_reason.empty()) {
    baseline.unreadable_reason = plan_.unreadable_reason;
    skipped_phase(context_, "download", plan_.unreadable_reason);
    return;
  }
  const Phase phase = run_phase(context_, "download", OnError::fail, [this](Phase& current) {
    stop_if_interrupted(context_);
    // Git is asked while the history is on its way.
    auto onto = std::async(std::launch::async, [this] { return made_onto(context_, plan_); });
    const auto opened = open_history();
    if (!opened) {
      result_.baseline.missing_reason = "there is no history yet";
      current.detail = "there is no history yet";
      return;
    }
    compare_with(opened->history, std::move(onto), current);
  });
  if (!phase.error) return;
  read_error_ = phase.error;
  values_.clear();
  baseline.commit_sha.clear();
  baseline.unreadable_reason = phase.error->message();
  if (!interrupted()) context_.printer.warning(phase.error->message(), phase.error->hint());
}

void GateRun::collect() {
  if (!plan_.allow_shell) {
    const std::string what = "shell metrics are not run, because `" + plan_.build.event_name.value_or("") +
                             "` may have checked out a stranger's code";
    result_.notes.push_back(what);
    context_.printer.warning(what, "set `allow-untrusted-commands: true` if the checkout is your own");
  }
  const Phase phase = run_phase(context_, "collect", OnError::fail, [this](Phase& current) {
    stop_if_interrupted(context_);
    result_.outcomes = measure(context_, {plan_.config, plan_.base_directory, plan_.build, plan_.allow_shell});
    context_.deadline.disarm();
    current.detail = fmt::format("{} of {} metrics", result_.collected(), result_.outcomes.size());
    if (result_.collected() < result_.outcomes.size()) current.status = PhaseStatus::warned;
  });
  if (phase.error) throw *phase.error;
}

void GateRun::judge() {
  result_.verdict = evaluate_gate(result_.outcomes, plan_.settings.thresholds, result_.baseline, values_);
  const bool failed = result_.verdict.status == VerdictStatus::fail;
  const bool hard = plan_.mode == GateMode::hard;
  if (failed && hard) {
    end_with("gate_failed", "the quality gate failed: " + result_.verdict.message, "");
  } else if (read_error_) {
    end_with(to_string(read_error_->kind()), read_error_->message(), read_error_->hint());
    result_.exit_code = hard && !failed ? exit_code_of(ErrorKind::unavailable) : kExitDone;
  } else if (!result_.outcomes.empty() && result_.collected() == 0) {
    end_with("nothing_collected", "no metric could be collected", "see the reason of each metric");
    result_.exit_code = kExitDone;  // it cannot judge
  }
}

std::string GateRun::markdown() const {
  GateFeedback feedback{result_.verdict, result_.baseline};
  feedback.mode = plan_.mode;
  feedback.notes = result_.notes;
  feedback.now = result_.started;
  feedback.max_metrics = plan_.max_metrics;
  feedback.max_units =
      static_cast<std::size_t>(plan_.settings.max_comment_characters.value_or(static_cast<int>(kMaxCommentUnits)));
  feedback.max_units -= std::min(feedback.max_units, utf16_length(plan_.marker) + 1);
  const auto server = context_.environment.get_nonempty("GITHUB_SERVER_URL");
  const auto repository = context_.environment.get_nonempty("GITHUB_REPOSITORY");
  if (server && repository) {
    feedback.repository_url = *server + "/" + *repository;
    if (context_.printer.workflow()) feedback.run_url = feedback.repository_url + "/actions/runs/" + plan_.build.run_id;
  }
  return gate_markdown(feedback);
}

// The host shows these beside the change; the printer keeps to its limit of ten.
void GateRun::announce() {
  for (const GateRow& row : result_.verdict.rows) {
    if (row.status != VerdictStatus::fail) continue;
    const std::string message = "`" + row.metric.key + "`: " + row.message;
    if (row.blocking_failure() && plan_.mode == GateMode::hard) {
      context_.printer.error(message);
    } else {
      context_.printer.warning(message);
    }
  }
}

void GateRun::comment() {
  if (!plan_.comments || !plan_.event.pull_request || api() == nullptr) return;
  const Phase phase = run_phase(context_, "comment", OnError::warn, [this](Phase& current) {
    const std::string body = context_.printer.without_secrets(plan_.marker + "\n" + markdown());
    const PostedComment posted = post_sticky_comment(*api(), plan_.event.pull_request->number, plan_.marker, body);
    result_.comment_url = posted.url;
    constexpr std::array<std::string_view, 3> kWords{"created", "updated", "unchanged"};
    current.detail = fmt::format("{}, {}", kWords[static_cast<std::size_t>(posted.change)], posted.url);
  });
  if (!phase.error) return;
  const std::string message = phase.error->message() + "; the same text is in the job's summary";
  if (plan_.event.pull_request->from_fork && phase.error->kind() == ErrorKind::denied) {
    context_.printer.notice(message);  // a fork's token may only read, which is nobody's mistake
  } else {
    context_.printer.warning(message, phase.error->hint());
  }
}

GateResult GateRun::run() {
  const auto start = context_.clock.steady();
  if (plan_.storage.run_budget) {
    // A fifth of the time, at most half a minute, is kept for telling what was found.
    const Milliseconds reserve = std::min(*plan_.storage.run_budget / 5, Milliseconds{30'000});
    context_.deadline.arm(start + *plan_.storage.run_budget - reserve);
  }
  try {
    read_baseline();
    collect();
    judge();
    announce();
    comment();
  } catch (const Error& error) {
    if (!interrupted()) context_.printer.error(error);
    end_with(to_string(error.kind()), error.message(), error.hint());
  }
  if (interrupted()) end_with("cancelled", "the run was interrupted", "run the job again");
  result_.duration = std::chrono::duration_cast<Milliseconds>(context_.clock.steady() - start);
  return result_;
}

// Looked at again, because a metric's command may have put a link there since the plan was made.
// Returns where the file is; empty for standard output.
std::filesystem::path write_output(CommandContext& context, const std::string& input, const std::string& file,
                                   const std::string& text) {
  if (file == "-") {
    context.printer.data(text);
    return {};
  }
  const auto path = checked_path(context, input, file);
  const bool is_new = !std::filesystem::exists(path.parent_path());
  write_file_atomically(path, context.printer.without_secrets(text));
  // So that results left in a checkout are neither committed nor counted by the next run.
  if (is_new && path.parent_path().filename() == ".unentropy") {
    write_file_atomically(path.parent_path() / ".gitignore", "*\n");
  }
  return path;
}

std::string error_summary(const GateResult& result) {
  return "## ⚠️ Quality gate could not run\n\n" + message_markdown(result.error_line()) + "\n";
}

}  // namespace

int run_gate(CommandContext& context) {
  PlannedGate planned = plan_gate(context);
  const std::string results_file = planned.plan.results_file;
  const std::string markdown_file = planned.plan.markdown_file;
  GateResult result;
  std::string summary;
  result.mode = planned.plan.mode;
  result.baseline.reference_branch = planned.plan.reference_branch;
  result.max_age_days = planned.plan.settings.max_age_days;
  result.started = context.clock.now();
  if (!planned.problems.empty()) {
    std::vector<std::string> messages;
    for (const InputProblem& problem : planned.problems) messages.push_back(problem.message);
    result.exit_code = kExitUsage;
    result.error_code = to_string(ErrorKind::usage);
    result.error_message = join(messages, "; ");
    result.error_hint = planned.problems.front().hint;
    result.verdict.message = "it could not run";
    summary = error_summary(result);
  } else if (planned.plan.mode == GateMode::off) {
    result.verdict.message = "the gate is off";
  } else {
    GateRun run(context, std::move(planned.plan));
    result = run.run();
    summary = result.verdict.message.empty() ? error_summary(result) : run.markdown();
  }
  or_warn(context,
          [&] { result.results_file = write_output(context, "output-file", results_file, gate_json(result)); });
  if (!markdown_file.empty() && !summary.empty()) {
    or_warn(context, [&] { write_output(context, "markdown-file", markdown_file, summary); });
  }
  tell_runner(context, gate_action_outputs(result), summary);
  const bool prints_data = results_file == "-" || markdown_file == "-";
  if (!prints_data && !result.verdict.message.empty()) context.printer.table(gate_table(result));
  return result.exit_code;
}

}  // namespace unentropy
