// The SQLite history: opening it safely, bringing its layout up to date, reading and extending it.
//
// The file is untrusted input (anybody with write access to the bucket can have made it). Layout: database.md,
// docs/formats/database.md. SQLite's types stay inside this folder.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "history/baseline.h"
#include "history/standing.h"
#include "model/build.h"
#include "model/history_data.h"
#include "model/metric.h"
#include "model/run_record.h"
#include "model/sample.h"

namespace unentropy {

enum class OpenMode {
  read_only,   // the file is never changed, an old layout is an `Error` that says to upgrade a copy
  read_write,  // an existing file; old layouts are upgraded in it, in one transaction
  create,      // as read_write, and a missing or empty file becomes an empty history
};

// How much of the file is looked at before it is believed.
enum class Verification { header_and_layout, quick, full };

struct RecordedValue {
  std::string metric_key;
  MetricValue value;
};

// Value of one metric in the newest earlier build of the same branch that has it.
struct PreviousValue {
  MetricValue value;
  std::string commit_sha;
  Instant timestamp{};
};

struct RecordReport {
  std::int64_t build_id = 0;
  bool existed_before = false;        // a re-run or a second job of the same run
  std::vector<std::string> warnings;  // for example a metric whose type changed
};

// How much there is. Ids never come back, so two of these tell whether something is missing.
struct HistoryCounts {
  std::int64_t builds = 0;
  std::int64_t values = 0;
  std::int64_t records = 0;     // folded run records
  std::int64_t tombstones = 0;  // builds that were removed for good
  std::int64_t last_build_id = 0;
  std::int64_t last_value_id = 0;
  bool operator==(const HistoryCounts&) const = default;
};

struct AbsorbReport {
  std::int64_t builds_added = 0;
  std::int64_t values_written = 0;  // new ones, and ones that won over a value that stood there
  std::vector<std::string> warnings;
};

// What to do about pages of the other history that cannot be read.
enum class Damage { refuse, leave_out };

// What the program remembers of a store: whether it honours conditional writes, and when it was asked.
struct StoreVerdict {
  std::string conditions;
  Instant probed_at{};
};

struct FoldReport {
  bool was_new = false;  // false: the history contained the record already, and nothing was done
  std::vector<RecordReport> builds;
};

// That the build cannot be recorded, because a tombstone names it.
Error removed_for_good(const BuildContext& build);

class History {
 public:
  // Opens and verifies. `corrupt`: not SQLite, damaged, or a foreign schema; `usage`: a newer layout (the file is
  // left untouched, the message names both versions).
  // `cached` is for a private copy that is thrown away after a failure: nothing waits for the disk, and a process that
  // is killed while it writes leaves a broken file. `synced` survives both a kill and a loss of power.
  static History open(const std::filesystem::path& path, OpenMode mode, Verification verification = Verification::quick,
                      Durability durability = Durability::synced);

  History(History&&) noexcept;
  History& operator=(History&&) noexcept;
  ~History();

  // What a person should know of how the file was opened, one line each: an upgrade of its layout and what it met.
  const std::vector<std::string>& warnings() const;

  // One transaction: the build, its definitions and its values. A build of the same commit and run is reused:
  // timestamp, branch, run number and event follow the newer attempt; values are added or replaced by the winner
  // rule (attempt, then time of measurement), others are kept.
  RecordReport record(const BuildContext& build, const std::vector<MetricOutcome>& outcomes);

  // One transaction: what a run record holds, unless the history contains it already. Folding is idempotent,
  // commutative and associative. `folded_at` is kept with the name of the record; one without a name is not remembered.
  FoldReport fold(const RunRecord& record, Instant folded_at);
  bool contains_record(const std::string& name) const;
  // Since when, by the clock that was given to `fold`; nothing for a record that it does not contain.
  std::optional<Instant> folded_at(const std::string& name) const;

  // One transaction: everything that `other` holds and this lacks, by the same rules as folding its records.
  // Idempotent.
  AbsorbReport absorb(const History& other, Instant now, Damage damage = Damage::refuse);
  // The same as builds, for run records: `use` gets each build and, first, each tombstone that `other` has and this
  // lacks. Returns warnings about what cannot be carried.
  std::vector<std::string> for_each_missing(const History& other,
                                            const std::function<void(const Tombstone&)>& use_tombstone,
                                            const std::function<void(RecordedBuild)>& use_build) const;

  // The build with its values; nothing where there is none.
  std::optional<StandingBuild> standing(const std::string& commit_sha, const std::string& run_id) const;
  // Whether the build was removed for good.
  bool is_removed(const std::string& commit_sha, const std::string& run_id) const;
  // As the definitions say.
  std::map<std::string, MetricType> metric_types() const;

  // The newest builds of all branches and events, newest first.
  std::vector<BuildContext> latest_builds(std::int64_t count) const;

  HistoryCounts counts() const;
  // Whether nothing of what was counted when this file had `before` is gone, removals by tombstones aside.
  bool keeps(const HistoryCounts& before) const;
  std::int64_t build_count() const;
  std::int64_t value_count() const;

  // `store` names endpoint and bucket.
  std::optional<StoreVerdict> store_verdict(const std::string& store) const;
  void remember_store_verdict(const std::string& store, const StoreVerdict& verdict);

  // Newest earlier visible build of `branch` per metric, leaving out the build (commit, run).
  std::map<std::string, PreviousValue> previous_values(const std::string& branch, const std::string& commit_sha,
                                                       const std::string& run_id, Instant before) const;

  // The builds of a branch that a change can be compared with.
  BaselineBuilds baseline_builds(const BaselineQuery& query) const;
  // The numbers of the chosen one of them; of those `metric_keys` that it lacks, the newest older number.
  std::map<std::string, BaselineValue> baseline_values(const std::vector<BaselineBuild>& builds, std::size_t chosen,
                                                       const std::vector<std::string>& metric_keys) const;

  // The builds of `branch` (empty: the branch with the newest visible build) with all their values, in one scan.
  HistoryData load(const std::string& branch) const;

  // Makes the file a single self-contained database (journal mode DELETE, nothing beside it) and closes it.
  void close();

 private:
  struct Impl;
  explicit History(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace unentropy
