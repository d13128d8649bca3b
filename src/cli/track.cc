// `unentropy track`: download → collect → upload → report, each a phase that is caught at its own boundary.
#include <memory>
#include <optional>

#include <fmt/format.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/text.h"
#include "cli/artifact_history.h"
#include "cli/error_codes.h"
#include "cli/history_storage.h"
#include "cli/measuring.h"
#include "cli/phases.h"
#include "cli/project.h"
#include "cli/report_page.h"
#include "cli/run_outputs.h"
#include "cli/run_result.h"
#include "cli/run_tables.h"
#include "cli/track_plan.h"
#include "history/history.h"
#include "report/report.h"
#include "sync/local_file.h"
#include "sync/record_format.h"
#include "sync/sync.h"

namespace unentropy {
namespace {

class TrackRun {
 public:
  TrackRun(CommandContext& context, TrackPlan plan) : context_(context), plan_(std::move(plan)) {
    result_.storage = plan_.storage.type;
    result_.database_key = plan_.storage.database_key;
    result_.build = plan_.build;
  }

  RunResult run();

 private:
  // What a phase throws ends the run with the first such error, unless it is only warned of. Returns whether the phase
  // was done.
  bool phase(const std::string& name, OnError on_error, const std::function<void(Phase&)>& body);
  void skip(const std::string& name, std::string why);

  void download(Phase& phase);
  void download_local(Phase& phase);
  void download_artifact();
  void collect(Phase& phase);
  void upload(Phase& phase);
  void upload_local(Phase& phase);
  void upload_record_alone(Phase& phase);
  void fold_into_history(const RunRecord& record);
  std::optional<Error> store_record_of(const RunRecord& record);
  void judge(Phase& phase, const PublishedHistory& published, const std::optional<Error>& record_error);
  void clean_up_storage();
  void report(Phase& phase);
  void keep_database();
  void warn_all(const std::vector<std::string>& warnings);
  void fail(std::string_view code, std::string message, std::string hint);
  bool interrupted() const { return context_.interrupted && context_.interrupted(); }
  RunRecord record() const;

  bool in_s3() const { return plan_.storage.type == StorageType::sqlite_s3; }

