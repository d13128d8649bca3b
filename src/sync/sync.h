// How the history travels: fetched whole and verified, published under the condition that nobody else did.
//
// The rules and why they are safe: docs/formats/storage-protocol.md.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/hash.h"
#include "store/object_store.h"

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

struct PublishedHistory {
  std::string etag;
  std::uint64_t bytes = 0;
  std::vector<std::string> warnings;
};

// Uploads `file`, which grew out of `fetched`, on the condition that the stored object is still the one that was
// fetched, and looks at the result. A lost race is `unavailable` and leaves the other writer's object in place.
// Refuses to publish fewer builds or values than were fetched (internal).
PublishedHistory publish_history(ObjectStore& store, const std::string& key, const FetchedHistory& fetched,
                                 const std::filesystem::path& file);

}  // namespace unentropy
