#include "history/history.h"

#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"
#include "history/header.h"
#include "history/layout.h"
#include "history/migrate.h"
#include "history/read.h"
#include "history/schema.h"
#include "history/sqlite.h"
#include "history/write.h"

namespace unentropy {
namespace {

namespace fs = std::filesystem;

bool is_nonempty(const fs::path& path) {
  std::error_code error;
  return fs::file_size(path, error) > 0 && !error;
}

fs::path beside(const fs::path& path, const char* suffix) {
  fs::path result = path;
  result += suffix;
  return result;
}

struct Opening {
  Access access = Access::read_only;
  bool write_ahead_log = false;
};

Error refused(const fs::path& path, ErrorKind kind, std::string_view cause, std::string_view hint) {
  return Error(kind, fmt::format("opening the history `{}`: {}", single_line(path.native()), cause), std::string(hint));
}

Opening plan_opening(const fs::path& path, OpenMode mode) {
  std::error_code error;
  if (mode == OpenMode::create && !fs::exists(path, error)) return {Access::create, false};
  const DatabaseHeader header = read_database_header(path);
  if (header.file_bytes == 0 && mode != OpenMode::create) {
    throw refused(path, ErrorKind::corrupt, "the file is empty", sqlite_error_hint(ErrorKind::corrupt));
  }
  if (mode != OpenMode::read_only) return {Access::read_write, header.write_ahead_log};
  if (!header.write_ahead_log) return {Access::read_only, false};
  // In write-ahead mode even a reader makes files beside it, unless it is told that nobody writes.
  if (is_nonempty(beside(path, "-wal"))) {
    throw refused(path, ErrorKind::unavailable,
                  fmt::format("its newest builds are still in `{}`", single_line(beside(path, "-wal").native())),
                  "wait until the process that writes to it is done; if there is none, open it once for writing");
  }
  return {Access::immutable, true};
}

void verify_pages(const Database& database, Verification verification, LayoutState state) {
  if (verification == Verification::header_and_layout) return;
  const bool full = verification == Verification::full;
  const std::string problem = database.query_text(full ? "PRAGMA integrity_check(1)" : "PRAGMA quick_check(1)");
  if (problem != "ok") throw database.error(ErrorKind::corrupt, "it is damaged: " + single_line(problem));
  // An upgrade keeps such values and says so.
  if (full && state == LayoutState::current && database.prepare("PRAGMA foreign_key_check(metric_values)").step()) {
    throw database.error(ErrorKind::corrupt, "it has values whose build or metric does not exist");
  }
}

// Out of write-ahead mode, so that the file is whole by itself. A copy that is thrown away after a failure needs no
// journal on the disk, only a way back.
void settle_journal(const Database& database, Durability durability) {
  const std::string mode = database.query_text("PRAGMA journal_mode=DELETE");
  if (mode != "delete") {
    throw database.error(ErrorKind::unavailable,
                         "another process keeps it in journal mode `" + single_line(mode) + "`");
  }
  if (durability == Durability::cached) database.query_text("PRAGMA journal_mode=MEMORY");
}

RecordedBuild to_recorded_build(const BuildContext& build, const std::vector<MetricOutcome>& outcomes) {
  RecordedBuild recorded{build, {}};
  for (const MetricOutcome& outcome : outcomes) {
    if (!outcome.succeeded()) continue;
    const Metric& metric = outcome.metric;
    recorded.metrics.push_back({metric.key, metric.type,
                                metric.unit ? std::string(to_string(*metric.unit)) : std::string(), metric.description,
                                outcome.value()});
  }
  return recorded;
}

}  // namespace

struct History::Impl {
  Impl(const fs::path& path, Access access, Durability durability)
      : database(path, access, durability, "opening the history"),
        read_only(access == Access::read_only || access == Access::immutable) {}

  Database database;
  bool read_only;
  bool has_records = true;  // false: opened for reading, and no tool of ours has ever written to it
  std::vector<std::string> warnings;

