#include "sync/testing/writer.h"

#include "base/error.h"
#include "base/file.h"

namespace unentropy::testing {
namespace {

std::filesystem::path scratch() {
  // In memory where there is such a place: thousands of small databases are made.
  const std::filesystem::path shared = "/dev/shm";
  std::error_code ignored;
  return std::filesystem::is_directory(shared, ignored) ? shared : std::filesystem::temp_directory_path();
}

}  // namespace

RunRecord record_of_run(const std::string& run, Instant measured_at) {
  RecordedBuild recorded;
  recorded.build.commit_sha = "commit-of-" + run;
  recorded.build.branch = "main";
  recorded.build.run_id = run;
  recorded.build.event_name = "push";
  recorded.build.timestamp = measured_at;
  recorded.metrics.push_back({"m", MetricType::numeric, "integer", "", MetricValue(1.0)});
  return {format_basic(measured_at) + "-" + run + "-1-00.json", {recorded}, {}};
}

Written write_run(ObjectStore& store, Clock& clock, SyncOptions options, const std::string& run,
                  const std::function<void()>& acknowledged) {
  const TempDir directory(scratch());
  options.directory = directory.path();
  Written written;
  FetchedHistory fetched = fetch_history(store, clock, options);
  written.fetch_warnings = fetched.warnings;
  written.upkeep = keep_up(store, options, fetched);
  const RunRecord record = record_of_run(run, clock.now());
  try {
    store_record(store, options.key, record);
    if (acknowledged) acknowledged();
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::denied) throw;
  }
  written.published = publish_history(store, clock, options, fetched, {record}, written.upkeep);
  if (written.published.state == PublishedHistory::State::published) {
    written.garbage = collect_garbage(store, clock, options, written.upkeep);
  }
  return written;
}

std::set<std::string> runs_in_file(const std::filesystem::path& file) {
  const History history = History::open(file, OpenMode::read_only, Verification::full);
  std::set<std::string> runs;
  for (const HistoryBuild& build : history.load("main").builds) runs.insert(build.run_id);
  return runs;
}

std::set<std::string> runs_in(ObjectStore& store, Clock& clock, const std::string& key) {
  const TempDir directory(scratch());
  SyncOptions options;
  options.key = key;
  options.directory = directory.path();
  options.repair = Repair::read_only;
  return runs_in_file(fetch_history(store, clock, options).file);
}

std::set<std::string> runs_in_snapshot(ObjectStore& store, const std::string& key) {
  const TempDir directory(scratch());
  const std::filesystem::path file = directory.path() / "snapshot.db";
  if (!store.get(key, file)) return {};
  return runs_in_file(file);
}

std::string foreign_history(const std::vector<std::string>& runs) {
  const TempDir directory(scratch());
  const std::filesystem::path file = directory.path() / "foreign.db";
  History history = History::open(file, OpenMode::create, Verification::quick, Durability::cached);
  RunRecord all{"foreign", {}, {}};
  for (const std::string& run : runs) {
    all.builds.push_back(record_of_run(run, Instant(std::chrono::seconds(1'600'000'000))).builds.front());
    all.builds.back().build.run_attempt = 0;
  }
  history.fold(all, Instant(std::chrono::seconds(1)));
  history.close();
  return read_file(file, 100U << 20);
}

}  // namespace unentropy::testing
