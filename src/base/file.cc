#include "base/file.h"

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/text.h"

namespace unentropy {
namespace {

// A file name may hold anything but NUL and `/`, terminal control included.
std::string named(const fs::path& path) { return in_ticks(path.native(), 4096); }

std::string_view kind_of_file(mode_t mode) {
  if (S_ISDIR(mode)) return "a directory";
  if (S_ISFIFO(mode)) return "a FIFO";
  if (S_ISSOCK(mode)) return "a socket";
  return "a device";
}

UniqueFd open_file(const fs::path& path, int flags, mode_t mode = 0) {
  while (true) {
    const int fd = ::open(path.c_str(), flags | O_CLOEXEC | O_NOCTTY, mode);
    if (fd >= 0 || errno != EINTR) return UniqueFd(fd);
  }
}

void sync(int fd, const fs::path& path) {
  if (::fsync(fd) != 0) throw system_error(errno, "writing " + named(path) + " to the disk");
}

// Devices and FIFOs (`/dev/null`, `/dev/stdout`, a process substitution) are written to; replacing them by a
// file would be wrong, and for root it would even succeed.
bool is_stream(const struct stat& info) { return S_ISCHR(info.st_mode) || S_ISFIFO(info.st_mode); }

void write_to_stream(const fs::path& path, std::string_view bytes) {
  const UniqueFd fd = open_file(path, O_WRONLY | O_NONBLOCK);
  if (!fd) throw system_error(errno, "writing " + named(path));
  // Only opening must not wait; a reader may take its time.
  ::fcntl(fd.get(), F_SETFL, 0);
  write_all(fd.get(), bytes, path);
}

void create_parents(const fs::path& path) {
  if (!path.has_parent_path()) return;
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  if (error) throw system_error(error.value(), "creating directory " + named(path.parent_path()));
}

// Removes the file unless it has been renamed.
class TemporaryFile {
 public:
  explicit TemporaryFile(fs::path path) : path_(std::move(path)) {}
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() {
    if (!path_.empty()) ::unlink(path_.c_str());
  }

  void rename_to(const fs::path& target) {
    if (::rename(path_.c_str(), target.c_str()) != 0) throw system_error(errno, "writing " + named(target));
    path_.clear();
  }

 private:
  fs::path path_;
};

// The names of an absolute path, `.` and doubled slashes left out, `..` kept.
std::vector<std::string> names_of(const fs::path& absolute) {
  std::vector<std::string> names;
  for (const fs::path& part : absolute.relative_path()) {
    if (!part.empty() && part != ".") names.push_back(part.native());
  }
  return names;
}

enum class Entry { missing, link, other, unknown };

Entry look_at(const fs::path& path) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) == 0) return S_ISLNK(info.st_mode) ? Entry::link : Entry::other;
  return errno == ENOENT || errno == ENOTDIR ? Entry::missing : Entry::unknown;
}

}  // namespace

UniqueFd::UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

