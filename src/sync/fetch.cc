#include <algorithm>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/text.h"
#include "store/condition_probe.h"
#include "sync/record_format.h"
#include "sync/snapshot.h"
#include "sync/sync.h"

namespace unentropy {
namespace {

// Far more than any day's runs. What is beyond is left for later runs, which costs nothing but their time.
constexpr std::size_t kMaxFolded = 20'000;

std::string with_hint(const Error& error) {
  return error.hint().empty() ? error.message() : error.message() + " (" + error.hint() + ")";
}

std::string counted(std::int64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

class Fetch {
 public:
  Fetch(ObjectStore& store, Clock& clock, const SyncOptions& options, const std::vector<std::string>& enough)
      : store_(store), clock_(clock), options_(options), enough_(enough) {}

  FetchedHistory run();

 private:
  void say(const std::string& what) const {
    if (options_.on_progress) options_.on_progress(what);
  }
  void warn(std::string what) { fetched_.warnings.push_back(std::move(what)); }
  std::filesystem::path local(const std::string& what) const {
    return options_.directory / (what + "-" + random_hex(4) + ".db");
  }

  void list_records();
  void require_conditions();
  bool has_enough() const;
  bool snapshot_is_ours() const {
    return fetched_.snapshot && digest_in(fetched_.object->metadata) == fetched_.snapshot_sha256;
  }
  // Whoever reads again has compared with the backup already, and notices itself what a later snapshot lacks. Who only
  // reads has no use for it while the snapshot is as a run left it.
  bool may_need_backup() const { return (enough_.empty() && options_.repair == Repair::write) || !snapshot_is_ours(); }
  void look_for_backup();
  void take(SnapshotRead read);
  void keep_aside(const DamagedSnapshot& damaged);
  void recover(const DamagedSnapshot& damaged);
  void rebuild();
  bool start_from_backup();
  void add_what_the_backup_has();
  void absorb(const std::filesystem::path& other, Damage damage, std::string_view why);
  bool fold_records();
  bool fold(History& history, const std::string& name);

  ObjectStore& store_;
  Clock& clock_;
  const SyncOptions& options_;
  const std::vector<std::string>& enough_;
  FetchedHistory fetched_;
};

// Before the snapshot is read: a record that is written in between is then either in the listing or in the snapshot.
void Fetch::list_records() {
  ObjectListing listing;
  try {
    listing = store_.list(records_prefix(options_.key));
  } catch (const Error& error) {
    if (!error.retry().only_this_operation) throw;
    fetched_.listing_denied = true;
    warn(with_hint(error) + "; builds of other runs that are not in the history yet cannot be seen");
  }
  fetched_.store_time = listing.server_time.value_or(clock_.now());
  for (const ListedObject& object : listing.objects) {
    if (auto name = record_name_of_key(options_.key, object.key)) fetched_.records.push_back(std::move(*name));
  }
  std::sort(fetched_.records.begin(), fetched_.records.end());
}

bool Fetch::has_enough() const {
  if (enough_.empty() || !fetched_.snapshot) return false;
  const History history = History::open(fetched_.file, OpenMode::read_only, Verification::header_and_layout);
  return std::all_of(enough_.begin(), enough_.end(),
                     [&](const std::string& name) { return history.contains_record(name); });
}

void Fetch::look_for_backup() {
  try {
    fetched_.backup = store_.head(backup_key(options_.key));
  } catch (const Error& error) {
    if (!error.retry().only_this_operation) throw;
    warn(with_hint(error) + "; the backup is not used");
  }
}

void Fetch::take(SnapshotRead read) {
  for (std::string& warning : read.warnings) warn(std::move(warning));
  if (!read.good) return;
  fetched_.object = read.good->object;
  fetched_.snapshot = read.good->counts;
  fetched_.snapshot_sha256 = read.good->sha256;
  fetched_.base = read.good->counts;
}

// A server-side copy where the store lets us; else our own upload of what was received.
void Fetch::keep_aside(const DamagedSnapshot& damaged) {
  const std::string target = corrupt_key(options_.key, fetched_.store_time);
  try {
    if (store_.copy(options_.key, damaged.object.etag, target) != CopyOutcome::copied) {
      throw Error(ErrorKind::unavailable,
                  "keeping the damaged `" + options_.key + "` aside: it was replaced in this moment",
                  "run the job again");
    }
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::unavailable) throw;
    throw error.with_context("keeping the damaged `" + options_.key + "` as `" + target + "`");
  }
  warn("the damaged history was kept as `" + target + "`");
}

void Fetch::recover(const DamagedSnapshot& damaged) {
  if (options_.repair == Repair::read_only) {
    throw Error(ErrorKind::corrupt, damaged.error.message(),
                "the next run of `unentropy track` repairs it from the backup; see docs/guide/damaged-history.md");
  }
  keep_aside(damaged);
  warn(damaged.error.message());
  if (options_.on_corrupt == OnCorrupt::fail) {
    throw Error(ErrorKind::corrupt, damaged.error.message(),
                "nothing was replaced, because `on-corrupt` is `fail`; `restore` rebuilds it from the backup");
  }
  // The damaged object may be replaced, on the condition that it is still that one.
  fetched_.object = damaged.object;
  if (start_from_backup()) return;
  if (options_.on_corrupt == OnCorrupt::restore) {
    throw Error(ErrorKind::corrupt, damaged.error.message() + ", and there is no good backup of it",
                "restore an older version of `" + options_.key +
                    "` in the bucket, or start from what is left with `on-corrupt: recreate`");
  }
  std::filesystem::remove(fetched_.file);
  History::open(fetched_.file, OpenMode::create, Verification::quick, Durability::cached).close();
  if (fetched_.backup) {
    const std::filesystem::path copy = local("backup");
    if (store_.get(backup_key(options_.key), copy)) absorb(copy, Damage::leave_out, "what is left of the backup");
  }
  warn("the history was started anew from the records and what could be read of the backup");
}

// The snapshot is gone: only its absence together with that of everything else means that there never was one.
void Fetch::rebuild() {
  if (!fetched_.backup && fetched_.records.empty()) {
    fetched_.first_run = true;
  } else if (fetched_.backup && !start_from_backup() && options_.on_corrupt != OnCorrupt::recreate) {
    throw Error(ErrorKind::corrupt, "`" + options_.key + "` is gone and its backup is damaged",
                "restore an older version of one of them in the bucket, or start from the run records with "
                "`on-corrupt: recreate`");
  } else {
    warn("`" + options_.key + "` is gone; the history is rebuilt from " +
         (fetched_.backup_was_read ? "its backup and " : "") +
         counted(static_cast<std::int64_t>(fetched_.records.size()), "run record"));
  }
  if (fetched_.backup_was_read) return;
  std::filesystem::remove(fetched_.file);
  History history = History::open(fetched_.file, OpenMode::create, Verification::quick, Durability::cached);
  fetched_.base = history.counts();
  history.close();
}

bool Fetch::start_from_backup() {
  if (!fetched_.backup) return false;
  say("reading the backup `" + backup_key(options_.key) + "`");
  SnapshotRead read = read_snapshot(store_, backup_key(options_.key), fetched_.file);
  for (std::string& warning : read.warnings) warn(std::move(warning));
  if (!read.good) {
    if (read.damaged) warn(read.damaged->error.message());
    return false;
  }
  fetched_.base = read.good->counts;
  fetched_.backup_was_read = true;
  warn(fmt::format("the history was restored from its backup, which holds {}",
                   counted(read.good->counts.builds, "build")));
  return true;
}

// Somebody put another history in the place of ours (a tool that knows no conditions does), or it cannot be told.
void Fetch::add_what_the_backup_has() {
  if (!fetched_.backup || !fetched_.snapshot) return;
  const auto there = counts_in(fetched_.backup->metadata);
  if (snapshot_is_ours() && there && !may_lack(*fetched_.snapshot, *there)) return;
  if (digest_in(fetched_.backup->metadata) == fetched_.snapshot_sha256) return;
  const std::filesystem::path copy = local("backup");
  SnapshotRead read = read_snapshot(store_, backup_key(options_.key), copy);
  if (!read.good) {
    if (read.damaged) warn(read.damaged->error.message() + "; it is not used");
    return;
  }
  absorb(copy, Damage::refuse, "");
  fetched_.backup_was_read = true;
}

void Fetch::absorb(const std::filesystem::path& other, Damage damage, std::string_view why) {
  AbsorbReport report;
  try {
    History theirs = History::open(other, OpenMode::read_write, Verification::header_and_layout, Durability::cached);
    History mine =
        History::open(fetched_.file, OpenMode::read_write, Verification::header_and_layout, Durability::cached);
    report = mine.absorb(theirs, fetched_.store_time, damage);
    mine.close();
    theirs.close();
  } catch (const Error& error) {
    if (damage == Damage::refuse || error.kind() != ErrorKind::corrupt) throw;
    warn(error.message());
  }
  std::error_code ignored;
  std::filesystem::remove(other, ignored);
  for (std::string& warning : report.warnings) warn(std::move(warning));
  if (!why.empty()) {
    warn(fmt::format("{} gave {}", why, counted(report.builds_added, "build")));
  } else if (report.builds_added > 0 || report.values_written > 0) {
    fetched_.backup_had_more = true;
    warn(fmt::format("`{}` was replaced by a history that lacks {} and {} of its backup; they were put back",
                     options_.key, counted(report.builds_added, "build"), counted(report.values_written, "value")));
  }
}

// Whether `name` is gone from the store although it was listed.
bool Fetch::fold(History& history, const std::string& name) {
  const std::string key = record_key(options_.key, name);
  try {
    const auto bytes = store_.get_bytes(key, kMaxRecordBytes);
    if (!bytes) return false;
    const FoldReport report = history.fold(parse_record(name, *bytes), fetched_.store_time);
    if (report.was_new) fetched_.folded.push_back(name);
    for (const RecordReport& build : report.builds) {
      for (const std::string& warning : build.warnings) warn(warning);
    }
  } catch (const Error& error) {
    // One bad record must not keep the others out; it stays where it is.
    if (error.kind() == ErrorKind::unavailable || error.kind() == ErrorKind::internal) throw;
    warn("`" + key + "` was left out: " + error.message());
    std::erase(fetched_.records, name);
  }
  return true;
}

// False: a record disappeared, so somebody else's snapshot contains it by now.
bool Fetch::fold_records() {
  const auto open = [this](OpenMode mode) {
    return History::open(fetched_.file, mode, Verification::header_and_layout, Durability::cached);
  };
  const bool read_only = options_.repair == Repair::read_only;  // nearly always there is nothing to fold then
  History history = open(read_only ? OpenMode::read_only : OpenMode::read_write);
  std::vector<std::string> pending;
  for (const std::string& name : fetched_.records) {
    if (!history.contains_record(name)) pending.push_back(name);
  }
  if (pending.size() > kMaxFolded) {
    warn(fmt::format("there are {} run records to fold; this run folds {} of them", pending.size(), kMaxFolded));
    pending.resize(kMaxFolded);
  }
  if (read_only && !pending.empty()) history = open(OpenMode::read_write);
  if (!pending.empty())
    say(fmt::format("folding {}", counted(static_cast<std::int64_t>(pending.size()), "run record")));
  bool complete = true;
  for (const std::string& name : pending) {
    if (fold(history, name)) continue;
    complete = false;
    std::erase(fetched_.records, name);
  }
  history.close();
  return complete;
}

// Without a listing only a condition protects what other runs have recorded and nobody has folded.
void Fetch::require_conditions() {
  if (!fetched_.listing_denied || options_.repair == Repair::read_only) return;
  if (probe_conditions(store_, options_.key + ".probe").support == ConditionSupport::honoured) return;
  throw Error(ErrorKind::denied,
              "listing `" + records_prefix(options_.key) + "` is denied, and " + store_.describe() +
                  " does not honour conditional writes, so builds of other runs could be overwritten",
              "allow `s3:ListBucket` for the key; see docs/guide/s3-storage.md");
}

FetchedHistory Fetch::run() {
  for (int attempt = 1;; ++attempt) {
    fetched_ = {};
    fetched_.file = local("history");
    list_records();
    fetched_.read_at = clock_.steady();
    SnapshotRead read = read_snapshot(store_, options_.key, fetched_.file, options_.repair);
    const std::optional<DamagedSnapshot> damaged = read.damaged;
    take(std::move(read));
    fetched_.had_enough = has_enough();
    if (fetched_.had_enough) return std::move(fetched_);
    require_conditions();
    if (may_need_backup()) look_for_backup();
    if (damaged) {
      recover(*damaged);
    } else if (!fetched_.object) {
      rebuild();
    } else {
      add_what_the_backup_has();
    }
    if (fold_records() || attempt > 1) return std::move(fetched_);
  }
}

}  // namespace

FetchedHistory fetch_history(ObjectStore& store, Clock& clock, const SyncOptions& options,
                             const std::vector<std::string>& enough) {
  return Fetch(store, clock, options, enough).run();
}

}  // namespace unentropy
