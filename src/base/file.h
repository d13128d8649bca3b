// Files: reading with a bound, writing whole or not at all, private temporary places.
//
// Every failure is an `Error` that names the path.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace unentropy {

namespace fs = std::filesystem;

// Owns a file descriptor.
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept;
  UniqueFd& operator=(UniqueFd&& other) noexcept;
  UniqueFd(const UniqueFd&) = delete;
  UniqueFd& operator=(const UniqueFd&) = delete;
  ~UniqueFd();

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  void reset();

 private:
  int fd_ = -1;
};

// The whole of a regular file. Larger than `max_bytes`: an `Error` of kind usage. Anything but a regular
// file (a directory, FIFO, device): an `Error`, without ever blocking on it.
std::string read_file(const fs::path& path, std::uint64_t max_bytes);

// Opens a regular file for reading without blocking on a FIFO.
UniqueFd open_for_reading(const fs::path& path);

// Writes all bytes to a descriptor, restarting after signals. `path` is only for the message.
void write_all(int fd, std::string_view bytes, const fs::path& path);

// Whether a write has to survive a loss of power.
enum class Durability { cached, synced };

// Replaces `path` by `bytes` through a temporary file beside it and a rename, so that a reader sees the old
// or the new content and nothing between. Creates missing parent directories. The mode of an existing file is
// kept; a symbolic link is replaced, not followed. A device or FIFO at `path` is written to as it is.
// `synced`: content and name are on the disk when it returns.
void write_file_atomically(const fs::path& path, std::string_view bytes, Durability durability = Durability::cached);

// Whether `path` lies inside `root` (or is it) and no component below `root` is a symbolic link. Relative paths
// are relative to the working directory; `root` itself may be reached through links. A path whose tail does
// not exist yet counts by the part that does. Where it cannot tell, the answer is no.
bool is_inside_without_links(const fs::path& root, const fs::path& path);

// A directory with mode 0700 and an unguessable name, removed with all that is in it at destruction.
class TempDir {
 public:
  // Below `parent`, which must exist. `prefix` begins the name.
  explicit TempDir(const fs::path& parent, std::string_view prefix = "unentropy-");
  ~TempDir();
  TempDir(TempDir&& other) noexcept;
  TempDir& operator=(TempDir&&) = delete;
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

// Creates `path` exclusively with mode 0600 and returns it open for reading and writing.
UniqueFd create_private_file(const fs::path& path);

}  // namespace unentropy
