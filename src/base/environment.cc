#include "base/environment.h"

#include <unistd.h>

#include "base/text.h"

namespace unentropy {

Environment Environment::of_process() {
  Environment result;
  if (environ == nullptr) return result;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::size_t equals = text.find('=');
    // An entry without a name cannot be looked up, and one without `=` is no variable.
    if (equals == std::string_view::npos || equals == 0) continue;
    // Of two entries with one name getenv() takes the first.
    result.variables_.try_emplace(std::string(text.substr(0, equals)), text.substr(equals + 1));
  }
  return result;
}

std::optional<std::string> Environment::get(std::string_view name) const {
  const auto found = variables_.find(name);
  if (found == variables_.end()) return std::nullopt;
  return found->second;
}

std::optional<std::string> Environment::get_nonempty(std::string_view name) const {
  const auto found = variables_.find(name);
  if (found == variables_.end() || trim(found->second).empty()) return std::nullopt;
  return found->second;
}

void Environment::erase(std::string_view name) {
  const auto found = variables_.find(name);
  if (found != variables_.end()) variables_.erase(found);
}

}  // namespace unentropy
