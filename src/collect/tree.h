// Walking a directory: which regular files lie below it. Symbolic links are never followed; FIFOs, devices and
// sockets do not count; version control's own folders are not entered.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "collect/watch.h"

namespace unentropy {

// The files found, compactly: a million of them take about 40 bytes each. Sorted by folder, then by name.
struct Tree {
  struct File {
    std::uint32_t directory = 0;
    std::uint32_t name_at = 0;
    std::uint32_t name_length = 0;
  };

  UniqueFd root;                         // the folder itself, for opening what was found
  std::vector<std::string> directories;  // relative to the root, with a trailing `/`; the root is empty
  std::vector<File> files;
  std::string names;
  // What was left out because an ignore file or its name says so, if the walk was told to remember it; with the
  // folders everything in them.
  std::vector<std::string> ignored_folders;  // with a trailing `/`
  std::vector<std::string> ignored_files;

  std::string_view name(const File& file) const {
    return std::string_view(names).substr(file.name_at, file.name_length);
  }
  std::string path(const File& file) const { return directories[file.directory] + std::string(name(file)); }
};

struct TreeOptions {
  enum class Ignored { skipped, included };
  // `skipped`: `node_modules` and what the `.gitignore` files of the tree, of its parents up to the repository's root
  // and `.git/info/exclude` ignore are left out.
  Ignored ignored = Ignored::included;
  // Paths relative to the root that are searched though they are ignored themselves; the root always is.
  std::vector<std::string> named;
  bool remember_ignored = false;
  // Absent: everything. Paths are relative to the root; folders come without a trailing `/`.
  std::function<bool(std::string_view directory)> enter;
  std::function<bool(std::string_view file)> accept;
};

// Throws `Error` if `root` is not a folder, is a symbolic link, or a folder below it cannot be read. What vanishes
// during the walk was not there.
Tree walk_tree(const std::filesystem::path& root, const TreeOptions& options, const Watch& watch);

// What the walk of `tree` left out as ignored and remembered.
Tree walk_ignored(const Tree& tree, const std::filesystem::path& root, const Watch& watch);

// Opens a file below `directory_fd` through no symbolic link, without blocking on a FIFO. -1 and errno on failure.
int open_beneath(int directory_fd, const char* path, int flags);

}  // namespace unentropy
