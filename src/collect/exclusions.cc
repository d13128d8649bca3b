#include "collect/exclusions.h"

#include <algorithm>

#include "base/text.h"

namespace unentropy {

Exclusions::Exclusions(const std::vector<std::string>& patterns) {
  for (std::string_view pattern : patterns) {
    while (pattern.starts_with("./")) pattern.remove_prefix(2);
    while (pattern.size() > 1 && pattern.ends_with('/')) pattern.remove_suffix(1);
    if (pattern.find('/') == std::string_view::npos && !has_glob_characters(pattern)) {
      names_.push_back(to_lower(pattern));
    } else {
      globs_.emplace_back(pattern);
    }
  }
}

bool Exclusions::covers_name(std::string_view name) const {
  return !names_.empty() && std::find(names_.begin(), names_.end(), to_lower(name)) != names_.end();
}

bool Exclusions::covers_path(std::string_view path) const {
  return std::any_of(globs_.begin(), globs_.end(), [&](const Glob& glob) { return glob.matches(path); });
}

bool Exclusions::covers_folder(std::string_view folder) const {
  while (folder.ends_with('/')) folder.remove_suffix(1);
  std::size_t begin = 0;
  while (begin < folder.size()) {
    const std::size_t end = std::min(folder.find('/', begin), folder.size());
    if (covers_name(folder.substr(begin, end - begin)) || covers_path(folder.substr(0, end))) return true;
    begin = end + 1;
  }
  return false;
}

bool Exclusions::covers_file(std::string_view folder, std::string_view name) const {
  if (covers_name(name)) return true;
  return !globs_.empty() && covers_path(std::string(folder) + std::string(name));
}

}  // namespace unentropy
