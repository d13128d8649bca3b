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

// What HEAD says must be what was sent; the store has checked the bytes against the signed digest.
std::optional<std::string> difference(const ObjectInfo& stored, const PutRequest& request, const PutOutcome& outcome) {
  if (!outcome.etag.empty() && stored.etag != outcome.etag) return std::nullopt;  // already somebody's successor
  if (stored.size != request.content.size()) {
    return "the stored object has " + std::to_string(stored.size) + " bytes instead of " +
           std::to_string(request.content.size());
  }
  const auto digest = stored.metadata.find(std::string(kDigestMetadata));
  if (digest != stored.metadata.end() && digest->second != hex(request.content.sha256())) {
    return "the stored object has another digest";
  }
  return std::nullopt;
}

}  // namespace

PublishedHistory publish_history(ObjectStore& store, const std::string& key, const FetchedHistory& fetched,
                                 const std::filesystem::path& file) {
  PublishedHistory published;
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

  PutOutcome outcome = store.put(request);
  if (outcome.status == PutOutcome::Status::unsupported) {
    // Without conditions the window between this look and the upload stays open; say so.
    const auto now = store.head(key);
    const bool unchanged = fetched.first_run() ? !now : now && now->etag == fetched.object->etag;
    if (!unchanged) throw lost_race(key);
    published.warnings.push_back(store.describe() + " supports no conditional writes; runs at the same moment can " +
                                 "overwrite each other's history");
    request.condition = PutCondition::always();
    outcome = store.put(request);
  }
  if (outcome.status != PutOutcome::Status::written) throw lost_race(key);

  const auto stored = store.head(key);
  if (!stored) {
    throw Error(ErrorKind::unavailable, "verifying the upload of `" + key + "`: the object is gone",
                "run the job again; if it happens every time, look for a lifecycle rule on the bucket");
  }
  if (const auto wrong = difference(*stored, request, outcome)) {
    throw Error(ErrorKind::unavailable, "verifying the upload of `" + key + "`: " + *wrong, "run the job again");
  }
  published.etag = stored->etag;
  published.bytes = request.content.size();
  return published;
}

}  // namespace unentropy
