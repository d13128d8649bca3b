#include <algorithm>
#include <cmath>
#include <random>

#include "base/error.h"
#include "history/history.h"
#include "sync/metadata.h"
#include "sync/sync.h"

namespace unentropy {
namespace {

Error lost_race(const std::string& key) {
  return Error(ErrorKind::unavailable,
               "uploading `" + key + "`: another run has published a newer history since this one read it",
               "nothing was overwritten; run the job again");
}

enum class Stored { ours, as_fetched, something_else };

// What the store holds now. The store has checked the bytes of an upload against its signed digest, so length and the
// digest in the metadata are enough to know our own.
Stored look(ObjectStore& store, const PutRequest& request, const FetchedHistory& fetched) {
  const auto stored = store.head(request.key);
  if (!stored) return fetched.first_run() ? Stored::as_fetched : Stored::something_else;
  const auto digest = stored->metadata.find(std::string(kDigestMetadata));
  if (stored->size == request.content.size() && digest != stored->metadata.end() &&
      digest->second == hex(request.content.sha256())) {
    return Stored::ours;
  }
  if (!fetched.first_run() && stored->etag == fetched.object->etag) return Stored::as_fetched;
  return Stored::something_else;
}

// Full jitter, as the retrying store does it.
Milliseconds delay_before(int next_try, const PublishPolicy& policy) {
  std::mt19937_64 random{std::random_device{}()};
  const double longest = static_cast<double>(policy.first_delay.count()) * std::pow(2.0, std::min(next_try - 1, 6));
  return Milliseconds{static_cast<std::int64_t>(std::uniform_real_distribution<double>(0, longest)(random))};
}

// Puts until the outcome is known. Nothing: a lost answer turned out to have been a success.
std::optional<PutOutcome> put_once(ObjectStore& store, Clock& clock, const PutRequest& request,
                                   const FetchedHistory& fetched, const PublishPolicy& policy) {
  for (int attempt = 1;; ++attempt) {
    try {
      return store.put(request);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::unavailable || (policy.interrupted && policy.interrupted())) throw;
      switch (look(store, request, fetched)) {
        case Stored::ours:
          return std::nullopt;
        case Stored::something_else:
          throw lost_race(request.key);
        case Stored::as_fetched:
          break;
      }
      if (attempt > policy.attempts) throw;
      const Milliseconds delay = std::max(delay_before(attempt, policy), error.retry().after.value_or(Milliseconds(0)));
      if (policy.on_retry) policy.on_retry({error, attempt, policy.attempts, delay});
      clock.sleep_for(delay);
    }
  }
}

PutRequest request_for(const std::string& key, const FetchedHistory& fetched, const std::filesystem::path& file) {
  History history = History::open(file, OpenMode::read_only, Verification::header_and_layout);
  const std::int64_t builds = history.build_count();
  const std::int64_t values = history.value_count();
  history.close();
  if (builds < fetched.builds || values < fetched.values) {
    throw Error(ErrorKind::internal, "uploading `" + key + "`: the new history has fewer builds or values than the old",
                "nothing was uploaded; please report this with the log");
  }
  PutRequest request{key, ObjectContent::from_file(file), {}, std::string(kDatabaseContentType), {}};
  request.condition = fetched.first_run() ? PutCondition::if_absent() : PutCondition::if_matches(fetched.object->etag);
  request.metadata[std::string(kDigestMetadata)] = hex(request.content.sha256());
  request.metadata[std::string(kBuildsMetadata)] = std::to_string(builds);
  request.metadata[std::string(kValuesMetadata)] = std::to_string(values);
  return request;
}

}  // namespace

PublishedHistory publish_history(ObjectStore& store, Clock& clock, const std::string& key,
                                 const FetchedHistory& fetched, const std::filesystem::path& file,
                                 const PublishPolicy& policy) {
  PublishedHistory published;
  PutRequest request = request_for(key, fetched, file);
  published.bytes = request.content.size();
  auto outcome = put_once(store, clock, request, fetched, policy);
  if (outcome && outcome->status == PutOutcome::Status::unsupported) {
    // Without conditions the window between this look and the upload stays open; say so.
    if (look(store, request, fetched) == Stored::something_else) throw lost_race(key);
    published.warnings.push_back(store.describe() + " supports no conditional writes; runs at the same moment can " +
                                 "overwrite each other's history");
    request.condition = PutCondition::always();
    outcome = put_once(store, clock, request, fetched, policy);
  }
  if (!outcome) {
    published.warnings.emplace_back("the answer to the upload was lost, but the upload took effect");
    return published;
  }
  const Stored stored = look(store, request, fetched);
  if (stored == Stored::ours) return published;
  if (outcome->status != PutOutcome::Status::written) throw lost_race(key);
  // Written, and already replaced by a successor that was made from it.
  if (stored == Stored::something_else && store.head(key)) return published;
  throw Error(
      ErrorKind::unavailable, "verifying the upload of `" + key + "`: the store accepted it and does not have it",
      "run the job again; if it happens every time, look for a lifecycle rule on the bucket or a cache in front");
}

}  // namespace unentropy
