#include "store/directory_store.h"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/text.h"
#include "store/content_reader.h"
#include "store/directory_tree.h"
#include "store/sigv4.h"

namespace unentropy {
namespace {

constexpr Milliseconds kLockPoll{20};
constexpr std::size_t kPieceBytes = 256U << 10;
constexpr std::uint64_t kMaxMetadataBytes = 64U << 10;

std::string etag_of(const Sha256Digest& digest) { return "\"" + hex(digest) + "\""; }

std::string metadata_name(const std::string& key, const std::string& etag) {
  return fmt::format("{}/meta/{}.{}", kStoreDirectory, hex(sha256(key)), etag.substr(1, etag.size() - 2));
}

// `content-type=…` and `meta-name=…` lines, values percent-encoded.
std::string metadata_text(const PutRequest& request) {
  std::string text = "content-type=" + percent_encode(request.content_type) + "\n";
  for (const auto& [name, value] : request.metadata) {
    text += "meta-" + percent_encode(name) + "=" + percent_encode(value) + "\n";
  }
  return text;
}

void read_metadata(std::string_view text, ObjectInfo& info) {
  for (const std::string_view line : split(text, '\n')) {
    const auto equals = line.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view name = line.substr(0, equals);
    const auto value = percent_decode(line.substr(equals + 1));
    if (!value) continue;
    if (name == "content-type") info.content_type = *value;
    if (name.starts_with("meta-")) info.metadata[percent_decode(name.substr(5)).value_or("")] = *value;
  }
}

void read_all(int fd, const std::string& key, const std::function<void(std::string_view)>& use) {
  std::string buffer(kPieceBytes, '\0');
  for (;;) {
    const ssize_t got = ::read(fd, buffer.data(), buffer.size());
    if (got == 0) return;
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw system_error(errno, "reading `" + single_line(key) + "`");
    use(std::string_view(buffer).substr(0, static_cast<std::size_t>(got)));
  }
}

class DirectoryStore final : public ObjectStore {
 public:
  DirectoryStore(std::filesystem::path root, Clock& clock, DirectoryStoreOptions options)
      : tree_(std::move(root)), clock_(clock), options_(options) {}

  std::optional<ObjectInfo> head(const std::string& key) override { return read(key, nullptr); }
  std::optional<FetchedObject> get(const std::string& key, const std::filesystem::path& destination) override;
  std::optional<std::string> get_bytes(const std::string& key, std::uint64_t max_bytes) override;
  PutOutcome put(const PutRequest& request) override;
  ObjectListing list(const std::string& prefix) override;
  void remove(const std::string& key) override;
  CopyOutcome copy(const std::string& source, const std::string& source_etag, const std::string& target) override;
  std::string describe() const override { return "directory `" + single_line(tree_.root().string()) + "`"; }

 private:
  std::optional<ObjectInfo> read(const std::string& key, const std::function<void(std::string_view)>& use);
  UniqueFd lock();
  void write(const PutRequest& request, const std::optional<ObjectInfo>& present);

