// What the collectors of one run share, so that a tree is walked once and a report parsed once however many metrics
// need it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "collect/collector.h"
#include "collect/watch.h"

namespace unentropy {

struct Tree;
struct CoverageReport;
struct TestReport;
class FileFacts;

// Values by key, each made once. Whoever asks first makes the value, others wait for it. A failure is not kept:
// it may be the maker's own time limit, so the next in line tries again.
template <typename Value>
class OnceMap {
 public:
  // What was made, or is being made right now; null if nobody has asked for it, or making it failed.
  std::shared_ptr<const Value> find(const std::string& key, const Watch& watch) {
    std::unique_lock lock(mutex_);
    for (;;) {
      const auto slot = slots_.find(key);
      if (slot == slots_.end()) return nullptr;
      if (slot->second) return slot->second;
      changed_.wait_for(lock, std::chrono::milliseconds(50));
      watch.check();
    }
  }

  std::shared_ptr<const Value> get(const std::string& key, const Watch& watch, const std::function<Value()>& make) {
    std::unique_lock lock(mutex_);
    for (;;) {
      const auto [slot, is_new] = slots_.try_emplace(key);
      if (slot->second) return slot->second;
      if (is_new) break;
      changed_.wait_for(lock, std::chrono::milliseconds(50));
      watch.check();
    }
    lock.unlock();
    try {
      auto value = std::make_shared<const Value>(make());
      lock.lock();
      slots_[key] = value;
      changed_.notify_all();
      return value;
    } catch (...) {
      if (!lock.owns_lock()) lock.lock();
      slots_.erase(key);
      changed_.notify_all();
      throw;
    }
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, std::shared_ptr<const Value>> slots_;  // null: being made
};

class RunCache {
 public:
  RunCache();
  ~RunCache();

  OnceMap<Tree> trees;
  OnceMap<CoverageReport> reports;
  OnceMap<TestReport> test_reports;
  std::unique_ptr<FileFacts> files;  // null: there is nobody to share with
};

}  // namespace unentropy
