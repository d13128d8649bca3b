#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"
#include "store/condition_probe.h"
#include "sync/record_format.h"
#include "sync/snapshot.h"
#include "sync/sync.h"

namespace unentropy {
namespace {

constexpr Milliseconds kVerdictAge = std::chrono::hours(24 * 7);
// Deleting must not hold a job up; what is left is for the next one.
constexpr std::size_t kMaxDeleted = 1'000;
constexpr Milliseconds kLongestCollection{10'000};

class Keeping {
 public:
  Keeping(ObjectStore& store, const SyncOptions& options, FetchedHistory& fetched)
      : store_(store), options_(options), fetched_(fetched) {}

  Upkeep run() {
    attempt("asking the store about conditional writes", [&] { find_conditions(); });
    bool backup_is_current = false;
    attempt("bringing the backup up to date", [&] { backup_is_current = refresh_backup(); });
    if (backup_is_current) find_garbage();
    return std::move(upkeep_);
  }

 private:
  template <typename Work>
  void attempt(std::string_view what, const Work& work) {
    if (options_.interrupted && options_.interrupted()) return;
    try {
      work();
    } catch (const Error& error) {
      upkeep_.warnings.push_back(
          fmt::format("{}: {}{}", what, error.message(), error.hint().empty() ? "" : " (" + error.hint() + ")"));
    }
  }

  void find_conditions();
  bool refresh_backup();
  bool backup_may_be_replaced() const;
  void find_garbage();

  ObjectStore& store_;
  const SyncOptions& options_;
  FetchedHistory& fetched_;
  Upkeep upkeep_;
};

void Keeping::find_conditions() {
  upkeep_.conditions = options_.conditions;
  if (upkeep_.conditions) return;
  History history =
      History::open(fetched_.file, OpenMode::read_write, Verification::header_and_layout, Durability::cached);
  const std::string place = store_.describe();
  const auto known = history.store_verdict(place);
  if (known && fetched_.store_time - known->probed_at < kVerdictAge && known->probed_at <= fetched_.store_time) {
    for (const auto support : {ConditionSupport::honoured, ConditionSupport::refused, ConditionSupport::ignored}) {
      if (known->conditions == to_string(support)) upkeep_.conditions = support;
    }
    if (upkeep_.conditions) return;
  }
  const ConditionReport report = probe_conditions(store_, options_.key + ".probe");
  upkeep_.conditions = report.support;
  history.remember_store_verdict(place, {std::string(to_string(report.support)), fetched_.store_time});
  history.close();
  if (report.left_behind) upkeep_.warnings.push_back(report.left_behind->message());
}

// The backup may only ever be replaced by something that holds all that it holds.
bool Keeping::backup_may_be_replaced() const {
  if (!fetched_.backup) return true;
  if (fetched_.backup_was_read) return !fetched_.backup_had_more;
  const auto there = counts_in(fetched_.backup->metadata);
  return there && !may_lack(*fetched_.snapshot, *there);
}

bool Keeping::refresh_backup() {
  if (!fetched_.snapshot) return false;
  const std::optional<ObjectInfo>& backup = fetched_.backup;
  if (backup && digest_in(backup->metadata) == fetched_.snapshot_sha256) return true;
  // One that does not say what it holds would have to be read by every run, so it is replaced whatever its age.
  const bool is_young = backup && counts_in(backup->metadata) && backup->last_modified &&
                        fetched_.store_time - *backup->last_modified < options_.backup_age;
  if (is_young || !backup_may_be_replaced()) return false;
  // A conflict or absence: somebody else has stored a newer snapshot meanwhile, and will look after the backup.
  return store_.copy(options_.key, fetched_.object->etag, backup_key(options_.key)) == CopyOutcome::copied;
}

void Keeping::find_garbage() {
  const History history = History::open(fetched_.file, OpenMode::read_only, Verification::header_and_layout);
  for (const std::string& name : fetched_.records) {
    if (upkeep_.garbage.size() == kMaxDeleted) return;
    const auto folded_at = history.folded_at(name);
    // What this run has folded was folded just now, so an older time was in the snapshot.
    if (folded_at && fetched_.store_time - *folded_at > options_.grace) upkeep_.garbage.push_back(name);
  }
}

}  // namespace

Upkeep keep_up(ObjectStore& store, const SyncOptions& options, FetchedHistory& fetched) {
  return Keeping(store, options, fetched).run();
}

Collected collect_garbage(ObjectStore& store, const Clock& clock, const SyncOptions& options, const Upkeep& upkeep) {
  Collected collected;
  const auto start = clock.steady();
  for (const std::string& name : upkeep.garbage) {
    if ((options.interrupted && options.interrupted()) || clock.steady() - start > kLongestCollection) break;
    try {
      store.remove(record_key(options.key, name));
      ++collected.deleted;
    } catch (const Error& error) {
      collected.warnings.push_back(error.message() +
                                   "; old run records stay where they are, which costs only their space");
      break;
    }
  }
  return collected;
}

}  // namespace unentropy
