#include "history/history.h"

#include <algorithm>
#include <cmath>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"
#include "history/absorb.h"
#include "history/difference.h"
#include "history/header.h"
#include "history/layout.h"
#include "history/migrate.h"
#include "history/places.h"
#include "history/read.h"
#include "history/rows.h"
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
//
// SQLite 3.46, asked for DELETE while the lock is exclusive, leaves an empty journal behind; a persistent one it
// removes when the mode changes again.
void settle_journal(const Database& database, Durability durability) {
  database.query_text("PRAGMA journal_mode=PERSIST");
  database.query_text("PRAGMA locking_mode=NORMAL");
  const std::string mode = database.query_text("PRAGMA journal_mode=DELETE");
  if (mode != "delete") {
    throw database.error(ErrorKind::unavailable,
                         "another process keeps it in journal mode `" + single_line(mode) + "`");
  }
  if (durability == Durability::cached) database.query_text("PRAGMA journal_mode=MEMORY");
}

}  // namespace

Error removed_for_good(const BuildContext& build) {
  return Error(ErrorKind::usage,
               "recording a build: the build of commit `" + single_line(build.commit_sha) + "` and run `" +
                   single_line(build.run_id) + "` was removed for good",
               "start a new run instead of repeating the old one");
}

struct History::Impl {
  Impl(const fs::path& path, Access access, Durability durability)
      : database(path, access, durability, "opening the history"),
        read_only(access == Access::read_only || access == Access::immutable) {}

  Database database;
  bool read_only;
  bool has_records = true;   // false: opened for reading, and no tool of ours has ever written to it
  bool has_verdicts = true;  // the same for the table of stores
  std::vector<std::string> warnings;

  // As they are in the file now: read again after any change, ours or that of another process.
  const BuildScan& builds() const {
    // Asked before the scan: a change in between is then met by the next call.
    const std::pair version{database.query_integer("PRAGMA data_version"),
                            database.query_integer("SELECT total_changes()")};
    if (!scan_ || scan_version_ != version) {
      scan_ = scan_builds(database);
      scan_version_ = version;
    }
    return *scan_;
  }

  Source source() const { return {database, has_records}; }

  PlaceReader& places() const {
    if (!places_) places_.emplace(database, has_records);
    return *places_;
  }
  void forget_statements() { places_.reset(); }

  void require_writable() const {
    if (!read_only) return;
    throw database.error(ErrorKind::internal, "it is open for reading only");
  }

 private:
  mutable std::optional<BuildScan> scan_;
  mutable std::pair<std::int64_t, std::int64_t> scan_version_;
  mutable std::optional<PlaceReader> places_;
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
    impl->has_records = std::all_of(own_tables().begin(), own_tables().end(), [&](const TableDefinition& table) {
      return table.name == kStoreTable || schema.find(table.name) != nullptr;
    });
    impl->has_verdicts = schema.find(kStoreTable) != nullptr;
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
    throw removed_for_good(build);
  }
  RecordReport report = writer.write(recorded_build(build, outcomes), {});
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
  if (!record.name.empty()) {
    if (writer.contains_record(record.name)) return report;
    writer.add_record(record.name, folded_at);
  }
  report.was_new = true;
  for (const Tombstone& tombstone : record.tombstones) writer.remove(tombstone);
  for (const RecordedBuild& build : record.builds) {
    RecordReport written = writer.write(build, record.name);
    report.builds.push_back(std::move(written));
  }
  transaction.commit();
  return report;
}

bool History::contains_record(const std::string& name) const { return folded_at(name).has_value(); }

std::optional<Instant> History::folded_at(const std::string& name) const {
  if (!impl_->has_records) return std::nullopt;
  impl_->database.begin_activity("reading the history");
  Statement find = impl_->database.prepare("SELECT folded_at FROM unentropy_record WHERE name = ?1 AND folded_at <> 0");
  if (!find.bind(1, name).step()) return std::nullopt;
  return Instant(Milliseconds(find.integer(0)));
}

AbsorbReport History::absorb(const History& other, Instant now, Damage damage) {
  const Database& database = impl_->database;
  database.begin_activity("merging a history into");
  other.impl_->database.begin_activity("merging the history");
  impl_->require_writable();
  Transaction transaction(database);
  AbsorbReport report = absorb_history(other.impl_->source(), impl_->source(), now, damage);
  transaction.commit();
  return report;
}

std::vector<std::string> History::for_each_missing(const History& other,
                                                   const std::function<void(const Tombstone&)>& use_tombstone,
                                                   const std::function<void(RecordedBuild)>& use_build) const {
  impl_->database.begin_activity("comparing a history with");
  other.impl_->database.begin_activity("comparing the history");
  const Source theirs = other.impl_->source();
  const Source mine = impl_->source();
  Difference difference(theirs, mine);
  for (const Tombstone& tombstone : difference.tombstones()) use_tombstone(tombstone);
  std::int64_t infinite = 0;
  for (const std::int64_t id : build_ids(theirs.database)) {
    for (RecordedBuild& build : difference.of_build(id)) {
      infinite += static_cast<std::int64_t>(std::erase_if(build.metrics, [](const RecordedMetric& metric) {
        const double* number = std::get_if<double>(&metric.value);
        return number != nullptr && !std::isfinite(*number);
      }));
      use_build(std::move(build));
    }
  }
  std::vector<std::string> warnings;
  if (infinite > 0)
    warnings.push_back(fmt::format("{} values are infinite, which is no value, and were left out", infinite));
  for (std::string& warning : difference.warnings()) warnings.push_back(std::move(warning));
  return warnings;
}

