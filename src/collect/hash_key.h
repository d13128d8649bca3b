// Short keys for names, for tables of millions of them.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

namespace unentropy {

// Tells names apart. `salt` is any number that must differ as well, for example a line. The lowest bit is 0, free for
// a mark.
inline std::uint64_t hash_key(std::string_view name, std::uint64_t salt = 0) {
  std::uint64_t key = std::hash<std::string_view>{}(name) ^ (salt * 0x9E3779B97F4A7C15U);
  // The finalizer of MurmurHash3, so that neighbouring salts end far apart.
  key ^= key >> 33U;
  key *= 0xFF51AFD7ED558CCDU;
  key ^= key >> 33U;
  key *= 0xC4CEB9FE1A85EC53U;
  key ^= key >> 33U;
  return key << 1U;
}

}  // namespace unentropy
