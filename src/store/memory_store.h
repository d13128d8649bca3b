// Objects in memory, for tests: behaves like S3, and like stores that treat conditions otherwise.
#pragma once

#include <map>
#include <string>

#include "store/object_store.h"

namespace unentropy {

// A value: copying it copies all objects. Its clock must outlive it.
class MemoryStore final : public ObjectStore {
 public:
  explicit MemoryStore(const Clock& clock, ConditionSupport conditions = ConditionSupport::honoured)
      : clock_(&clock), conditions_(conditions) {}

  std::optional<ObjectInfo> head(const std::string& key) override;
  std::optional<FetchedObject> get(const std::string& key, const std::filesystem::path& destination) override;
  std::optional<std::string> get_bytes(const std::string& key, std::uint64_t max_bytes) override;
  PutOutcome put(const PutRequest& request) override;
  ObjectListing list(const std::string& prefix) override;
  void remove(const std::string& key) override;
  CopyOutcome copy(const std::string& source, const std::string& source_etag, const std::string& target) override;
  std::string describe() const override { return "a store in memory"; }

 private:
  struct Stored {
    ObjectInfo info;
    std::string bytes;
  };

  const Stored* find(const std::string& key) const;

  const Clock* clock_;
  ConditionSupport conditions_;
  std::map<std::string, Stored> objects_;
};

}  // namespace unentropy
