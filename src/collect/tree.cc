#include "collect/tree.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>
#include <utility>

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/error.h"
#include "base/text.h"
#include "collect/ignore_scope.h"

namespace unentropy {

namespace {

constexpr std::size_t kMaxIgnoreFile = 16U << 20;

bool is_version_control(std::string_view name) { return name == ".git" || name == ".hg" || name == ".svn"; }

struct Found {
  std::string name;
  bool is_directory = false;
};

// A folder that is still to be read.
struct Pending {
  std::string path;  // with a trailing `/`; the root is empty
  IgnoreScopePtr scope;
  // Ignored itself, and only entered because something below it is named.
  bool only_named = false;
};

class Walker {
 public:
  Walker(const fs::path& root, const TreeOptions& options, const Watch& watch)
      : root_path_(root), options_(options), watch_(watch) {}

  Tree run() {
    open_root();
    std::vector<Pending> stack;
    stack.push_back({"", skips_ignored() ? outer_ignore_scope(root_path_) : nullptr, false});
    return read(std::move(stack));
  }

  Tree run_ignored(const Tree& tree) {
    open_root();
    for (const std::string& path : tree.ignored_files) {
      const std::size_t name = path.rfind('/') + 1;  // 0 if there is none
      const std::string_view folder = std::string_view(path).substr(0, name);
      if (tree_.directories.empty() || tree_.directories.back() != folder) tree_.directories.emplace_back(folder);
      add_file(tree_.directories.size() - 1, std::string_view(path).substr(name));
    }
    std::vector<Pending> stack;
    for (const std::string& folder : tree.ignored_folders) stack.push_back({folder, nullptr, false});
    std::reverse(stack.begin(), stack.end());
    return read(std::move(stack));
  }

 private:
  void open_root() {
    const int fd = ::open(root_path_.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) fail_root(errno);
    tree_.root = UniqueFd(fd);
  }

  void add_file(std::size_t directory, std::string_view name) {
    tree_.files.push_back({static_cast<std::uint32_t>(directory), static_cast<std::uint32_t>(tree_.names.size()),
                           static_cast<std::uint32_t>(name.size())});
    tree_.names += name;
  }

  Tree read(std::vector<Pending> stack) {
    while (!stack.empty()) {
      Pending pending = std::move(stack.back());
      stack.pop_back();
      watch_.check();
      read_directory(pending, stack);
    }
    return std::move(tree_);
  }

  bool skips_ignored() const { return options_.ignored == TreeOptions::Ignored::skipped; }

  [[noreturn]] void fail_root(int error) const {
    const std::string path = single_line(root_path_.string());
    struct stat status {};
    if (::lstat(root_path_.c_str(), &status) == 0 && S_ISLNK(status.st_mode)) {
      throw Error(ErrorKind::usage, fmt::format("`{}` is a symbolic link, and those are not followed", path),
                  "name the folder that it points to");
    }
    throw system_error(error, fmt::format("cannot read folder `{}`", path));
  }

  void read_directory(Pending& directory, std::vector<Pending>& stack) {
    const std::string open_path = directory.path.empty() ? "." : directory.path;
    const UniqueFd fd(open_beneath(tree_.root.get(), open_path.c_str(), O_RDONLY | O_DIRECTORY));
    if (!fd) {
      if (errno == ENOENT || errno == ENOTDIR || errno == ELOOP) return;
      throw system_error(errno, fmt::format("cannot read folder `{}`", single_line(shown(directory.path))));
    }
    list(fd.get(), directory.path);
    if (skips_ignored() && has_ignore_file_) add_ignore_file(fd.get(), directory);
    std::sort(found_.begin(), found_.end(), [](const Found& a, const Found& b) { return a.name < b.name; });
    const std::size_t index = tree_.directories.size();
    const std::size_t first_subfolder = stack.size();
    bool has_files = false;
    for (const Found& found : found_) {
      path_ = directory.path;
      path_ += found.name;
      if (found.is_directory) {
        consider_directory(found.name, directory, stack);
      } else if (accepts_file(found.name, directory)) {
        add_file(index, found.name);
        has_files = true;
      }
    }
    if (has_files) tree_.directories.push_back(directory.path);
    std::reverse(stack.begin() + static_cast<std::ptrdiff_t>(first_subfolder), stack.end());
  }

  std::string shown(const std::string& relative) const { return (root_path_ / relative).string(); }

  void list(int fd, const std::string& path) {
    found_.clear();
    has_ignore_file_ = false;
    for (;;) {
      const ssize_t size = ::getdents64(fd, buffer_.get(), kBufferSize);
      if (size < 0 && errno == ENOENT) return;
      if (size < 0) throw system_error(errno, fmt::format("cannot read folder `{}`", single_line(shown(path))));
      if (size == 0) return;
      for (ssize_t at = 0; at < size;) {
        const auto* entry = reinterpret_cast<const dirent64*>(buffer_.get() + at);
        at += entry->d_reclen;
        take(fd, entry->d_name, entry->d_type);
      }
    }
  }

