#include "store/directory_tree.h"

#include <cerrno>
#include <cstdio>
#include <memory>
#include <vector>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/text.h"

namespace unentropy {
namespace {

constexpr std::string_view kTemporaryEnd = ".unentropy-tmp";
constexpr std::size_t kMaxDepth = 64;

std::string named(const std::filesystem::path& path) { return "`" + single_line(path.string()) + "`"; }

std::string last_part(const std::string& name) { return name.substr(name.rfind('/') + 1); }

void sync_directory(int fd, const std::filesystem::path& path) {
  // Some file systems cannot do this for directories, and then need not.
  if (::fsync(fd) != 0 && errno != EINVAL && errno != EROFS) throw system_error(errno, "writing " + named(path));
}

using Directory = std::unique_ptr<DIR, int (*)(DIR*)>;

// Takes the descriptor over.
Directory list_of(UniqueFd fd, const std::filesystem::path& path) {
  const int own = ::fcntl(fd.get(), F_DUPFD_CLOEXEC, 0);
  Directory directory(own < 0 ? nullptr : ::fdopendir(own), &::closedir);
  if (!directory) throw system_error(errno, "listing " + named(path));
  return directory;
}

// Files that writers left when they were killed. The caller is the only writer.
void remove_leftovers(int parent, const std::filesystem::path& path) {
  const Directory directory = list_of(UniqueFd(::openat(parent, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)), path);
  std::vector<std::string> leftovers;
  while (const dirent* entry = ::readdir(directory.get())) {
    if (std::string_view(entry->d_name).ends_with(kTemporaryEnd)) leftovers.emplace_back(entry->d_name);
  }
  for (const std::string& name : leftovers) ::unlinkat(parent, name.c_str(), 0);
}

// A file that is gone again unless it was renamed.
class TemporaryFile {
 public:
  TemporaryFile(int parent, const std::filesystem::path& directory)
      : parent_(parent), name_("." + random_hex(8) + std::string(kTemporaryEnd)), path_(directory / name_) {
    fd_ = UniqueFd(::openat(parent, name_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666));
    if (!fd_) throw system_error(errno, "creating " + named(path_));
  }
  ~TemporaryFile() {
    if (!renamed_) ::unlinkat(parent_, name_.c_str(), 0);
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  int fd() const { return fd_.get(); }
  const std::filesystem::path& path() const { return path_; }
  void rename_to(const std::string& name) {
    if (::fsync(fd_.get()) != 0) throw system_error(errno, "writing " + named(path_));
    if (::renameat(parent_, name_.c_str(), parent_, name.c_str()) != 0) {
      throw system_error(errno, "replacing " + named(path_.parent_path() / name));
    }
    renamed_ = true;
  }

 private:
  int parent_;
  std::string name_;
  std::filesystem::path path_;
  UniqueFd fd_;
  bool renamed_ = false;
};

}  // namespace

void DirectoryTree::require_key(const std::string& key) {
  const auto parts = split(key, '/');
  bool sound = !key.empty() && key.find('\0') == std::string::npos && parts.front() != kStoreDirectory &&
               parts.size() <= kMaxDepth && !key.ends_with(kTemporaryEnd);
  for (const std::string_view part : parts) sound = sound && !part.empty() && part != "." && part != "..";
  if (!sound) {
    throw Error(ErrorKind::usage, "`" + single_line(key) + "` cannot be the key of an object in a directory",
                "give a relative path without `.` and `..`");
  }
}

std::optional<UniqueFd> DirectoryTree::open_parent(const std::string& name, Missing missing) const {
  if (missing == Missing::create) {
    std::error_code failed;
    std::filesystem::create_directories(root_, failed);
    if (failed) throw system_error(failed.value(), "creating " + named(root_));
  }
  UniqueFd directory(::open(root_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  std::filesystem::path path = root_;
  if (!directory && errno == ENOENT) return std::nullopt;
  if (!directory) throw system_error(errno, "opening " + named(path));
  auto parts = split(name, '/');
  parts.pop_back();
  for (const std::string_view part : parts) {
    const std::string text(part);
    path /= text;
    if (missing == Missing::create && ::mkdirat(directory.get(), text.c_str(), 0777) != 0 && errno != EEXIST) {
      throw system_error(errno, "creating " + named(path));
    }
    UniqueFd next(::openat(directory.get(), text.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!next && missing == Missing::report && (errno == ENOENT || errno == ENOTDIR)) {
      // A link is not a missing directory.
      struct stat status {};
      const bool link =
          ::fstatat(directory.get(), text.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(status.st_mode);
      if (!link) return std::nullopt;
      throw system_error(ELOOP, "opening " + named(path));
    }
    if (!next) throw system_error(errno, "opening " + named(path));
    directory = std::move(next);
  }
  return directory;
}

std::optional<UniqueFd> DirectoryTree::open(const std::string& name) const {
  const auto parent = open_parent(name, Missing::report);
  if (!parent) return std::nullopt;
  UniqueFd fd(::openat(parent->get(), last_part(name).c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!fd && errno == ENOENT) return std::nullopt;
  struct stat status {};
  if (!fd || ::fstat(fd.get(), &status) != 0) throw system_error(errno, "opening " + named(path_of(name)));
  if (S_ISDIR(status.st_mode)) return std::nullopt;  // keys below it exist, it is none itself
  if (!S_ISREG(status.st_mode)) {
    throw Error(ErrorKind::usage, "opening " + named(path_of(name)) + ": it is no regular file", "remove it");
  }
  return fd;
}

void DirectoryTree::replace(const std::string& name,
                            const std::function<void(int fd, const std::filesystem::path& path)>& fill) const {
  const auto parent = open_parent(name, Missing::create);
  if (!parent) throw system_error(ENOENT, "opening " + named(root_));
  const std::filesystem::path directory = path_of(name).parent_path();
  remove_leftovers(parent->get(), directory);
  TemporaryFile file(parent->get(), directory);
  struct stat present {};
  if (::fstatat(parent->get(), last_part(name).c_str(), &present, AT_SYMLINK_NOFOLLOW) == 0) {
    if (!S_ISREG(present.st_mode)) {
      throw Error(ErrorKind::usage, "replacing " + named(path_of(name)) + ": it is no regular file", "remove it");
    }
    if (::fchmod(file.fd(), present.st_mode & 0777U) != 0) throw system_error(errno, "writing " + named(file.path()));
  }
  fill(file.fd(), file.path());
  file.rename_to(last_part(name));
  sync_directory(parent->get(), directory);
}

void DirectoryTree::remove(const std::string& name) const {
  std::string rest = name;
  int flags = 0;
  for (;;) {
    const auto parent = open_parent(rest, Missing::report);
    if (!parent) return;
    if (::unlinkat(parent->get(), last_part(rest).c_str(), flags) != 0) {
      if (flags == AT_REMOVEDIR || errno == ENOENT || errno == EISDIR) return;
      throw system_error(errno, "removing " + named(path_of(rest)));
    }
    if (flags == 0) sync_directory(parent->get(), path_of(rest).parent_path());
    const auto slash = rest.rfind('/');
    if (slash == std::string::npos) return;
    rest.resize(slash);
    flags = AT_REMOVEDIR;
  }
}

void DirectoryTree::for_each(const std::string& prefix, const std::function<void(const std::string& name)>& use) const {
  // Directories that hold names with the prefix; `` is the root.
  const auto slash = prefix.rfind('/');
  std::vector<std::string> open{slash == std::string::npos ? std::string() : prefix.substr(0, slash + 1)};
  if (slash != std::string::npos) require_key(open.front() + "x");
  while (!open.empty()) {
    const std::string base = std::move(open.back());
    open.pop_back();
    auto fd = open_parent(base + "x", Missing::report);
    if (!fd) continue;
    const Directory directory = list_of(std::move(*fd), path_of(base));
    while (const dirent* entry = ::readdir(directory.get())) {
      const std::string part = entry->d_name;
      const std::string name = base + part;
      if (part == "." || part == ".." || name == kStoreDirectory || part.ends_with(kTemporaryEnd)) continue;
      struct stat status {};
      if (::fstatat(::dirfd(directory.get()), part.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) continue;
      if (S_ISDIR(status.st_mode) && std::string_view(name + "/").substr(0, prefix.size()) ==
                                         std::string_view(prefix).substr(0, name.size() + 1)) {
        if (split(name, '/').size() < kMaxDepth) open.push_back(name + "/");
      } else if (S_ISREG(status.st_mode) && name.starts_with(prefix)) {
        use(name);
      }
    }
  }
}

}  // namespace unentropy
