#include "store/memory_store.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"
#include "store/content_reader.h"

namespace unentropy {
namespace {

void require_key(const std::string& key) {
  if (key.empty()) throw Error(ErrorKind::usage, "the key of an object is empty", "give a `database-key`");
}

}  // namespace

const MemoryStore::Stored* MemoryStore::find(const std::string& key) const {
  require_key(key);
  const auto place = objects_.find(key);
  return place == objects_.end() ? nullptr : &place->second;
}

std::optional<ObjectInfo> MemoryStore::head(const std::string& key) {
  const Stored* stored = find(key);
  if (stored == nullptr) return std::nullopt;
  ObjectInfo info = stored->info;
  info.server_time = clock_->now();
  return info;
}

std::optional<FetchedObject> MemoryStore::get(const std::string& key, const std::filesystem::path& destination) {
  const Stored* stored = find(key);
  if (stored == nullptr) return std::nullopt;
  ReceivedFile file(destination);
  file.write(stored->bytes);
  return FetchedObject{*head(key), file.complete()};
}

std::optional<std::string> MemoryStore::get_bytes(const std::string& key, std::uint64_t max_bytes) {
  const Stored* stored = find(key);
  if (stored == nullptr) return std::nullopt;
  if (stored->bytes.size() > max_bytes) {
    throw Error(ErrorKind::corrupt,
                fmt::format("reading `{}`: it is larger than {} bytes", single_line(key), max_bytes));
  }
  return stored->bytes;
}

PutOutcome MemoryStore::put(const PutRequest& request) {
  PutOutcome outcome;
  outcome.server_time = clock_->now();
  const Stored* present = find(request.key);
  if (request.condition.kind != PutCondition::Kind::none && conditions_ != ConditionSupport::ignored) {
    const bool create = request.condition.kind == PutCondition::Kind::absent;
    if (conditions_ == ConditionSupport::refused) {
      outcome.status = PutOutcome::Status::unsupported;
    } else if (create ? present != nullptr : present != nullptr && present->info.etag != request.condition.etag) {
      outcome.status = PutOutcome::Status::conflict;
    } else if (!create && present == nullptr) {
      outcome.status = PutOutcome::Status::missing;
    }
    if (outcome.status != PutOutcome::Status::written) return outcome;
  }
  Stored stored;
  Md5 digest;
  for_each_piece(request.content, [&](std::string_view piece) {
    stored.bytes.append(piece);
    digest.update(piece);
  });
  stored.info.etag = "\"" + hex(digest.finish()) + "\"";
  stored.info.size = stored.bytes.size();
  stored.info.content_type = request.content_type;
  stored.info.metadata = request.metadata;
  stored.info.last_modified = clock_->now();
  outcome.etag = stored.info.etag;
  objects_[request.key] = std::move(stored);
  return outcome;
}

ObjectListing MemoryStore::list(const std::string& prefix) {
  ObjectListing listing;
  listing.server_time = clock_->now();
  for (auto place = objects_.lower_bound(prefix); place != objects_.end() && place->first.starts_with(prefix);
       ++place) {
    const ObjectInfo& info = place->second.info;
    listing.objects.push_back({place->first, info.size, info.etag, info.last_modified});
  }
  return listing;
}

void MemoryStore::remove(const std::string& key) {
  require_key(key);
  objects_.erase(key);
}

CopyOutcome MemoryStore::copy(const std::string& source, const std::string& source_etag, const std::string& target) {
  require_key(target);
  const Stored* stored = find(source);
  if (stored == nullptr) return CopyOutcome::missing;
  if (stored->info.etag != source_etag) return CopyOutcome::conflict;
  Stored copied = *stored;
  copied.info.last_modified = clock_->now();
  objects_[target] = std::move(copied);
  return CopyOutcome::copied;
}

}  // namespace unentropy
