// A store that does something of the test's before and after each call: fail, lose the answer, let somebody else write.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "store/object_store.h"

namespace unentropy {

class HookedStore final : public ObjectStore {
 private:
  template <typename Call>
  auto hooked(const std::string& name, const std::string& key, const Call& call) {
    const std::string what = name + " " + key;
    calls.push_back(what);
    // Copies, because a hook may replace itself.
    if (const auto hook = before) hook(what);
    auto result = call();
    if (const auto hook = after) hook(what);
    return result;
  }

 public:
  explicit HookedStore(ObjectStore& inner) : inner_(inner) {}

  std::vector<std::string> calls;  // `list m.db.runs/`, `get m.db`, …, in order

  // Given the call; what they throw is what the caller sees.
  std::function<void(const std::string&)> before;
  std::function<void(const std::string&)> after;

  std::optional<ObjectInfo> head(const std::string& key) override {
    return hooked("head", key, [&] { return inner_.head(key); });
  }
  std::optional<FetchedObject> get(const std::string& key, const std::filesystem::path& destination) override {
    return hooked("get", key, [&] { return inner_.get(key, destination); });
  }
  std::optional<std::string> get_bytes(const std::string& key, std::uint64_t max_bytes) override {
    return hooked("get_bytes", key, [&] { return inner_.get_bytes(key, max_bytes); });
  }
  PutOutcome put(const PutRequest& request) override {
    return hooked("put", request.key, [&] { return inner_.put(request); });
  }
  ObjectListing list(const std::string& prefix) override {
    return hooked("list", prefix, [&] { return inner_.list(prefix); });
  }
  void remove(const std::string& key) override {
    hooked("remove", key, [&] {
      inner_.remove(key);
      return true;
    });
  }
  CopyOutcome copy(const std::string& source, const std::string& source_etag, const std::string& target) override {
    return hooked("copy", target, [&] { return inner_.copy(source, source_etag, target); });
  }
  std::string describe() const override { return inner_.describe(); }

 private:
  ObjectStore& inner_;
};

}  // namespace unentropy
