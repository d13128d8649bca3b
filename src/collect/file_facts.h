// What was found out about files in this run, so that several metrics over one tree, or over trees that overlap, count
// a file once and ask for its size once.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "collect/file_counter.h"
#include "collect/tree.h"

namespace unentropy {

// Of one file. Safe to use from several threads.
class FileFact {
 public:
  enum class State : std::uint8_t { open, claimed, known };

  State state() const { return state_.load(std::memory_order_acquire); }
  // Whether the caller is to count the file, and to say so with `put` or `give_up`. Else another thread is at it or
  // has done it.
  bool claim() {
    State open = State::open;
    return state_.compare_exchange_strong(open, State::claimed, std::memory_order_acquire);
  }
  void put(const std::optional<CountedFile>& counted) {
    counted_ = counted;
    state_.store(State::known, std::memory_order_release);
  }
  void give_up() { state_.store(State::open, std::memory_order_release); }
  // Only of a `known` one. Nothing: the file does not count.
  const std::optional<CountedFile>& counted() const { return counted_; }

  // In bytes; nothing until it is known.
  std::optional<std::uint64_t> size() const {
    const std::int64_t size = size_.load(std::memory_order_relaxed);
    return size < 0 ? std::nullopt : std::optional<std::uint64_t>(size);
  }
  void set_size(std::uint64_t size) { size_.store(static_cast<std::int64_t>(size), std::memory_order_relaxed); }

 private:
  std::optional<CountedFile> counted_;
  std::atomic<std::int64_t> size_ = -1;
  std::atomic<State> state_ = State::open;
};

// Safe to use from several threads.
class FileFacts {
 public:
  // The facts of a tree's files, in the tree's order; valid as long as this object. A folder that was in another tree
  // of the same epoch brings its files' facts along.
  const std::vector<FileFact*>& of(const std::shared_ptr<const Tree>& tree, const std::filesystem::path& root,
                                   std::size_t epoch);

 private:
  struct Linked {
    std::shared_ptr<const Tree> tree;
    std::vector<FileFact*> facts;
  };
  // Where the files of a folder are: those from `begin` on of a tree.
  struct Folder {
    const Linked* in = nullptr;
    std::size_t begin = 0;
    std::size_t end = 0;
  };

  void link_folder(Linked& linked, std::size_t begin, std::size_t end, Folder& known);

  std::mutex mutex_;
  std::deque<FileFact> facts_;
  std::unordered_map<const Tree*, Linked> trees_;
  std::unordered_map<std::string, Folder> folders_;  // by epoch and absolute path
};

}  // namespace unentropy
