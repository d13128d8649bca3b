// The only place that `doctor` writes to: remembers every key that was written, so that all of them can be taken away
// again even where listing is not allowed.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "base/error.h"
#include "store/object_store.h"

namespace unentropy {

class ScratchStore final : public ObjectStore {
 public:
  // All keys must begin with `prefix`; another one is an internal error and is not written.
  ScratchStore(ObjectStore& inner, std::string prefix) : inner_(inner), prefix_(std::move(prefix)) {}

  std::optional<ObjectInfo> head(const std::string& key) override { return inner_.head(key); }
  std::optional<FetchedObject> get(const std::string& key, const std::filesystem::path& destination) override {
    return inner_.get(key, destination);
  }
  std::optional<std::string> get_bytes(const std::string& key, std::uint64_t max_bytes) override {
    return inner_.get_bytes(key, max_bytes);
  }
  PutOutcome put(const PutRequest& request) override;
  ObjectListing list(const std::string& prefix) override { return inner_.list(prefix); }
  void remove(const std::string& key) override;
  CopyOutcome copy(const std::string& source, const std::string& source_etag, const std::string& target) override;
  std::string describe() const override { return inner_.describe(); }

  void remember(const std::string& key);                             // for writes that go another way
  const std::set<std::string>& written() const { return written_; }  // and not deleted again

 private:
  ObjectStore& inner_;
  std::string prefix_;
  std::set<std::string> written_;
};

struct CleanUp {
  std::size_t removed = 0;
  std::set<std::string> left;
  std::optional<Error> failure;  // the first one; absent: nothing is left
};

// Deletes what `scratch` remembers, whatever else lies below its prefix `own`, and what an earlier examination that was
// killed has left below `all` more than an hour ago. Never throws.
CleanUp clean_up(ObjectStore& store, const ScratchStore& scratch, const std::string& own, const std::string& all);

}  // namespace unentropy
