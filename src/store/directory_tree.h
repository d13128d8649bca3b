// The files of a directory store: opened without following a link, replaced whole or not at all.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/file.h"

namespace unentropy {

// The directory of ours in a store's root; no key begins with it.
inline constexpr std::string_view kStoreDirectory = ".unentropy-store";

class DirectoryTree {
 public:
  explicit DirectoryTree(std::filesystem::path root) : root_(std::move(root)) {}

  const std::filesystem::path& root() const { return root_; }

  // Throws `Error` (usage) for a key that is no relative path of plain names.
  static void require_key(const std::string& key);

  // A regular file, or nothing if it or a directory above it does not exist. Anything else is an `Error`.
  std::optional<UniqueFd> open(const std::string& name) const;
  // Replaces or creates the file; `fill` writes the content. On return content and name are on the disk. Directories
  // are created. Only one process may call this at a time: it removes what killed ones have left.
  void replace(const std::string& name,
               const std::function<void(int fd, const std::filesystem::path& path)>& fill) const;
  // Removes the file, if it is there, and the directories that are empty then.
  void remove(const std::string& name) const;
  // Names of all regular files that begin with `prefix`, in no order; ours and temporary ones left out.
  void for_each(const std::string& prefix, const std::function<void(const std::string& name)>& use) const;

 private:
  enum class Missing { report, create };
  // The directory that holds `name`; nothing if it is missing and not to be created.
  std::optional<UniqueFd> open_parent(const std::string& name, Missing missing) const;
  std::filesystem::path path_of(const std::string& name) const { return root_ / name; }

  std::filesystem::path root_;
};

}  // namespace unentropy
