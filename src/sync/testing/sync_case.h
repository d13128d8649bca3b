// What the tests of the protocol share: a store in memory, and one in front of it that fails as told.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/error.h"
#include "store/memory_store.h"
#include "store/testing/manual_clock.h"
#include "sync/sync.h"
#include "sync/testing/hooked_store.h"
#include "sync/testing/writer.h"

namespace unentropy::testing {

using Runs = std::set<std::string>;
inline constexpr const char* kKey = "m.db";

class SyncCase : public ::testing::Test {
 protected:
  SyncOptions options() {
    SyncOptions options;
    options.key = kKey;
    options.first_delay = Milliseconds(10);
    options.random = [] { return 0.5; };
    return options;
  }
  Written run(ObjectStore& store, const std::string& name) {
    return testing::write_run(store, clock_, options(), name);
  }
  Written run(const std::string& name) { return run(hooked_, name); }
  Runs all() { return testing::runs_in(memory_, clock_, kKey); }
  Runs snapshot() { return runs_in_snapshot(memory_, kKey); }
  std::string bytes(const std::string& key = kKey) { return memory_.get_bytes(key, 100U << 20).value_or(""); }
  void store_bytes(const std::string& bytes, const std::string& key = kKey, ObjectMetadata metadata = {}) {
    memory_.put({key, ObjectContent::from_bytes(bytes), PutCondition::always(), "", std::move(metadata)});
  }
  std::vector<std::string> keys(const std::string& prefix) {
    std::vector<std::string> keys;
    for (const ListedObject& object : memory_.list(prefix).objects) keys.push_back(object.key);
    return keys;
  }
  // Calls that begin with `call` fail so.
  void fail(const std::string& call, ErrorKind kind) {
    hooked_.before = [=](const std::string& what) {
      if (!what.starts_with(call)) return;
      throw Error(kind, "no `" + call + "`")
          .with_retry({.after = {}, .only_this_operation = kind == ErrorKind::denied});
    };
  }
  // Once, before the first such call; `get_bytes` for one of a record.
  void meanwhile(const std::string& call, const std::function<void()>& action) {
    hooked_.before = [=, this](const std::string& what) {
      if (what != call && (call != "get_bytes" || !what.starts_with(call))) return;
      hooked_.before = {};
      action();
    };
  }
  template <typename Action>
  static Error failure(const Action& action) {
    try {
      action();
    } catch (const Error& error) {
      return error;
    }
    return Error(ErrorKind::internal, "nothing was thrown");
  }

  ManualClock clock_{Instant{std::chrono::seconds(1'700'000'000)}};
  MemoryStore memory_{clock_};
  HookedStore hooked_{memory_};
};

}  // namespace unentropy::testing
