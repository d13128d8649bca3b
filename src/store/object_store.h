// The seam to every place that keeps objects: S3, a local directory, memory.
//
// Contract, held by the conformance suite in store/testing/:
// - Absence is a value (`nullopt`), a lost race is a value (`PutOutcome::conflict`); failures are `Error`s of kinds
//   denied, not_found (bucket), unavailable, usage, io.
// - `unavailable` says nothing about whether a write took effect.
// - An ETag is opaque and is handed back byte for byte as it was received.
// - Listing is complete (every page) and sorted by key.
// - Nothing here retries, logs or reads the environment; those are decorators and callers.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/hash.h"

namespace unentropy {

using ObjectMetadata = std::map<std::string, std::string>;  // lower-case names, ASCII values

struct ObjectInfo {
  std::string etag;
  std::uint64_t size = 0;
  std::string content_type;
  ObjectMetadata metadata;
  std::optional<Instant> last_modified;
  std::optional<Instant> server_time;  // the store's clock when it answered
};

struct FetchedObject {
  ObjectInfo info;
  Sha256Digest sha256{};  // of the bytes that were received
};

struct ListedObject {
  std::string key;
  std::uint64_t size = 0;
  std::string etag;
  std::optional<Instant> last_modified;
};

struct ObjectListing {
  std::vector<ListedObject> objects;
  std::optional<Instant> server_time;
};

// The bytes of an object to be written: a file that must not change meanwhile, or a string.
class ObjectContent {
 public:
  static ObjectContent from_bytes(std::string bytes);
  // Reads the file once to compute its size and digest, unless the caller knows the digest already.
  static ObjectContent from_file(std::filesystem::path path, std::optional<Sha256Digest> known_sha256 = {});

  std::uint64_t size() const { return size_; }
  const Sha256Digest& sha256() const { return sha256_; }
  const std::optional<std::filesystem::path>& file() const { return file_; }
  const std::string& bytes() const { return bytes_; }

 private:
  std::optional<std::filesystem::path> file_;
  std::string bytes_;
  std::uint64_t size_ = 0;
  Sha256Digest sha256_{};
};

struct PutCondition {
  enum class Kind { none, absent, matches };
  Kind kind = Kind::none;
  std::string etag;  // for `matches`

  static PutCondition always() { return {}; }
  static PutCondition if_absent() { return {Kind::absent, {}}; }
  static PutCondition if_matches(std::string etag) { return {Kind::matches, std::move(etag)}; }
};

struct PutRequest {
  std::string key;
  ObjectContent content;
  PutCondition condition;
  std::string content_type;
  ObjectMetadata metadata;
};

struct PutOutcome {
  enum class Status {
    written,
    conflict,     // the condition did not hold (412), or two writers met (409)
    missing,      // `matches` on a key that does not exist (404)
    unsupported,  // the store refuses conditions (501); nothing was written
  };
  Status status = Status::written;
  std::string etag;  // of what was written, if the store told it
  std::optional<Instant> server_time;
};

// What a store does with `If-Match` and `If-None-Match` on a write.
enum class ConditionSupport {
  honoured,
  refused,  // says so; nothing is written
  ignored,  // writes, and says nothing
};

enum class CopyOutcome { copied, missing, conflict };

class ObjectStore {
 public:
  virtual ~ObjectStore() = default;

  virtual std::optional<ObjectInfo> head(const std::string& key) = 0;
  // Streams into `destination`, which is created with mode 0600 or truncated. A body shorter than announced is
  // `unavailable`. On absence the file is not created.
  virtual std::optional<FetchedObject> get(const std::string& key, const std::filesystem::path& destination) = 0;
  // The same into memory; larger than `max_bytes` is an `Error` of kind corrupt.
  virtual std::optional<std::string> get_bytes(const std::string& key, std::uint64_t max_bytes) = 0;
  virtual PutOutcome put(const PutRequest& request) = 0;
  virtual ObjectListing list(const std::string& prefix) = 0;
  // Removing what is not there succeeds.
  virtual void remove(const std::string& key) = 0;
  // A server-side copy; `source_etag` must still be the source's.
  virtual CopyOutcome copy(const std::string& source, const std::string& source_etag, const std::string& target) = 0;
  // For messages: `s3://bucket/ at https://host`, without credentials.
  virtual std::string describe() const = 0;
};

}  // namespace unentropy