  void take(int fd, const char* name, unsigned char type) {
    const std::string_view text(name);
    if (text == "." || text == "..") return;
    if (type == DT_UNKNOWN) {
      struct stat status {};
      if (::fstatat(fd, name, &status, AT_SYMLINK_NOFOLLOW) != 0) return;
      type = S_ISREG(status.st_mode) ? DT_REG : S_ISDIR(status.st_mode) ? DT_DIR : DT_UNKNOWN;
    }
    if (type == DT_DIR) {
      if (!is_version_control(text)) found_.push_back({name, true});
    } else if (type == DT_REG) {
      if (text == ".gitignore") has_ignore_file_ = true;
      found_.push_back({name, false});
    }
  }

  void add_ignore_file(int fd, Pending& directory) {
    const UniqueFd file(open_beneath(fd, ".gitignore", O_RDONLY));
    if (!file) return;
    std::string text;
    char chunk[4096];
    for (;;) {
      const ssize_t size = ::read(file.get(), chunk, sizeof chunk);
      if (size < 0) {
        throw system_error(errno, fmt::format("cannot read `{}`", single_line(shown(directory.path + ".gitignore"))));
      }
      if (size == 0) break;
      text.append(chunk, static_cast<std::size_t>(size));
      if (text.size() > kMaxIgnoreFile) {
        throw Error(ErrorKind::usage,
                    fmt::format("`{}` is larger than 16 MB", single_line(shown(directory.path + ".gitignore"))));
      }
    }
    directory.scope = inner_ignore_scope(directory.scope, text, directory.path.size());
  }

  // Whether `path_` is a named path, lies below one, or leads to one.
  enum class Naming { none, leads_to_named, named };
  Naming naming() const {
    Naming result = Naming::none;
    for (const std::string& named : options_.named) {
      if (path_ == named) return Naming::named;
      if (named.size() > path_.size() && named.starts_with(path_) && named[path_.size()] == '/') {
        result = Naming::leads_to_named;
      }
    }
    return result;
  }

  void consider_directory(const std::string& name, const Pending& parent, std::vector<Pending>& stack) {
    if (options_.enter && !options_.enter(path_)) return;
    Pending child{path_ + '/', parent.scope, false};
    if (skips_ignored()) {
      const Naming naming_here = options_.named.empty() ? Naming::none : naming();
      const bool ignored = parent.only_named || name == "node_modules" || is_ignored(parent.scope, name, true);
      if (ignored && naming_here == Naming::none) {
        if (options_.remember_ignored) tree_.ignored_folders.push_back(path_ + '/');
        return;
      }
      child.only_named = ignored && naming_here == Naming::leads_to_named;
      if (naming_here == Naming::named) child.scope = scope_of_named(parent.scope, path_);
    }
    stack.push_back(std::move(child));
  }

  bool accepts_file(const std::string& name, const Pending& parent) {
    if (options_.accept && !options_.accept(path_)) return false;
    if (!skips_ignored()) return true;
    if (!parent.only_named && !is_ignored(parent.scope, name, false)) return true;
    if (naming() == Naming::named) return true;
    if (options_.remember_ignored) tree_.ignored_files.push_back(path_);
    return false;
  }

  bool is_ignored(const IgnoreScopePtr& scope, std::string_view name, bool is_directory) const {
    if (!scope) return false;
    const IgnoreRule* rule = deciding_rule(*scope, path_, name, is_directory);
    return rule != nullptr && !rule->negated();
  }

  static constexpr std::size_t kBufferSize = 64U << 10;

  const fs::path& root_path_;
  const TreeOptions& options_;
  const Watch& watch_;
  Tree tree_;
  std::vector<Found> found_;
  bool has_ignore_file_ = false;
  std::string path_;  // of the entry in hand, without a trailing `/`
  std::unique_ptr<char[]> buffer_ = std::make_unique_for_overwrite<char[]>(kBufferSize);
};

// Where the kernel has no openat2 (before 5.6) or a sandbox forbids it, only the last part of a path is protected
// from links; the walk itself goes through none.
bool lacks_openat2(int error) { return error == ENOSYS || error == EPERM; }

}  // namespace

int open_beneath(int directory_fd, const char* path, int flags) {
  constexpr int kAlways = O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY;
  open_how how{};
  how.flags = static_cast<decltype(how.flags)>(flags | kAlways);
  how.resolve = RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH;
  const long fd = ::syscall(SYS_openat2, directory_fd, path, &how, sizeof how);
  if (fd >= 0) return static_cast<int>(fd);
  if (!lacks_openat2(errno)) return -1;
  return ::openat(directory_fd, path, flags | kAlways);
}

Tree walk_tree(const fs::path& root, const TreeOptions& options, const Watch& watch) {
  return Walker(root, options, watch).run();
}

Tree walk_ignored(const Tree& tree, const fs::path& root, const Watch& watch) {
  return Walker(root, {}, watch).run_ignored(tree);
}

}  // namespace unentropy