  DirectoryTree tree_;
  Clock& clock_;
  DirectoryStoreOptions options_;
};

// The ETag is that of the bytes that went by, even if somebody changes the file in place meanwhile.
std::optional<ObjectInfo> DirectoryStore::read(const std::string& key,
                                               const std::function<void(std::string_view)>& use) {
  DirectoryTree::require_key(key);
  const auto fd = tree_.open(key);
  if (!fd) return std::nullopt;
  ObjectInfo info;
  struct stat status {};
  if (::fstat(fd->get(), &status) != 0) throw system_error(errno, "reading `" + single_line(key) + "`");
  info.last_modified = Instant(std::chrono::duration_cast<Milliseconds>(
      std::chrono::seconds(status.st_mtim.tv_sec) + std::chrono::nanoseconds(status.st_mtim.tv_nsec)));
  Sha256 digest;
  read_all(fd->get(), key, [&](std::string_view piece) {
    digest.update(piece);
    info.size += piece.size();
    if (use) use(piece);
  });
  info.etag = etag_of(digest.finish());
  info.server_time = clock_.now();
  if (const auto metadata = tree_.open(metadata_name(key, info.etag))) {
    std::string text;
    read_all(metadata->get(), key, [&](std::string_view piece) {
      if (text.size() < kMaxMetadataBytes) text.append(piece);
    });
    read_metadata(text, info);
  }
  return info;
}

std::optional<FetchedObject> DirectoryStore::get(const std::string& key, const std::filesystem::path& destination) {
  std::unique_ptr<ReceivedFile> file;
  const auto receive = [&](std::string_view piece) {
    if (!file) file = std::make_unique<ReceivedFile>(destination);
    file->write(piece);
  };
  auto info = read(key, receive);
  if (!info) return std::nullopt;
  receive("");
  return FetchedObject{std::move(*info), file->complete()};
}

std::optional<std::string> DirectoryStore::get_bytes(const std::string& key, std::uint64_t max_bytes) {
  std::string bytes;
  const auto info = read(key, [&](std::string_view piece) {
    if (bytes.size() + piece.size() > max_bytes) {
      throw Error(ErrorKind::corrupt,
                  fmt::format("reading `{}`: it is larger than {} bytes", single_line(key), max_bytes));
    }
    bytes.append(piece);
  });
  if (!info) return std::nullopt;
  return bytes;
}

UniqueFd DirectoryStore::lock() {
  const std::filesystem::path directory = tree_.root() / kStoreDirectory;
  std::error_code failed;
  std::filesystem::create_directories(directory, failed);
  const std::string name = "locking " + describe();
  if (failed) throw system_error(failed.value(), name);
  UniqueFd fd(::open((directory / "lock").c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666));
  if (!fd) throw system_error(errno, name);
  const auto deadline = clock_.steady() + options_.lock_timeout;
  while (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EINTR) continue;
    if (errno != EWOULDBLOCK) throw system_error(errno, name);
    if (clock_.steady() >= deadline) {
      throw Error(ErrorKind::unavailable,
                  name + ": another process has held it for " + format_duration(options_.lock_timeout),
                  "wait for the other run, or end it if it hangs")
          .with_retry({.after = {}, .not_sent = true});
    }
    clock_.sleep_for(kLockPoll);
  }
  return fd;
}

// The metadata come first, so that the new content never stands without them, and the old ones go last.
void DirectoryStore::write(const PutRequest& request, const std::optional<ObjectInfo>& present) {
  const std::string etag = etag_of(request.content.sha256());
  const std::string metadata = metadata_text(request);
  tree_.replace(metadata_name(request.key, etag),
                [&](int fd, const std::filesystem::path& path) { write_all(fd, metadata, path); });
  tree_.replace(request.key, [&](int fd, const std::filesystem::path& path) {
    Sha256 digest;
    for_each_piece(request.content, [&](std::string_view piece) {
      digest.update(piece);
      write_all(fd, piece, path);
    });
    if (etag_of(digest.finish()) != etag) {
      throw Error(ErrorKind::io, "writing `" + single_line(request.key) + "`: its content changed while it was read");
    }
  });
  if (present && present->etag != etag) tree_.remove(metadata_name(request.key, present->etag));
}

PutOutcome DirectoryStore::put(const PutRequest& request) {
  DirectoryTree::require_key(request.key);
  const UniqueFd held = lock();
  const auto present = head(request.key);
  PutOutcome outcome;
  outcome.server_time = clock_.now();
  const bool must_be_absent = request.condition.kind == PutCondition::Kind::absent;
  const bool must_match = request.condition.kind == PutCondition::Kind::matches;
  if (must_match && !present) {
    outcome.status = PutOutcome::Status::missing;
  } else if (present && (must_be_absent || (must_match && present->etag != request.condition.etag))) {
    outcome.status = PutOutcome::Status::conflict;
  } else {
    write(request, present);
    outcome.etag = etag_of(request.content.sha256());
  }
  return outcome;
}

ObjectListing DirectoryStore::list(const std::string& prefix) {
  ObjectListing listing;
  listing.server_time = clock_.now();
  tree_.for_each(prefix, [&](const std::string& key) {
    if (const auto info = head(key)) listing.objects.push_back({key, info->size, info->etag, info->last_modified});
  });
  std::sort(listing.objects.begin(), listing.objects.end(),
            [](const ListedObject& a, const ListedObject& b) { return a.key < b.key; });
  return listing;
}

void DirectoryStore::remove(const std::string& key) {
  DirectoryTree::require_key(key);
  std::error_code failed;
  if (!std::filesystem::exists(tree_.root(), failed)) return;
  const UniqueFd held = lock();
  const auto present = head(key);
  if (!present) return;
  tree_.remove(key);
  tree_.remove(metadata_name(key, present->etag));
}

CopyOutcome DirectoryStore::copy(const std::string& source, const std::string& source_etag, const std::string& target) {
  DirectoryTree::require_key(target);
  if (!head(source)) return CopyOutcome::missing;
  const UniqueFd held = lock();
  const auto present = head(source);
  if (!present) return CopyOutcome::missing;
  if (present->etag != source_etag) return CopyOutcome::conflict;
  PutRequest request{
      target, ObjectContent::from_file(tree_.root() / source), {}, present->content_type, present->metadata};
  if (etag_of(request.content.sha256()) != source_etag) return CopyOutcome::conflict;
  write(request, head(target));
  return CopyOutcome::copied;
}

}  // namespace

std::unique_ptr<ObjectStore> make_directory_store(std::filesystem::path root, Clock& clock,
                                                  DirectoryStoreOptions options) {
  return std::make_unique<DirectoryStore>(std::move(root), clock, options);
}

}  // namespace unentropy
