// `unentropy track`: download → collect → upload → report, each a phase that is caught at its own boundary.
#include <memory>
#include <optional>

#include <fmt/format.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/text.h"
#include "cli/measuring.h"
#include "cli/project.h"
#include "cli/run_outputs.h"
#include "cli/run_result.h"
#include "cli/run_tables.h"
#include "cli/track_plan.h"
#include "github/runner_files.h"
#include "history/history.h"
#include "report/report.h"
#include "store/retrying_store.h"
#include "sync/sync.h"

namespace unentropy {
namespace {

class TrackRun {
 public:
  TrackRun(CommandContext& context, TrackPlan plan) : context_(context), plan_(std::move(plan)) {
    result_.storage = plan_.storage;
    result_.database_key = plan_.database_key;
    result_.build = plan_.build;
  }

  RunResult run();

 private:
  // Runs one phase inside a log group. What it throws becomes its status and, unless `survivable`, ends the run with
  // the first such error. Returns whether the phase was done.
  enum class OnError { fail, warn };
  bool phase(const std::string& name, OnError on_error, const std::function<void(Phase&)>& body);
  void skip(const std::string& name, std::string why);

  void open_storage();
  void download(Phase& phase);
  void collect(Phase& phase);
  void upload(Phase& phase);
  void report(Phase& phase);
  void keep_database();
  std::function<void(const RetryNotice&)> retry_log();
  void stop_if_interrupted() const;
  void fail(int exit_code, std::string code, std::string message, std::string hint);

  bool in_s3() const { return plan_.storage == StorageType::sqlite_s3; }

