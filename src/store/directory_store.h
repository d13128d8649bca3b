// Objects as files below a local directory, for people without a store and for local runs side by side.
//
// An object `a/b.db` is the file `a/b.db`: any tool can open it. Its ETag is the digest of its content, because a tag
// of time, inode and size repeats. Writers exclude each other by a lock on `.unentropy-store/lock`; a new content
// replaces the old one by a rename, after it has reached the disk. Content type and metadata stand in
// `.unentropy-store/meta/`, in a file named after key and content, so that they always belong together.
#pragma once

#include <filesystem>
#include <memory>

#include "base/clock.h"
#include "store/object_store.h"

namespace unentropy {

struct DirectoryStoreOptions {
  // How long to wait for another writer; then `Error` (unavailable).
  Milliseconds lock_timeout{60'000};
};

// `root` is created at the first write. Keys with empty, `.` or `..` parts are refused (usage), symbolic links below
// `root` are not followed. `clock` must outlive the store.
std::unique_ptr<ObjectStore> make_directory_store(std::filesystem::path root, Clock& clock,
                                                  DirectoryStoreOptions options = {});

}  // namespace unentropy
