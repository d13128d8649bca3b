// `--exclude`: files and folders that a collector leaves out.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/glob.h"

namespace unentropy {

// A bare name excludes files and folders of that name at any depth, whatever its case; anything with `/` or a glob
// character is a glob relative to the searched folder. What lies in an excluded folder is excluded.
class Exclusions {
 public:
  // Throws `Error` (usage) for a pattern that is no glob.
  explicit Exclusions(const std::vector<std::string>& patterns);

  bool empty() const { return names_.empty() && globs_.empty(); }
  // Whether a folder (with or without trailing `/`) or one above it is excluded. The root is the empty text.
  bool covers_folder(std::string_view folder) const;
  // Whether a file is excluded by its own name or path; its folder is asked for separately.
  bool covers_file(std::string_view folder, std::string_view name) const;

 private:
  bool covers_name(std::string_view name) const;
  bool covers_path(std::string_view path) const;

  std::vector<std::string> names_;  // lower case
  std::vector<Glob> globs_;
};

}  // namespace unentropy