UniqueFd& UniqueFd::operator=(UniqueFd&& other) noexcept {
  if (this != &other) {
    reset();
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

UniqueFd::~UniqueFd() { reset(); }

void UniqueFd::reset() {
  // After EINTR Linux has closed the descriptor all the same.
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

UniqueFd open_for_reading(const fs::path& path) {
  UniqueFd fd = open_file(path, O_RDONLY | O_NONBLOCK);
  // ENXIO is a socket, or a FIFO of a kind that cannot be opened so.
  if (!fd && errno != ENXIO) throw system_error(errno, "opening " + named(path));
  struct stat info {};
  if (fd ? ::fstat(fd.get(), &info) != 0 : ::stat(path.c_str(), &info) != 0) {
    throw system_error(errno, "opening " + named(path));
  }
  if (!fd || !S_ISREG(info.st_mode)) {
    throw Error(ErrorKind::usage, "opening " + named(path) + ": it is " + std::string(kind_of_file(info.st_mode)),
                "name a regular file");
  }
  return fd;
}

std::string read_file(const fs::path& path, std::uint64_t max_bytes) {
  const UniqueFd fd = open_for_reading(path);
  struct stat info {};
  if (::fstat(fd.get(), &info) != 0) throw system_error(errno, "reading " + named(path));
  const auto too_large = [&] {
    return Error(ErrorKind::usage,
                 "reading " + named(path) + ": it is larger than " + std::to_string(max_bytes) + " bytes");
  };
  const auto announced = static_cast<std::uint64_t>(std::max<off_t>(info.st_size, 0));
  if (announced > max_bytes) throw too_large();
  // The size is only a hint: files in /proc announce none, and a log may be growing.
  std::string content;
  std::size_t filled = 0;
  content.resize(static_cast<std::size_t>(announced) + 1);
  while (true) {
    const ssize_t count = ::read(fd.get(), content.data() + filled, content.size() - filled);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw system_error(errno, "reading " + named(path));
    if (count == 0) break;
    filled += static_cast<std::size_t>(count);
    if (filled > max_bytes) throw too_large();
    if (filled == content.size()) content.resize(filled + std::max<std::size_t>(filled, 4096));
  }
  content.resize(filled);
  return content;
}

void write_all(int fd, std::string_view bytes, const fs::path& path) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(fd, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw system_error(errno, "writing " + named(path));
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

void write_file_atomically(const fs::path& path, std::string_view bytes, Durability durability) {
  struct stat old {};
  const bool exists = ::stat(path.c_str(), &old) == 0;
  if (exists && is_stream(old)) return write_to_stream(path, bytes);
  create_parents(path);
  const fs::path directory = path.has_parent_path() ? path.parent_path() : fs::path(".");
  const fs::path beside = directory / (".unentropy-" + random_hex(8) + ".tmp");
  UniqueFd fd = open_file(beside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0666);
  if (!fd) throw system_error(errno, "writing " + named(path));
  TemporaryFile temporary(beside);
  if (exists) ::fchmod(fd.get(), old.st_mode & 0777);
  write_all(fd.get(), bytes, path);
  if (durability == Durability::synced) sync(fd.get(), path);
  fd.reset();
  temporary.rename_to(path);
  if (durability == Durability::synced) {
    const UniqueFd parent = open_file(directory, O_RDONLY | O_DIRECTORY);
    if (!parent) throw system_error(errno, "writing " + named(path) + " to the disk");
    sync(parent.get(), directory);
  }
}

bool is_inside_without_links(const fs::path& root, const fs::path& path) {
  // The system calls would stop reading at a NUL, and so check another path than the one they were given.
  if (path.empty() || path.native().find('\0') != std::string::npos) return false;
  std::error_code no_working_directory;
  fs::path current = fs::absolute(root, no_working_directory).lexically_normal();
  const fs::path target = fs::absolute(path, no_working_directory);
  if (no_working_directory) return false;
  const std::vector<std::string> base = names_of(current);
  const std::vector<std::string> names = names_of(target);
  if (names.size() < base.size() || !std::equal(base.begin(), base.end(), names.begin())) return false;
  std::size_t depth = 0;
  for (std::size_t i = base.size(); i < names.size(); ++i) {
    if (names[i] == "..") {
      // Nothing so far was a link, so that the parent is what the text says.
      if (depth == 0) return false;
      current = current.parent_path();
      --depth;
      continue;
    }
    current /= names[i];
    ++depth;
    const Entry entry = look_at(current);
    if (entry == Entry::link || entry == Entry::unknown) return false;
  }
  return true;
}

TempDir::TempDir(const fs::path& parent, std::string_view prefix)
    : path_(parent / (std::string(prefix) + random_hex(16))) {
  if (::mkdir(path_.c_str(), 0700) != 0) {
    throw system_error(errno, "creating a temporary directory in " + named(parent));
  }
}

TempDir::TempDir(TempDir&& other) noexcept : path_(std::exchange(other.path_, fs::path())) {}

TempDir::~TempDir() {
  if (path_.empty()) return;
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

UniqueFd create_private_file(const fs::path& path) {
  UniqueFd fd = open_file(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
  if (!fd) throw system_error(errno, "creating " + named(path));
  return fd;
}

}  // namespace unentropy
