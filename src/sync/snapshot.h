// One snapshot object: its bytes in a local file, verified, and what its metadata say.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "history/history.h"
#include "store/object_store.h"
#include "sync/sync.h"

namespace unentropy {

struct Snapshot {
  ObjectInfo object;
  std::string sha256;  // of the bytes as they were received, hexadecimal
  HistoryCounts counts;
};

struct DamagedSnapshot {
  ObjectInfo object;
  Error error;  // what is wrong with it
};

// One of the first two, or neither: there is no such object.
struct SnapshotRead {
  std::optional<Snapshot> good;
  std::optional<DamagedSnapshot> damaged;
  std::vector<std::string> warnings;
};

// Receives the object into `file` and verifies it; an old layout is upgraded in the file. Damage, and a digest that is
// not the one of the metadata, are believed only when the same bytes were received twice in a row. A layout that is too
// new is an `Error` (usage).
//
// With `Repair::read_only`, bytes that have the digest of their metadata are believed without reading every page. Only
// an upload of ours names digest and counts, and it sends a history whose pages were all checked when it was fetched,
// with this program's own additions. What the check could still find is damage done on the uploader's own disk; a
// reader meets that as an `Error` (corrupt) in the pages that it needs, and cannot spread it, because it writes
// nothing.
SnapshotRead read_snapshot(ObjectStore& store, const std::string& key, const std::filesystem::path& file,
                           Repair repair = Repair::write);

// What is sent along with a snapshot: digest and counts.
ObjectMetadata snapshot_metadata(const std::string& sha256, const HistoryCounts& counts);
// Nothing if the object was not written by this program.
std::optional<HistoryCounts> counts_in(const ObjectMetadata& metadata);
std::string digest_in(const ObjectMetadata& metadata);  // empty: none

// Whether `there` may hold something that `here` lacks, as far as counts tell.
bool may_lack(const HistoryCounts& here, const HistoryCounts& there);

}  // namespace unentropy
