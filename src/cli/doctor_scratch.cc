#include "cli/doctor_scratch.h"

namespace unentropy {
namespace {

constexpr Milliseconds kAbandoned = std::chrono::hours(1);

}  // namespace

void ScratchStore::remember(const std::string& key) {
  if (!key.starts_with(prefix_)) throw Error(ErrorKind::internal, "the examination may not write `" + key + "`");
  written_.insert(key);
}

PutOutcome ScratchStore::put(const PutRequest& request) {
  const bool known = written_.contains(request.key);
  remember(request.key);
  try {
    return inner_.put(request);
  } catch (const Error& error) {
    // Every other failure than `unavailable` is an answer that says: not written.
    if (!known && error.kind() != ErrorKind::unavailable) written_.erase(request.key);
    throw;
  }
}

void ScratchStore::remove(const std::string& key) {
  inner_.remove(key);
  written_.erase(key);
}

CopyOutcome ScratchStore::copy(const std::string& source, const std::string& source_etag, const std::string& target) {
  remember(target);
  return inner_.copy(source, source_etag, target);
}

CleanUp clean_up(ObjectStore& store, const ScratchStore& scratch, const std::string& own, const std::string& all) {
  CleanUp result;
  std::set<std::string> keys = scratch.written();
  try {
    const ObjectListing listing = store.list(all);
    for (const ListedObject& object : listing.objects) {
      const bool abandoned =
          listing.server_time && object.last_modified && *listing.server_time - *object.last_modified > kAbandoned;
      if (object.key.starts_with(own) || abandoned) keys.insert(object.key);
    }
  } catch (const Error&) {  // what was remembered is deleted all the same
  }
  for (const std::string& key : keys) {
    try {
      store.remove(key);
      ++result.removed;
    } catch (const Error& error) {
      result.left.insert(key);
      if (!result.failure) result.failure = error;
    }
  }
  return result;
}

}  // namespace unentropy
