// Keys that people write into unentropy.json although their values belong elsewhere, and where that is.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace unentropy {

struct MisplacedKey {
  std::string message;
  std::string hint;
};

// `parent` is the path of the object that holds the unknown `key`: `$`, `storage`, ….
std::optional<MisplacedKey> find_misplaced(std::string_view parent, std::string_view key);

// What is said about a key for which `looks_like_credential` is true.
MisplacedKey misplaced_credential(std::string_view key);

}  // namespace unentropy
