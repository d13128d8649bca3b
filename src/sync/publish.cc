#include <algorithm>
#include <random>
#include <set>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"
#include "sync/record_format.h"
#include "sync/snapshot.h"
#include "sync/sync.h"

namespace unentropy {
namespace {

// Whoever published later than this after reading could overwrite, on a store without conditions, what has been folded
// and deleted meanwhile. The grace period is very much longer.
constexpr Milliseconds kStale = std::chrono::minutes(10);
constexpr Milliseconds kLongestWait{5'000};
// Between these lies what the first wait after a lost race goes up to, however short or long the reading took.
constexpr Milliseconds kShortestLook{100};
constexpr Milliseconds kLongestLook{3'000};
constexpr int kSenseless = 3;

class Publication {
 public:
  Publication(ObjectStore& store, Clock& clock, const SyncOptions& options, FetchedHistory& fetched,
              const RecordList& records, const Upkeep& upkeep)
      : store_(store),
        clock_(clock),
        options_(options),
        fetched_(fetched),
        records_(records),
        conditions_(upkeep.conditions),
        // Where conditions are not honoured, asking for them protects nothing, and some stores then refuse every write.
        conditional_(upkeep.conditions.value_or(ConditionSupport::honoured) == ConditionSupport::honoured),
        deadline_(clock.steady() + options.contention_limit),
        random_(options.random) {
    if (random_) return;
    random_ = [engine = std::mt19937_64(std::random_device{}())]() mutable {
      return std::uniform_real_distribution<double>(0, 1)(engine);
    };
  }

  PublishedHistory run();

 private:
  enum class Step { done, again, read_again };

  Step attempt();
  Step after_put(const PutRequest& request, const PutOutcome& outcome);
  Step after_failure(const PutRequest& request, const Error& error);
  PutRequest request();
  void fold_own();
  void absorb(const std::filesystem::path& file) const;
  Step read_again();
  bool is_as_read(const std::optional<ObjectInfo>& stored) const {
    return stored.has_value() == fetched_.object.has_value() && (!stored || stored->etag == fetched_.object->etag);
  }
  bool stored_is_ours(const PutRequest& request, const std::optional<ObjectInfo>& stored) const;
  Step contended();
  Step after_conflict();
  void wait(const Error* error);
  [[noreturn]] void give_up(const Error& error);
  void warn(std::string warning) { published_.warnings.push_back(std::move(warning)); }

  ObjectStore& store_;
  Clock& clock_;
  const SyncOptions& options_;
  FetchedHistory& fetched_;
  const RecordList& records_;
  std::optional<ConditionSupport> conditions_;
  bool conditional_;
  std::chrono::steady_clock::time_point deadline_;
  std::function<double()> random_;
  PublishedHistory published_;
  int failures_ = 0;
  std::optional<std::string> refused_etag_;  // of the last conflict; empty: no object was expected
  int refusals_ = 0;                         // of this one, each after it had been read again
  Milliseconds last_wait_{0};
};

void Publication::fold_own() {
  History history =
      History::open(fetched_.file, OpenMode::read_write, Verification::header_and_layout, Durability::cached);
  for (const std::string& name : records_.names) {
    if (!history.contains_record(name)) history.fold(records_.read(name), fetched_.store_time);
  }
  history.close();
}

// What is sent must hold all that was read.
PutRequest Publication::request() {
  History history = History::open(fetched_.file, OpenMode::read_only, Verification::header_and_layout);
  const HistoryCounts counts = history.counts();
  const bool complete = history.keeps(fetched_.base);
  history.close();
  if (!complete) {
    throw Error(ErrorKind::internal,
                "uploading `" + options_.key + "`: the new history lacks something that the old one had",
                "nothing was uploaded; please report this with the log");
  }
  PutRequest request{options_.key, ObjectContent::from_file(fetched_.file), {}, std::string(kDatabaseContentType), {}};
  if (conditional_) {
    request.condition = fetched_.object ? PutCondition::if_matches(fetched_.object->etag) : PutCondition::if_absent();
  }
  request.metadata = snapshot_metadata(hex(request.content.sha256()), counts);
  return request;
}

// The store has checked the bytes of an upload against its signed digest, so length and the digest in the metadata are
// enough to know our own.
bool Publication::stored_is_ours(const PutRequest& request, const std::optional<ObjectInfo>& stored) const {
  return stored && stored->size == request.content.size() &&
         digest_in(stored->metadata) == hex(request.content.sha256());
}

Publication::Step Publication::attempt() {
  if (clock_.steady() - fetched_.read_at > kStale) return Step::read_again;
  const PutRequest put = request();
  published_.bytes = put.content.size();
  // Not a protection, but where there are no conditions it spares most of the overwriting.
  if (!conditional_ && !is_as_read(store_.head(options_.key))) return contended();
  PutOutcome outcome;
  try {
    outcome = store_.put(put);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::unavailable) throw;
    return after_failure(put, error);
  }
  return after_put(put, outcome);
}

Publication::Step Publication::after_put(const PutRequest& request, const PutOutcome& outcome) {
  switch (outcome.status) {
    case PutOutcome::Status::conflict:
      return after_conflict();
    case PutOutcome::Status::missing:
      warn("`" + options_.key + "` was deleted during the run; it is stored again with everything that it held");
      return Step::read_again;
    case PutOutcome::Status::unsupported:
      conditional_ = false;
      return Step::again;
    case PutOutcome::Status::written:
      break;
  }
  published_.was_conditional = conditional_;
  const auto stored = store_.head(options_.key);
  if (stored_is_ours(request, stored)) return Step::done;
  const bool as_before = stored && is_as_read(stored);
  // Replaced already: by a successor that was made from it, if the store honours conditions for certain.
  if (stored && !as_before && conditional_ && conditions_ == ConditionSupport::honoured) return Step::done;
  if (stored && !as_before) return contended();
  throw Error(ErrorKind::unavailable,
              "verifying the upload of `" + options_.key + "`: the store accepted it and does not have it",
              "if it happens every time, look for a lifecycle rule on the bucket or a cache in front of it");
}

// The request may have taken effect although its answer was lost or was a failure.
Publication::Step Publication::after_failure(const PutRequest& request, const Error& error) {
  const auto stored = store_.head(options_.key);
  if (stored_is_ours(request, stored)) {
    published_.was_conditional = conditional_;
    warn("the answer to the upload was lost, but the upload took effect");
    return Step::done;
  }
  if (++failures_ > options_.attempts) give_up(error);
  // To some stores a lost race is a failure of their own.
  if (!is_as_read(stored) && !error.retry().after) return contended();
  wait(&error);
  return is_as_read(stored) ? Step::again : Step::read_again;
}

Publication::Step Publication::contended() {
  if (clock_.steady() >= deadline_) {
    throw Error(ErrorKind::unavailable, "uploading `" + options_.key + "`: other runs have been storing theirs for " +
                                            format_duration(options_.contention_limit));
  }
  wait(nullptr);
  return Step::read_again;
}

// A condition that fails although it holds, again and again, is of no use.
Publication::Step Publication::after_conflict() {
  const std::string etag = fetched_.object ? fetched_.object->etag : "";
  refusals_ = refused_etag_ == etag ? refusals_ + 1 : 1;
  refused_etag_ = etag;
  if (refusals_ < kSenseless) return contended();
  conditional_ = false;
  warn(store_.describe() + " refuses a condition that holds; the history is stored without one");
  return Step::again;
}

void Publication::give_up(const Error& error) {
  const std::string tries = failures_ == 1 ? "1 try" : fmt::format("{} tries", failures_);
  throw Error(error.kind(), fmt::format("{} (gave up after {})", error.message(), tries), error.hint());
}

// Done: whoever listed after our records were stored has folded them along with its own. Otherwise everything of the
// former copy that the new one lacks is put into it: somebody may have replaced or deleted the object.
Publication::Step Publication::read_again() {
  std::vector<std::string> own;
  if (!fetched_.backup_was_read) own = records_.names;
  const auto lacks_something = [](const FetchedHistory& later, const FetchedHistory& earlier) {
    return !later.snapshot || may_lack(*later.snapshot, earlier.base);
  };
  FetchedHistory later = fetch_history(store_, clock_, options_, own);
  if (later.had_enough && lacks_something(later, fetched_)) later = fetch_history(store_, clock_, options_);
  const FetchedHistory former = std::exchange(fetched_, std::move(later));
  for (std::string& warning : fetched_.warnings) warn(std::move(warning));
  fetched_.warnings = former.warnings;
  if (!fetched_.had_enough) {
    if (lacks_something(fetched_, former)) absorb(former.file);
    fold_own();
  }
  std::error_code ignored;
  std::filesystem::remove(former.file, ignored);
  return fetched_.had_enough ? Step::done : Step::again;
}

void Publication::absorb(const std::filesystem::path& file) const {
  History theirs = History::open(file, OpenMode::read_write, Verification::header_and_layout, Durability::cached);
  History mine =
      History::open(fetched_.file, OpenMode::read_write, Verification::header_and_layout, Durability::cached);
  mine.absorb(theirs, fetched_.store_time);
  mine.close();
  theirs.close();
}

// After a failure decorrelated jitter: from the first delay up to three times the last wait. After a lost race from
// nothing up to what reading and trying takes now, which grows by itself with the number of those who try: whoever
// looks first publishes the records of all, and those who look after that find theirs in the snapshot.
void Publication::wait(const Error* error) {
  Milliseconds least{0};
  Milliseconds most = std::clamp(std::chrono::duration_cast<Milliseconds>(clock_.steady() - fetched_.read_at),
                                 kShortestLook, kLongestLook);
  if (error != nullptr) {
    least = options_.first_delay;
    most = std::max(least, 3 * last_wait_);
  }
  const auto span = static_cast<double>((most - least).count());
  last_wait_ = std::min(kLongestWait, least + Milliseconds(static_cast<Milliseconds::rep>(span * random_())));
  Milliseconds delay = last_wait_;
  if (error != nullptr) {
    delay = std::max(delay, error->retry().after.value_or(Milliseconds(0)));
    if (options_.on_retry) options_.on_retry({*error, failures_, options_.attempts, delay});
  } else if (options_.on_progress) {
    options_.on_progress("another run has stored its history meanwhile; looking again in " + format_duration(delay));
  }
  clock_.sleep_for(delay);
}

PublishedHistory Publication::run() {
  try {
    fold_own();
    for (;;) {
      if (options_.interrupted && options_.interrupted()) {
        throw Error(ErrorKind::unavailable, "uploading `" + options_.key + "`: interrupted");
      }
      Step step = attempt();
      if (step == Step::read_again) step = read_again();
      if (step == Step::done) break;
    }
    published_.state = PublishedHistory::State::published;
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::internal) throw;
    const bool passes = error.kind() == ErrorKind::unavailable;
    published_.state = passes ? PublishedHistory::State::pending : PublishedHistory::State::refused;
    published_.error = error;
    std::set<std::string> pending(fetched_.folded.begin(), fetched_.folded.end());
    pending.insert(records_.names.begin(), records_.names.end());
    published_.pending_records = static_cast<std::int64_t>(pending.size());
  }
  return std::move(published_);
}

}  // namespace

void store_record(ObjectStore& store, const std::string& key, const RunRecord& record) {
  PutRequest request{
      record_key(key, record.name), ObjectContent::from_bytes(format_record(record)), {}, "application/json", {}};
  store.put(request);
}

PublishedHistory publish_history(ObjectStore& store, Clock& clock, const SyncOptions& options, FetchedHistory& fetched,
                                 const RecordList& records, const Upkeep& upkeep) {
  return Publication(store, clock, options, fetched, records, upkeep).run();
}

PublishedHistory publish_history(ObjectStore& store, Clock& clock, const SyncOptions& options, FetchedHistory& fetched,
                                 const std::vector<RunRecord>& records, const Upkeep& upkeep) {
  RecordList list;
  for (const RunRecord& record : records) list.names.push_back(record.name);
  list.read = [&](const std::string& name) {
    return *std::find_if(records.begin(), records.end(), [&](const RunRecord& record) { return record.name == name; });
  };
  return publish_history(store, clock, options, fetched, list, upkeep);
}

}  // namespace unentropy