std::optional<StandingBuild> History::standing(const std::string& commit_sha, const std::string& run_id) const {
  impl_->database.begin_activity("reading the history");
  return impl_->places().standing(commit_sha, run_id);
}

bool History::is_removed(const std::string& commit_sha, const std::string& run_id) const {
  impl_->database.begin_activity("reading the history");
  return impl_->places().is_removed(commit_sha, run_id);
}

std::map<std::string, MetricType> History::metric_types() const {
  impl_->database.begin_activity("reading the history");
  Statement rows = impl_->database.prepare("SELECT id, type FROM metric_definitions");
  std::map<std::string, MetricType> types;
  while (rows.step()) {
    types.emplace(rows.text(0), rows.text(1) == "label" ? MetricType::label : MetricType::numeric);
  }
  return types;
}

std::vector<BuildContext> History::latest_builds(std::int64_t count) const {
  impl_->database.begin_activity("reading the history");
  // Nearly all times are in our form, in which the order of the texts is that of time; the rest is sorted out below.
  Statement rows = impl_->database.prepare(
      "SELECT commit_sha, branch, run_id, run_number, event_name, timestamp FROM build_contexts "
      "ORDER BY timestamp DESC LIMIT ?1");
  rows.bind(1, count);
  std::vector<BuildContext> builds;
  while (rows.step()) {
    BuildContext build;
    build.commit_sha = bounded_text(rows.text(0));
    build.branch = bounded_text(rows.text(1));
    build.run_id = bounded_text(rows.text(2));
    build.run_number = rows.integer(3);
    build.event_name = rows.optional_text(4);
    const auto timestamp = parse_instant(rows.text(5));
    if (!timestamp) continue;
    build.timestamp = *timestamp;
    builds.push_back(std::move(build));
  }
  std::stable_sort(builds.begin(), builds.end(),
                   [](const BuildContext& a, const BuildContext& b) { return a.timestamp > b.timestamp; });
  return builds;
}

HistoryCounts History::counts() const {
  const Database& database = impl_->database;
  database.begin_activity("reading the history");
  HistoryCounts counts;
  counts.builds = database.query_integer("SELECT count(*) FROM build_contexts");
  counts.values = database.query_integer("SELECT count(*) FROM metric_values");
  counts.last_build_id = database.query_integer("SELECT max(id) FROM build_contexts");
  counts.last_value_id = database.query_integer("SELECT max(id) FROM metric_values");
  if (impl_->has_records) {
    counts.records = database.query_integer("SELECT count(*) FROM unentropy_record WHERE folded_at <> 0");
    counts.tombstones = database.query_integer("SELECT count(*) FROM unentropy_tombstone");
  }
  return counts;
}

bool History::keeps(const HistoryCounts& before) const {
  const HistoryCounts now = counts();
  if (now.records < before.records || now.tombstones < before.tombstones) return false;
  const std::int64_t removals = now.tombstones - before.tombstones;
  const auto up_to = [&](const char* table, std::int64_t last_id) {
    Statement count = impl_->database.prepare(fmt::format("SELECT count(*) FROM {} WHERE id > ?1", table));
    count.bind(1, last_id).step();
    return count.integer(0);
  };
  if (now.builds - up_to("build_contexts", before.last_build_id) < before.builds - removals) return false;
  // A removed build takes any number of values with it.
  return removals > 0 || now.values - up_to("metric_values", before.last_value_id) >= before.values;
}

std::optional<StoreVerdict> History::store_verdict(const std::string& store) const {
  if (!impl_->has_verdicts) return std::nullopt;
  impl_->database.begin_activity("reading the history");
  Statement find = impl_->database.prepare("SELECT conditions, probed_at FROM unentropy_store WHERE place = ?1");
  if (!find.bind(1, store).step()) return std::nullopt;
  return StoreVerdict{std::string(find.text(0)), Instant(Milliseconds(find.integer(1)))};
}

void History::remember_store_verdict(const std::string& store, const StoreVerdict& verdict) {
  impl_->database.begin_activity("writing to the history");
  impl_->require_writable();
  impl_->database.prepare("INSERT OR REPLACE INTO unentropy_store (place, conditions, probed_at) VALUES (?1, ?2, ?3)")
      .bind(1, store)
      .bind(2, verdict.conditions)
      .bind(3, static_cast<std::int64_t>(verdict.probed_at.time_since_epoch().count()))
      .run();
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

BaselineBuilds History::baseline_builds(const BaselineQuery& query) const {
  impl_->database.begin_activity("looking for a baseline in the history");
  return find_baseline_builds(impl_->database, query);
}

std::map<std::string, BaselineValue> History::baseline_values(const std::vector<BaselineBuild>& builds,
                                                              std::size_t chosen,
                                                              const std::vector<std::string>& metric_keys) const {
  impl_->database.begin_activity("reading the baseline in the history");
  return read_baseline_values(impl_->database, builds, chosen, metric_keys);
}

HistoryData History::load(const std::string& branch) const {
  impl_->database.begin_activity("reading the history");
  return load_history(impl_->database, impl_->builds(), branch);
}

void History::close() {
  impl_->database.begin_activity("closing the history");
  impl_->forget_statements();
  impl_->database.close();
}

}  // namespace unentropy
