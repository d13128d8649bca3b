// Files that were counted in this run, so that several metrics over one tree read it once.
#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "collect/file_counter.h"

namespace unentropy {

// Safe to use from several threads.
class LocFiles {
 public:
  enum class State { mine, theirs, known };
  struct Answer {
    State state = State::mine;
    std::optional<CountedFile> file;  // of `known`; nothing: it does not count
  };

  // `mine`: the caller must count the file and say so with `put` or `give_up`. `theirs`: another thread is at it.
  Answer claim(std::uint64_t key);
  void put(std::uint64_t key, const std::optional<CountedFile>& file);
  void give_up(std::uint64_t key);

 private:
  struct Entry {
    bool done = false;
    std::optional<CountedFile> file;
  };
  struct Shard {
    std::mutex mutex;
    std::unordered_map<std::uint64_t, Entry> entries;
  };

  Shard& shard(std::uint64_t key) { return shards_[key >> 58U]; }

  std::array<Shard, 64> shards_;
};

}  // namespace unentropy
