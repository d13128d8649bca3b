// How the history travels: fetched whole, verified and repaired, stored again so that nothing is ever lost.
//
// The truth are the run records, small immutable objects that need no condition and no lock; the snapshot is what
// folding them gives. The rules and why they are safe: docs/formats/storage-protocol.md.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "history/history.h"
#include "model/run_record.h"
#include "store/object_store.h"
#include "store/retrying_store.h"

namespace unentropy {

inline constexpr std::string_view kDatabaseContentType = "application/vnd.sqlite3";

// What to do about a stored history that is damaged for certain. The bytes are kept in every case.
enum class OnCorrupt {
  restore,   // from the backup and the records; without a good backup: stop
  recreate,  // from the records and whatever of the backup can be read
  fail,      // stop
};

enum class Repair { write, read_only };  // read_only: nothing is written to the store, damage is an `Error`

struct SyncOptions {
  std::string key;                  // of the snapshot
  std::filesystem::path directory;  // private to this run, for local copies
  OnCorrupt on_corrupt = OnCorrupt::restore;
  Repair repair = Repair::write;
  // How long snapshot and backup must have contained a record before it is deleted.
  Milliseconds grace = std::chrono::hours(24);
  // A backup younger than this is good enough.
  Milliseconds backup_age = std::chrono::hours(1);
  // How long a contended snapshot is tried before the record alone has to do.
  Milliseconds contention_limit = std::chrono::minutes(2);
  // What the store does with conditions, where that is known for certain; absent: asked, and remembered in the history.
  std::optional<ConditionSupport> conditions;
  int attempts = 3;  // after the first, for uploads that fail
  Milliseconds first_delay{500};
  std::function<double()> random;                       // uniform in [0, 1); empty: the system's
  std::function<void(const std::string&)> on_progress;  // what is done now, one line
  std::function<void(const RetryNotice&)> on_retry;     // before each wait
  std::function<bool()> interrupted;                    // true: no further try
};

// The local copy of the history: the snapshot as it was read, and every record folded into it.
struct FetchedHistory {
  std::filesystem::path file;        // always there; an empty history on a first run
  std::optional<ObjectInfo> object;  // the snapshot that `file` came from and that may be replaced; absent: none
  bool first_run = false;            // no snapshot, no backup, no record
  std::vector<std::string> folded;   // records that the snapshot did not contain
  // What the file held before anything was folded into it; nothing of it may ever be missing.
  HistoryCounts base;
  // The object's bytes as received were a history, and these were its counts. Absent: there was none, or it was
  // damaged.
  std::optional<HistoryCounts> snapshot;
  std::string snapshot_sha256;  // hexadecimal; empty without snapshot
  // As the store describes it; not looked for with `Repair::read_only`, if the snapshot is one of our own uploads.
  std::optional<ObjectInfo> backup;
  bool backup_was_read = false;      // and is contained in `file`
  bool backup_had_more = false;      // than the snapshot
  std::vector<std::string> records;  // names of all that were listed and could be read, sorted
  bool listing_denied = false;
  bool had_enough = false;                        // see `fetch_history`
  std::chrono::steady_clock::time_point read_at;  // when the snapshot was asked for
  Instant store_time{};                           // the store's clock at that time
  std::vector<std::string> warnings;
};

// Downloads the history. Only `NoSuchKey` for the snapshot, no backup and no record make a first run; everything else
// is repaired or an `Error`: `unavailable` and `corrupt` leave a run free to store its record, the other kinds do not.
//
// `enough` is for whoever reads again: names of records. If the snapshot contains them all, it is left at that, and the
// other records are not read. The backup is looked for only if the snapshot is damaged, gone or not ours.
FetchedHistory fetch_history(ObjectStore& store, Clock& clock, const SyncOptions& options,
                             const std::vector<std::string>& enough = {});

// What is done beside measuring: the store's copy of the last good snapshot is brought up to date if it is old, and
// what is known of the store's conditional writes is asked anew if the answer is old. Best effort: failures are
// warnings. May be called once between fetch and publish.
struct Upkeep {
  std::optional<ConditionSupport> conditions;  // absent: could not be found out
  // Records that the snapshot and the backup have both contained for longer than the grace period.
  std::vector<std::string> garbage;
  std::vector<std::string> warnings;
};
Upkeep keep_up(ObjectStore& store, const SyncOptions& options, FetchedHistory& fetched);

// Stores a run record. From its return on the builds in it cannot be lost.
void store_record(ObjectStore& store, const std::string& key, const RunRecord& record);

struct PublishedHistory {
  enum class State {
    published,
    pending,  // a later run will fold the records: too much contention, or a failure that passes
    refused,  // a failure that does not pass
  };
  State state = State::published;
  std::optional<Error> error;  // why not, for the last two
  std::uint64_t bytes = 0;
  bool was_conditional = false;      // the store took a condition
  std::int64_t pending_records = 0;  // known records that the stored snapshot lacks
  std::vector<std::string> warnings;
};

// Run records that are read when they are needed: an import has more of them than anybody wants in memory.
struct RecordList {
  std::vector<std::string> names;
  std::function<RunRecord(const std::string& name)> read;
};

// Folds `records` into the fetched history and stores it, on the condition that the stored snapshot is still the one
// that was fetched; otherwise fetches again. `fetched` is then what was stored, or would have been. Throws only
// `internal`.
PublishedHistory publish_history(ObjectStore& store, Clock& clock, const SyncOptions& options, FetchedHistory& fetched,
                                 const RecordList& records, const Upkeep& upkeep);
PublishedHistory publish_history(ObjectStore& store, Clock& clock, const SyncOptions& options, FetchedHistory& fetched,
                                 const std::vector<RunRecord>& records, const Upkeep& upkeep);

// Deletes what `keep_up` found, after a successful publication. Best effort.
struct Collected {
  std::int64_t deleted = 0;
  std::vector<std::string> warnings;
};
Collected collect_garbage(ObjectStore& store, const Clock& clock, const SyncOptions& options, const Upkeep& upkeep);

}  // namespace unentropy
