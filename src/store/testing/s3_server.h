// Access to the real servers that tests/servers/ starts; they announce themselves in the environment.
#pragma once

#include <memory>
#include <string>

#include "base/clock.h"
#include "net/curl_client.h"
#include "store/s3.h"
#include "store/testing/conformance.h"

namespace unentropy {

// The value of `UNENTROPY_TEST_<name>`. Throws if it is not set: a missing server is a failure, never a skip.
std::string server_value(const std::string& name);

// Settings for the bucket of server `S3` (Ceph's gateway) or `SWIFT`. `user` is empty for the bucket's owner, or
// `READER_`, `OTHER_`.
S3Settings server_settings(const std::string& server, const std::string& user = {});

// A store together with what it needs.
class ConnectedStore final : public ObjectStore {
 public:
  explicit ConnectedStore(const S3Settings& settings, CurlOptions options = {}, Clock* clock = nullptr);

  std::optional<ObjectInfo> head(const std::string& key) override { return store_->head(key); }
  std::optional<FetchedObject> get(const std::string& key, const std::filesystem::path& destination) override {
    return store_->get(key, destination);
  }
  std::optional<std::string> get_bytes(const std::string& key, std::uint64_t max_bytes) override {
    return store_->get_bytes(key, max_bytes);
  }
  PutOutcome put(const PutRequest& request) override { return store_->put(request); }
  ObjectListing list(const std::string& prefix) override { return store_->list(prefix); }
  void remove(const std::string& key) override { store_->remove(key); }
  CopyOutcome copy(const std::string& source, const std::string& etag, const std::string& target) override {
    return store_->copy(source, etag, target);
  }
  std::string describe() const override { return store_->describe(); }

 private:
  SystemClock system_clock_;
  std::unique_ptr<HttpClient> http_;
  std::unique_ptr<ObjectStore> store_;
};

}  // namespace unentropy
