#include "collect/loc_files.h"

namespace unentropy {

LocFiles::Answer LocFiles::claim(std::uint64_t key) {
  Shard& home = shard(key);
  const std::lock_guard lock(home.mutex);
  const auto [entry, is_new] = home.entries.try_emplace(key);
  if (is_new) return {State::mine, std::nullopt};
  if (!entry->second.done) return {State::theirs, std::nullopt};
  return {State::known, entry->second.file};
}

void LocFiles::put(std::uint64_t key, const std::optional<CountedFile>& file) {
  Shard& home = shard(key);
  const std::lock_guard lock(home.mutex);
  home.entries[key] = {true, file};
}

void LocFiles::give_up(std::uint64_t key) {
  Shard& home = shard(key);
  const std::lock_guard lock(home.mutex);
  home.entries.erase(key);
}

}  // namespace unentropy
