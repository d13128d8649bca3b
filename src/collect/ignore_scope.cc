#include "collect/ignore_scope.h"

#include <optional>
#include <utility>

#include <sys/stat.h>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"

namespace unentropy {

namespace {

constexpr std::uint64_t kMaxIgnoreFile = 16U << 20;

bool is_there(const fs::path& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0;
}

bool is_regular(const fs::path& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
}

IgnoreScopePtr with_file(const IgnoreScopePtr& parent, std::string_view text, std::string above, std::size_t below) {
  auto file = std::make_shared<const IgnoreFile>(text);
  if (file->empty()) return parent;
  auto scope = std::make_shared<IgnoreScope>();
  scope->parent = parent;
  scope->file = std::move(file);
  scope->above = std::move(above);
  scope->below = below;
  scope->disabled = parent ? parent->disabled : nullptr;
  return scope;
}

std::string read_if_regular(const fs::path& path) {
  return is_regular(path) ? read_file(path, kMaxIgnoreFile) : std::string();
}

// The directory that holds `info/exclude`: `.git` itself, or where the file `.git` of a work tree leads to.
fs::path git_directory(const fs::path& repository) {
  const fs::path dot_git = repository / ".git";
  if (!is_regular(dot_git)) return dot_git;
  const std::string text = read_file(dot_git, 1U << 16);
  constexpr std::string_view kPrefix = "gitdir:";
  if (!text.starts_with(kPrefix)) return dot_git;
  const fs::path directory = repository / std::string(trim(std::string_view(text).substr(kPrefix.size())));
  const std::string common = read_if_regular(directory / "commondir");
  return common.empty() ? directory : directory / std::string(trim(common));
}

// Searching up stops at the file system's root.
std::optional<fs::path> repository_of(fs::path directory) {
  for (;;) {
    if (is_there(directory / ".git")) return directory;
    if (directory == directory.root_path() || directory.empty()) return std::nullopt;
    directory = directory.parent_path();
  }
}

}  // namespace

IgnoreScopePtr inner_ignore_scope(const IgnoreScopePtr& parent, std::string_view text, std::size_t prefix_length) {
  return with_file(parent, text, "", prefix_length);
}

IgnoreScopePtr outer_ignore_scope(const fs::path& root) {
  std::error_code ignored;
  const fs::path absolute = fs::weakly_canonical(root, ignored);
  const std::optional<fs::path> repository = repository_of(absolute);
  if (!repository) return nullptr;
  std::vector<std::string> parts;
  for (const fs::path& part : absolute.lexically_relative(*repository)) {
    if (part != ".") parts.push_back(part.string());
  }
  const std::string from_repository = parts.empty() ? std::string() : join(parts, "/") + "/";
  IgnoreScopePtr scope =
      with_file(nullptr, read_if_regular(git_directory(*repository) / "info" / "exclude"), from_repository, 0);
  fs::path directory = *repository;
  std::size_t consumed = 0;
  for (const std::string& part : parts) {
    scope = with_file(scope, read_if_regular(directory / ".gitignore"), from_repository.substr(consumed), 0);
    directory /= part;
    consumed += part.size() + 1;
  }
  return scope_of_named(scope, "");
}

const IgnoreRule* deciding_rule(const IgnoreScope& scope, std::string_view path, std::string_view name,
                                bool is_directory) {
  static const std::vector<const IgnoreRule*> kNone;
  const std::vector<const IgnoreRule*>& disabled = scope.disabled ? *scope.disabled : kNone;
  std::string joined;
  for (const IgnoreScope* level = &scope; level != nullptr; level = level->parent.get()) {
    std::string_view seen = path.substr(std::min(level->below, path.size()));
    if (!level->above.empty()) {
      joined = level->above;
      joined += path;
      seen = joined;
    }
    if (const IgnoreRule* rule = level->file->match(seen, name, is_directory, disabled)) return rule;
  }
  return nullptr;
}

namespace {

// The folders of `path` from the outermost to itself, as each ignore file sees them.
std::vector<std::string> ancestors_and_self(std::string_view path) {
  std::vector<std::string> result;
  for (std::size_t slash = path.find('/'); slash != std::string_view::npos; slash = path.find('/', slash + 1)) {
    result.emplace_back(path.substr(0, slash));
  }
  if (!path.empty()) result.emplace_back(path);
  return result;
}

}  // namespace

IgnoreScopePtr scope_of_named(const IgnoreScopePtr& scope, std::string_view path) {
  if (!scope) return scope;
  std::vector<const IgnoreRule*> disabled;
  if (scope->disabled) disabled = *scope->disabled;
  for (const IgnoreScope* level = scope.get(); level != nullptr; level = level->parent.get()) {
    std::string seen = level->above + std::string(path.substr(std::min(level->below, path.size())));
    if (seen.ends_with('/')) seen.pop_back();
    for (const std::string& folder : ancestors_and_self(seen)) {
      const std::string_view name = std::string_view(folder).substr(folder.rfind('/') + 1);
      // Every rule that ignores it goes, not only the one that decides.
      while (const IgnoreRule* rule = level->file->match(folder, name, true, disabled)) disabled.push_back(rule);
    }
  }
  auto inside = std::make_shared<IgnoreScope>(*scope);
  inside->disabled = std::make_shared<const std::vector<const IgnoreRule*>>(std::move(disabled));
  return inside;
}

}  // namespace unentropy