  void require_writable() const {
    if (!read_only) return;
    throw database.error(ErrorKind::internal, "it is open for reading only");
  }
};

History::History(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
History::History(History&&) noexcept = default;
History& History::operator=(History&&) noexcept = default;
History::~History() = default;

History History::open(const fs::path& path, OpenMode mode, Verification verification, Durability durability) {
  const Opening opening = plan_opening(path, mode);
  auto impl = std::make_unique<Impl>(path, opening.access, durability);
  const Database& database = impl->database;
  // Without shared memory, and so without a file for it.
  if (opening.write_ahead_log && !impl->read_only) database.execute("PRAGMA locking_mode=EXCLUSIVE");
  const Schema schema = inspect_schema(database);
  verify_pages(database, verification, schema.state);
  if (impl->read_only) {
    if (schema.state != LayoutState::current) {
      throw database.error(
          ErrorKind::usage,
          schema.state == LayoutState::old ? "its layout is an old one" : "some of its tables are missing",
          "open a copy of the file for writing, which brings the copy up to date");
    }
    impl->has_records = schema.find("unentropy_record") != nullptr;
    return History(std::move(impl));
  }
  settle_journal(database, durability);
  Transaction transaction(database);
  if (schema.state == LayoutState::old) {
    database.begin_activity("upgrading the history");
    // Looked at again under the lock: another process may have been quicker.
    const Schema locked = inspect_schema(database);
    if (locked.state == LayoutState::old) impl->warnings = migrate_layout(database, locked);
  }
  complete_layout(database);
  transaction.commit();
  return History(std::move(impl));
}

const std::vector<std::string>& History::warnings() const { return impl_->warnings; }

RecordReport History::record(const BuildContext& build, const std::vector<MetricOutcome>& outcomes) {
  const Database& database = impl_->database;
  database.begin_activity("recording a build in the history");
  impl_->require_writable();
  Transaction transaction(database);
  BuildWriter writer(database);
  if (writer.is_removed(build.commit_sha, build.run_id)) {
    throw database.error(ErrorKind::usage,
                         "the build of commit `" + single_line(build.commit_sha) + "` and run `" +
                             single_line(build.run_id) + "` was removed for good",
                         "start a new run instead of repeating the old one");
  }
  RecordReport report = writer.write(to_recorded_build(build, outcomes), {});
  transaction.commit();
  return report;
}

FoldReport History::fold(const RunRecord& record, Instant folded_at) {
  const Database& database = impl_->database;
  database.begin_activity("folding a run record into the history");
  impl_->require_writable();
  FoldReport report;
  Transaction transaction(database);
  BuildWriter writer(database);
  if (writer.contains_record(record.name)) return report;
  report.was_new = true;
  writer.add_record(record.name, folded_at);
  for (const Tombstone& tombstone : record.tombstones) writer.remove(tombstone);
  for (const RecordedBuild& build : record.builds) {
    RecordReport written = writer.write(build, record.name);
    report.builds.push_back(std::move(written));
  }
  transaction.commit();
  return report;
}

bool History::contains_record(const std::string& name) const {
  if (!impl_->has_records) return false;
  impl_->database.begin_activity("reading the history");
  Statement find = impl_->database.prepare("SELECT 1 FROM unentropy_record WHERE name = ?1");
  return find.bind(1, name).step();
}

std::int64_t History::build_count() const {
  impl_->database.begin_activity("reading the history");
  return impl_->database.query_integer("SELECT count(*) FROM build_contexts");
}

std::int64_t History::value_count() const {
  impl_->database.begin_activity("reading the history");
  return impl_->database.query_integer("SELECT count(*) FROM metric_values");
}

std::map<std::string, PreviousValue> History::previous_values(const std::string& branch, const std::string& commit_sha,
                                                              const std::string& run_id, Instant before) const {
  impl_->database.begin_activity("reading the history");
  return find_previous_values(impl_->database, branch, commit_sha, run_id, before);
}

HistoryData History::load(const std::string& branch) const {
  impl_->database.begin_activity("reading the history");
  return load_history(impl_->database, branch);
}

void History::close() {
  impl_->database.begin_activity("closing the history");
  impl_->database.close();
}

}  // namespace unentropy
