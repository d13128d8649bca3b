// Bytes between objects and files, in pieces: what is sent, and what is received.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/file.h"
#include "base/hash.h"
#include "store/object_store.h"

namespace unentropy {

// Throws `Error` for anything but a regular file.
std::uint64_t size_of_regular_file(const std::filesystem::path& path);
// The whole of a regular file in pieces of at most 256 KiB.
void for_each_piece(const std::filesystem::path& path, const std::function<void(std::string_view)>& use);
// The same for the content of an object. Throws `Error` (io) if a file is not of the size it had when the content
// was made.
void for_each_piece(const ObjectContent& content, const std::function<void(std::string_view)>& use);

// A file that is being received: created with mode 0600 or truncated when the first byte comes, removed again unless it
// is completed. Follows no symbolic link. A large one is hashed beside the receiving, so that a fast line does not wait
// for it.
class ReceivedFile {
 public:
  explicit ReceivedFile(std::filesystem::path path);
  ~ReceivedFile();
  ReceivedFile(const ReceivedFile&) = delete;
  ReceivedFile& operator=(const ReceivedFile&) = delete;

  void write(std::string_view bytes);
  // Flushes to the file (not to the disk); creates it if nothing came. The digest is that of what the file holds.
  Sha256Digest complete();
  std::uint64_t size() const { return size_; }

 private:
  class FollowingDigest;

  void open();
  void flush();

  std::filesystem::path path_;
  UniqueFd fd_;
  std::string buffer_;
  std::unique_ptr<FollowingDigest> digest_;
  std::uint64_t size_ = 0;
  bool completed_ = false;
};

}  // namespace unentropy