  CommandContext& context_;
  TrackPlan plan_;
  RunResult result_;
  std::optional<TempDir> directory_;
  std::unique_ptr<HistoryStorage> storage_;
  FetchedHistory fetched_;
  Upkeep upkeep_;
  std::filesystem::path database_;  // what the report is drawn from; empty: there is none
  bool measured_all_ = false;       // no interruption cut the measuring short
  bool recorded_ = false;           // in the local copy at least
  bool published_ = false;
};

void TrackRun::fail(std::string_view code, std::string message, std::string hint) {
  if (result_.exit_code != 0) return;  // the first failure is the cause
  result_.exit_code = error_code(code).exit_code;
  result_.error_code = code;
  result_.error_message = std::move(message);
  result_.error_hint = std::move(hint);
}

void TrackRun::warn_all(const std::vector<std::string>& warnings) {
  for (const std::string& warning : warnings) context_.printer.warning(warning);
}

bool TrackRun::phase(const std::string& name, OnError on_error, const std::function<void(Phase&)>& body) {
  Phase phase = run_phase(context_, name, on_error, [&](Phase& current) {
    if (!measured_all_) stop_if_interrupted(context_);
    body(current);
  });
  if (phase.error && interrupted()) {
    fail("cancelled", "the run was interrupted during " + name, "run the job again");
  } else if (phase.error && on_error == OnError::warn) {
    context_.printer.warning(phase.error->message(), phase.error->hint());
  } else if (phase.error) {
    context_.printer.error(*phase.error);
    fail(to_string(phase.error->kind()), phase.error->message(), phase.error->hint());
  }
  result_.phases.push_back(std::move(phase));
  return !result_.phases.back().error;
}

void TrackRun::skip(const std::string& name, std::string why) {
  result_.phases.push_back(skipped_phase(context_, name, std::move(why)));
}

void TrackRun::download_artifact() {
  ArtifactSource source = artifact_source(context_, plan_.build.branch);
  source.database_name = plan_.storage.database_file.filename().string();
  source.retry_attempts = plan_.storage.retry_attempts;
  const auto found = fetch_artifact_history(context_, source, directory_->path(), plan_.storage.database_file);
  if (found) result_.source_run = found->run;
}

void TrackRun::download_local(Phase& phase) {
  if (plan_.artifact_download) download_artifact();
  const std::filesystem::path copy = directory_->path() / "history.db";
  std::int64_t builds = 0;
  if (copy_local_history(plan_.storage.database_file, copy)) {
    History history = History::open(copy, OpenMode::read_write, Verification::quick, Durability::cached);
    warn_all(history.warnings());
    builds = history.build_count();
    history.close();
    database_ = copy;
  }
  phase.detail = fmt::format("local file `{}`, {}", single_line(plan_.storage.database_key), counted(builds, "build"));
  if (result_.source_run != 0) phase.detail = fmt::format("artifact of run {}, ", result_.source_run) + phase.detail;
  if (plan_.storage.type == StorageType::sqlite_artifact && !plan_.artifact_download) {
    context_.printer.notice(
        "limited mode: `sqlite-artifact` measures and reports; moving the history between runs is up to other steps "
        "of the workflow. See docs/guide/migrate-from-artifacts.md for storage that does it in one step");
  }
}

void TrackRun::download(Phase& phase) {
  directory_.emplace(plan_.temporary_directory);
  if (!in_s3()) {
    download_local(phase);
    return;
  }
  storage_ = std::make_unique<HistoryStorage>(context_, plan_.storage, directory_->path());
  if (plan_.storage.run_budget) storage_->options().contention_limit = *plan_.storage.run_budget;
  fetched_ = storage_->fetch();
  database_ = fetched_.file;
  phase.detail = fetched_.first_run ? "no history yet, starting a new one"
                                    : counted(fetched_.base.builds, "build") + ", " +
                                          format_bytes(fetched_.object ? fetched_.object->size : 0);
  if (!fetched_.folded.empty()) {
    phase.detail += ", " + counted(static_cast<std::int64_t>(fetched_.folded.size()), "run record") + " folded";
  }
  upkeep_ = keep_up(storage_->store(), storage_->options(), fetched_);
  for (const std::string& warning : upkeep_.warnings) context_.printer.notice(warning);
}

void TrackRun::collect(Phase& phase) {
  if (!plan_.allow_shell) {
    context_.printer.warning("shell metrics are not run, because `" + plan_.build.event_name.value_or("") +
                                 "` may have checked out a stranger's code",
                             "set `allow-untrusted-commands: true` if the checkout is your own");
  }
  result_.outcomes = measure(context_, {plan_.config, plan_.base_directory, plan_.build, plan_.allow_shell});
  const bool out_of_time = context_.deadline.reached();
  context_.deadline.disarm();
  stop_if_interrupted(context_);
  measured_all_ = true;
  phase.detail = fmt::format("{} of {} metrics", result_.collected(), result_.outcomes.size());
  if (out_of_time) {
    phase.detail += ", cut off by `timeout`";
    context_.printer.warning(
        fmt::format("measuring has used up the time of the run ({})", format_duration(*plan_.storage.run_budget)),
        "give `timeout` more seconds, or measure less; what was measured is stored");
  }
  if (result_.collected() < result_.outcomes.size()) phase.status = PhaseStatus::warned;
}

RunRecord TrackRun::record() const {
  return {new_record_name(plan_.build), {recorded_build(plan_.build, result_.outcomes)}, {}};
}

// From the acknowledgement on the build cannot be lost, and the line says so to whoever waits for it.
std::optional<Error> TrackRun::store_record_of(const RunRecord& record) {
  const HistoryStorage::LastWords last_words(*storage_);
  try {
    store_record(storage_->store(), plan_.storage.database_key, record);
  } catch (const Error& error) {
    return error;
  }
  context_.printer.progress(fmt::format("recorded {} run {} record {}", plan_.build.commit_sha,
                                        single_line(plan_.build.run_id), record.name));
  result_.record = record.name;
  result_.pending_records = 1;
  return std::nullopt;
}

void TrackRun::fold_into_history(const RunRecord& record) {
  History history = History::open(database_, OpenMode::create, Verification::header_and_layout, Durability::cached);
  const FoldReport folded = history.fold(record, fetched_.store_time);
  for (const RecordReport& build : folded.builds) {
    warn_all(build.warnings);
    if (build.build_id == 0) throw removed_for_good(plan_.build);
    result_.updated = build.existed_before;
  }
  result_.total_builds = history.build_count();
  result_.previous =
      history.previous_values(plan_.build.branch, plan_.build.commit_sha, plan_.build.run_id, plan_.build.timestamp);
  history.close();
  recorded_ = true;
}

// What became of it decides how the run ends; see "What a run says" in docs/formats/storage-protocol.md.
void TrackRun::judge(Phase& phase, const PublishedHistory& published, const std::optional<Error>& record_error) {
  using State = PublishedHistory::State;
  if (record_error) {
    const bool confirmed = published.state == State::published && published.was_conditional &&
                           upkeep_.conditions == ConditionSupport::honoured;
    if (!confirmed) throw *record_error;
    context_.printer.warning(record_error->message() + "; the build is in the stored history all the same",
                             record_error->hint());
  } else if (published.state == State::refused) {
    throw Error(published.error->kind(), "recorded, not published: " + published.error->message(),
                published.error->hint());
  } else if (published.state == State::pending) {
    phase.status = PhaseStatus::warned;
    phase.detail += ", recorded and not published yet";
    result_.pending_records = published.pending_records;
    context_.printer.notice("recorded, not published yet: " + published.error->message() +
                            "; the build is safe in its run record, and the next run adds it to the history");
    return;
  }
  result_.pending_records = 0;
}

void TrackRun::upload(Phase& phase) {
  if (!in_s3()) {
    upload_local(phase);
    return;
  }
  const RunRecord record = this->record();
  if (database_.empty()) {
    upload_record_alone(phase);
    return;
  }
  fold_into_history(record);
  const std::optional<Error> record_error = store_record_of(record);
  stop_if_interrupted(context_);
  const PublishedHistory published =
      publish_history(storage_->store(), context_.clock, storage_->options(), fetched_, {record}, upkeep_);
  database_ = fetched_.file;
  warn_all(published.warnings);
  published_ = published.state == PublishedHistory::State::published;
  {
    const History history = History::open(database_, OpenMode::read_only, Verification::header_and_layout);
    result_.total_builds = history.build_count();
  }
  result_.database_bytes = std::filesystem::file_size(database_);
  phase.detail = fmt::format("{}, {}{}", counted(result_.total_builds, "build"), format_bytes(result_.database_bytes),
                             result_.updated ? ", this run's build updated" : "");
  stop_if_interrupted(context_);
  judge(phase, published, record_error);
  if (published_) clean_up_storage();
}

// The history could not be read, but what was measured need not be lost.
void TrackRun::upload_record_alone(Phase& phase) {
  if (const auto error = store_record_of(record())) throw *error;
  phase.status = PhaseStatus::warned;
  phase.detail = "recorded, not published, because the history could not be read; the next run adds the build to it";
}

void TrackRun::clean_up_storage() {
  const Collected collected = collect_garbage(storage_->store(), context_.clock, storage_->options(), upkeep_);
  for (const std::string& warning : collected.warnings) context_.printer.notice(warning);
  if (collected.deleted > 0) {
    context_.printer.detail("deleted " + counted(collected.deleted, "run record") + " that history and backup contain");
  }
}

void TrackRun::upload_local(Phase& phase) {
  const std::filesystem::path& file = plan_.storage.database_file;
  update_local_history(file, context_.clock, [&](History& history) {
    const RecordReport recorded = history.record(plan_.build, result_.outcomes);
    warn_all(recorded.warnings);
    result_.updated = recorded.existed_before;
    result_.total_builds = history.build_count();
    result_.previous =
        history.previous_values(plan_.build.branch, plan_.build.commit_sha, plan_.build.run_id, plan_.build.timestamp);
  });
  recorded_ = published_ = true;
  database_ = file;
  result_.database_bytes = std::filesystem::file_size(database_);
  phase.detail =
      fmt::format("nothing to upload; recorded in `{}`, {}{}", single_line(plan_.storage.database_key),
                  counted(result_.total_builds, "build"), result_.updated ? ", this run's build updated" : "");
  if (plan_.storage.type == StorageType::sqlite_artifact) {
    result_.artifact_name = artifact_name(context_);
    result_.artifact_path = database_;
  }
}

void TrackRun::report(Phase& phase) {
  const History history = History::open(database_, OpenMode::read_only, Verification::header_and_layout);
  const HistoryData data = history.load(plan_.build.branch);
  ReportRequest request = report_request(context_, &plan_.config, data);
  request.load_branch = [&history](const std::string& branch) { return history.load(branch); };
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
  if (!recorded_ || published_ || !in_s3()) return;
  const auto kept = plan_.temporary_directory / ("unentropy-history-" + random_hex(6) + ".db");
  std::error_code failed;
  std::filesystem::permissions(database_, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write,
                               failed);
  std::filesystem::rename(database_, kept, failed);
  if (failed) return;
  database_ = kept;
  result_.kept_database = kept;
  context_.printer.notice("the history with this build was kept as `" + kept.string() + "`");
}

RunResult TrackRun::run() {
  const auto start = context_.clock.steady();
  if (plan_.storage.run_budget) {
    // A fifth of the time, at most half a minute, is kept for publishing.
    const Milliseconds reserve = std::min(*plan_.storage.run_budget / 5, Milliseconds{30'000});
    context_.deadline.arm(start + *plan_.storage.run_budget - reserve);
  }
  const bool downloaded = phase("download", OnError::fail, [this](Phase& phase) { download(phase); });
  const auto& download_error = result_.phases.front().error;
  // Where the store may be there again in a moment, or has a damaged history, measuring is not for nothing.
  const bool worth_measuring =
      downloaded ||
      (storage_ && !interrupted() &&
       (download_error->kind() == ErrorKind::unavailable || download_error->kind() == ErrorKind::corrupt));
  bool collected = false;
  if (worth_measuring) {
    collected = phase("collect", OnError::fail, [this](Phase& phase) { collect(phase); });
    if (collected && result_.collected() == 0) {
      collected = false;
      fail("nothing_collected", "no metric could be collected",
           "see the reason of each metric above; `unentropy verify` checks the configuration");
      context_.printer.error(result_.error_message, result_.error_hint);
    }
  } else {
    skip("collect", "there is no history to add to");
  }
  if (collected) {
    const bool uploaded = phase("upload", OnError::fail, [this](Phase& phase) { upload(phase); });
    // An interrupted run leaves nothing behind.
    if (!interrupted() && (!uploaded || result_.pending_records > 0)) keep_database();
  } else {
    skip("upload", "there is nothing to add");
  }
  if (result_.exit_code != kExitInterrupted && !database_.empty()) {
    phase("report", OnError::warn, [this](Phase& phase) { report(phase); });
  } else {
    skip("report", "there is no history to draw");
  }
  result_.artifact_upload_required = plan_.artifact_download && recorded_;
  result_.duration = std::chrono::duration_cast<Milliseconds>(context_.clock.steady() - start);
  return std::move(result_);
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
  or_warn(context, [&] { write_json_result(context, result); });
  tell_runner(context, action_outputs(result), job_summary(result));
  if (context.inputs.text("json") == "-") return result.exit_code;
  if (!result.outcomes.empty()) context.printer.table(metrics_table(result));
  if (!result.report_path.empty()) context.printer.data("report: " + result.report_path.string() + "\n");
  return result.exit_code;
}

}  // namespace unentropy
