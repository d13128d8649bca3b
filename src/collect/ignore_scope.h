// The ignore files that apply in a folder: its own and those of the folders above it, innermost first.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "collect/gitignore.h"

namespace unentropy {

struct IgnoreScope;
using IgnoreScopePtr = std::shared_ptr<const IgnoreScope>;

// One ignore file. Paths are seen from the root of the walk; a file above it sees them with `above` in front, one
// below it without their first `below` characters.
struct IgnoreScope {
  IgnoreScopePtr parent;
  std::shared_ptr<const IgnoreFile> file;
  std::string above;
  std::size_t below = 0;
  // Rules that ignore a path which was named explicitly do not hold inside it.
  std::shared_ptr<const std::vector<const IgnoreRule*>> disabled;
};

// The rules above `root`, which is searched even if they ignore it: `.git/info/exclude` and the `.gitignore` files
// from the repository's root down to the folder that holds `root`. Null if there are none or it lies in no repository.
IgnoreScopePtr outer_ignore_scope(const std::filesystem::path& root);

// `text` is the ignore file of a folder whose path has `prefix_length` characters, trailing `/` included.
IgnoreScopePtr inner_ignore_scope(const IgnoreScopePtr& parent, std::string_view text, std::size_t prefix_length);

// The rule that decides about `path` (relative to the root of the walk), or null.
const IgnoreRule* deciding_rule(const IgnoreScope& scope, std::string_view path, std::string_view name,
                                bool is_directory);

// The scope inside a named folder: without the rules that ignore the folder itself or one above it.
IgnoreScopePtr scope_of_named(const IgnoreScopePtr& scope, std::string_view path);

}  // namespace unentropy