  CommandContext& context_;
  TrackPlan plan_;
  RunResult result_;
  std::optional<TempDir> directory_;
  std::unique_ptr<HttpClient> http_;
  std::unique_ptr<ObjectStore> s3_;
  std::unique_ptr<ObjectStore> store_;
  FetchedHistory fetched_;
  std::filesystem::path database_;
  bool recorded_ = false;
};

void TrackRun::fail(int exit_code, std::string code, std::string message, std::string hint) {
  if (result_.exit_code != 0) return;  // the first failure is the cause
  result_.exit_code = exit_code;
  result_.error_code = std::move(code);
  result_.error_message = std::move(message);
  result_.error_hint = std::move(hint);
}

void TrackRun::stop_if_interrupted() const {
  if (context_.interrupted && context_.interrupted()) {
    throw Error(ErrorKind::unavailable, "the run was interrupted", "run the job again");
  }
}

bool TrackRun::phase(const std::string& name, OnError on_error, const std::function<void(Phase&)>& body) {
  Phase phase;
  phase.name = name;
  const auto start = context_.clock.steady();
  context_.printer.begin_group(name);
  try {
    stop_if_interrupted();
    body(phase);
  } catch (const Error& error) {
    phase.error = error;
  } catch (const std::exception& error) {
    phase.error =
        Error(ErrorKind::internal, name + ": " + single_line(error.what()), "please report this with the log");
  }
  phase.duration = std::chrono::duration_cast<Milliseconds>(context_.clock.steady() - start);
  if (phase.error) {
    phase.status = on_error == OnError::warn ? PhaseStatus::warned : PhaseStatus::failed;
    phase.detail = single_line(phase.error->message(), 300);
  }
  context_.printer.end_group();
  context_.printer.progress(phase_line(phase));
  if (phase.error && context_.interrupted && context_.interrupted()) {
    fail(kExitInterrupted, "cancelled", "the run was interrupted during " + name, "run the job again");
  } else if (phase.error && on_error == OnError::warn) {
    context_.printer.warning(phase.error->message(), phase.error->hint());
  } else if (phase.error) {
    context_.printer.error(*phase.error);
    fail(exit_code_of(phase.error->kind()), std::string(to_string(phase.error->kind())), phase.error->message(),
         phase.error->hint());
  }
  result_.phases.push_back(std::move(phase));
  return !result_.phases.back().error;
}

void TrackRun::skip(const std::string& name, std::string why) {
  Phase phase;
  phase.name = name;
  phase.status = PhaseStatus::skipped;
  phase.detail = std::move(why);
  context_.printer.progress(phase_line(phase));
  result_.phases.push_back(std::move(phase));
}

std::function<void(const RetryNotice&)> TrackRun::retry_log() {
  return [this](const RetryNotice& notice) {
    context_.printer.progress(fmt::format("{}; try {} of {} in {}", notice.error.message(), notice.attempt + 1,
                                          notice.attempts + 1, format_duration(notice.delay)));
  };
}

void TrackRun::open_storage() {
  http_ = make_curl_client(plan_.network);
  s3_ = make_s3_store(std::move(plan_.s3), *http_, context_.clock);
  RetryPolicy policy;
  policy.attempts = static_cast<int>(plan_.retry_attempts);
  policy.budget = plan_.network_budget;
  policy.on_retry = retry_log();
  policy.interrupted = context_.interrupted;
  store_ = make_retrying_store(*s3_, context_.clock, std::move(policy));
}

void TrackRun::download(Phase& phase) {
  if (!in_s3()) {
    database_ = plan_.database_file;
    std::filesystem::create_directories(database_.parent_path());
    History history = History::open(database_, OpenMode::create, Verification::quick, Durability::synced);
    phase.detail =
        fmt::format("local file `{}`, {}", single_line(plan_.database_key), counted(history.build_count(), "build"));
    history.close();
    if (plan_.storage == StorageType::sqlite_artifact) {
      context_.printer.notice(
          "limited mode: `sqlite-artifact` measures and reports; moving the history between runs is up to other steps "
          "of the workflow. See docs/guide/migrate-from-artifacts.md for storage that does it in one step");
    }
    return;
  }
  open_storage();
  directory_.emplace(plan_.temporary_directory);
  context_.printer.progress("reading `" + plan_.database_key + "` from " + store_->describe());
  fetched_ = fetch_history(*store_, plan_.database_key, directory_->path());
  database_ = fetched_.file;
  for (const std::string& warning : fetched_.warnings) context_.printer.warning(warning);
  phase.detail = fetched_.first_run() ? "no history yet, starting a new one"
                                      : counted(fetched_.builds, "build") + ", " + format_bytes(fetched_.object->size);
}

void TrackRun::collect(Phase& phase) {
  if (!plan_.allow_shell) {
    context_.printer.warning("shell metrics are not run, because `" + plan_.build.event_name.value_or("") +
                                 "` may have checked out a stranger's code",
                             "set `allow-untrusted-commands: true` if the checkout is your own");
  }
  result_.outcomes = measure(context_, {plan_.config, plan_.base_directory, plan_.build, plan_.allow_shell});
  context_.deadline.disarm();
  phase.detail = fmt::format("{} of {} metrics", result_.collected(), result_.outcomes.size());
  if (result_.collected() < result_.outcomes.size()) phase.status = PhaseStatus::warned;
}

void TrackRun::upload(Phase& phase) {
  History history = History::open(database_, OpenMode::create, Verification::header_and_layout,
                                  in_s3() ? Durability::cached : Durability::synced);
  const RecordReport recorded = history.record(plan_.build, result_.outcomes);
  recorded_ = true;
  for (const std::string& warning : recorded.warnings) context_.printer.warning(warning);
  result_.total_builds = history.build_count();
  result_.previous =
      history.previous_values(plan_.build.branch, plan_.build.commit_sha, plan_.build.run_id, plan_.build.timestamp);
  history.close();
  result_.database_bytes = std::filesystem::file_size(database_);
  const std::string update = recorded.existed_before ? ", this run's build updated" : "";
  if (!in_s3()) {
    phase.detail = fmt::format("nothing to upload; recorded in `{}`, {}{}", single_line(plan_.database_key),
                               counted(result_.total_builds, "build"), update);
    if (plan_.storage == StorageType::sqlite_artifact) {
      result_.artifact_name = context_.inputs.text_or("artifact-name", "unentropy-metrics");
      result_.artifact_path = database_;
    }
    return;
  }
  PublishPolicy policy;
  policy.attempts = static_cast<int>(plan_.retry_attempts);
  policy.on_retry = retry_log();
  policy.interrupted = context_.interrupted;
  const PublishedHistory published =
      publish_history(*store_, context_.clock, plan_.database_key, fetched_, database_, policy);
  for (const std::string& warning : published.warnings) context_.printer.warning(warning);
  phase.detail = fmt::format("{}, {}{}", counted(result_.total_builds, "build"), format_bytes(published.bytes), update);
}

void TrackRun::report(Phase& phase) {
  History history = History::open(database_, OpenMode::read_only, Verification::header_and_layout);
  const HistoryData data = history.load(plan_.build.branch);
  history.close();
  ReportRequest request;
  request.history = &data;
  request.metrics = plan_.config.metrics;
  request.layout = plan_.config.report;
  if (plan_.config.quality_gate) request.thresholds = plan_.config.quality_gate->thresholds;
  request.repository =
      context_.environment.get_nonempty("GITHUB_REPOSITORY").value_or(context_.working_directory.filename().string());
  request.server_url = context_.environment.get_nonempty("GITHUB_SERVER_URL").value_or("");
  request.generated_at = context_.clock.now();
  // A metric's command may have put a link there since the plan was made.
  const auto directory = checked_path(context_, "report-dir", plan_.report_directory.string());
  const bool is_new = !std::filesystem::exists(directory);
  const ReportResult written = write_report(request, directory);
  // So that a report left in a checkout is neither committed nor counted as code by the next run.
  if (is_new) write_file_atomically(directory / ".gitignore", "*\n");
  for (const std::string& warning : written.warnings) context_.printer.warning(warning);
  result_.report_path = written.path;
  phase.detail = written.path.string() + ", " + format_bytes(written.bytes);
}

// A history that could not be uploaded is worth more than a clean temporary directory.
void TrackRun::keep_database() {
  if (!recorded_ || !directory_) return;
  const auto kept = plan_.temporary_directory / ("unentropy-history-" + random_hex(6) + ".db");
  std::error_code failed;
  std::filesystem::rename(database_, kept, failed);
  if (failed) return;
  database_ = kept;
  result_.kept_database = kept;
  context_.printer.notice("the history with this build was kept as `" + kept.string() + "`");
}

RunResult TrackRun::run() {
  const auto start = context_.clock.steady();
  if (plan_.run_budget) {
    // A fifth of the time, at most half a minute, is kept for publishing.
    const Milliseconds reserve = std::min(*plan_.run_budget / 5, Milliseconds{30'000});
    context_.deadline.arm(start + *plan_.run_budget - reserve);
  }
  const bool downloaded = phase("download", OnError::fail, [this](Phase& phase) { download(phase); });
  bool collected = false;
  if (downloaded) {
    collected = phase("collect", OnError::fail, [this](Phase& phase) { collect(phase); });
    if (collected && result_.collected() == 0) {
      collected = false;
      fail(kExitNothingCollected, "nothing_collected", "no metric could be collected",
           "see the reason of each metric above; `unentropy verify` checks the configuration");
      context_.printer.error(result_.error_message, result_.error_hint);
    }
  } else {
    skip("collect", "there is no history to add to");
  }
  if (collected) {
    const bool uploaded = phase("upload", OnError::fail, [this](Phase& phase) { upload(phase); });
    if (!uploaded) keep_database();
  } else {
    skip("upload", "there is nothing to add");
  }
  if (downloaded && result_.exit_code != kExitInterrupted && std::filesystem::exists(database_)) {
    phase("report", OnError::warn, [this](Phase& phase) { report(phase); });
  } else {
    skip("report", "there is no history to draw");
  }
  result_.artifact_upload_required =
      plan_.storage == StorageType::sqlite_artifact && recorded_ && context_.inputs.flag("artifact-download");
  result_.duration = std::chrono::duration_cast<Milliseconds>(context_.clock.steady() - start);
  return std::move(result_);
}

// Failing to tell the runner is a warning: what is stored is stored.
void tell(CommandContext& context, const RunResult& result) {
  const auto attempt = [&](const auto& write) {
    try {
      write();
    } catch (const Error& error) {
      context.printer.warning(error.message(), error.hint());
    }
  };
  attempt([&] { write_json_result(context, result); });
  if (!context.printer.workflow()) return;
  if (const auto file = context.environment.get_nonempty("GITHUB_OUTPUT")) {
    attempt([&] {
      for (const auto& [name, value] : action_outputs(result)) {
        append_output(*file, name, context.printer.without_secrets(value));
      }
    });
  }
  if (const auto file = context.environment.get_nonempty("GITHUB_STEP_SUMMARY")) {
    attempt([&] { append_summary(*file, context.printer.without_secrets(job_summary(result))); });
  }
}

RunResult refused(const PlannedRun& planned) {
  RunResult result;
  result.exit_code = kExitUsage;
  result.error_code = to_string(ErrorKind::usage);
  result.storage = planned.storage;
  result.database_key = planned.database_key;
  std::vector<std::string> messages;
  for (const InputProblem& problem : planned.problems) messages.push_back(problem.message);
  result.error_message = join(messages, "; ");
  result.error_hint = planned.problems.front().hint;
  return result;
}

}  // namespace

int run_track(CommandContext& context) {
  PlannedRun planned = plan_track(context);
  RunResult result = planned.plan ? TrackRun(context, std::move(*planned.plan)).run() : refused(planned);
  tell(context, result);
  if (context.inputs.text("json") == "-") return result.exit_code;
  if (!result.outcomes.empty()) context.printer.data(metrics_table(result));
  if (!result.report_path.empty()) context.printer.data("report: " + result.report_path.string() + "\n");
  return result.exit_code;
}

}  // namespace unentropy
