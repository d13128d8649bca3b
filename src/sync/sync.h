// How the history travels: fetched whole and verified, published under the condition that nobody else did.
//
// The rules and why they are safe: docs/formats/storage-protocol.md.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/hash.h"
#include "store/object_store.h"
#include "store/retrying_store.h"

namespace unentropy {

inline constexpr std::string_view kDatabaseContentType = "application/vnd.sqlite3";

// The local copy of the snapshot, as it was when it was read.
struct FetchedHistory {
  std::filesystem::path file;        // in the given directory; on a first run it does not exist yet
  std::optional<ObjectInfo> object;  // absent: there is no object yet
  std::int64_t builds = 0;           // in the snapshot
  std::int64_t values = 0;
  std::vector<std::string> warnings;

  bool first_run() const { return !object.has_value(); }
};

// Downloads `key` into `directory` and verifies it. Only a store that says "no such key" makes a first run; every
// other failure is an `Error`. Damaged: fetched a second time, then `corrupt` with the stored object left as it is.
FetchedHistory fetch_history(ObjectStore& store, const std::string& key, const std::filesystem::path& directory);

// How stubbornly an upload is tried. A conditional write is never repeated blindly: between two tries the stored object
// is looked at, because the former try may have taken effect.
struct PublishPolicy {
  int attempts = 3;  // after the first
  Milliseconds first_delay{500};
  std::function<void(const RetryNotice&)> on_retry;  // before each wait
  std::function<bool()> interrupted;                 // true: no further try
};

struct PublishedHistory {
  std::uint64_t bytes = 0;
  std::vector<std::string> warnings;
};

// Uploads `file`, which grew out of `fetched`, on the condition that the stored object is still the one that was
// fetched, and looks at the result. A lost race is `unavailable` and leaves the other writer's object in place.
// Refuses to publish fewer builds or values than were fetched (internal).
PublishedHistory publish_history(ObjectStore& store, Clock& clock, const std::string& key,
                                 const FetchedHistory& fetched, const std::filesystem::path& file,
                                 const PublishPolicy& policy);

}  // namespace unentropy
