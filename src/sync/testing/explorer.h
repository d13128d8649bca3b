// Every order in which the requests of several runs can reach a store, with a kill between any two of them.
//
// A run is a pure function of the answers it gets (its clock, its random numbers and its names are fixed), so its state
// is the list of those answers: it is run again from the start with the answers it has had, up to the next request.
// Runs that have seen the same answers are in the same state, and a state of everything is explored once.
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "store/memory_store.h"
#include "sync/sync.h"

namespace unentropy::testing {

struct Exploration {
  MemoryStore store;               // as it is at the beginning
  std::set<std::string> recorded;  // runs that must never be missing
  std::vector<std::string> writers;
  SyncOptions options;
  bool kills = true;  // any run may end before any of its requests
  // What somebody else may do to the store, once, at any moment.
  std::function<void(MemoryStore&)> intrusion;
};

struct Explored {
  double interleavings = 0;  // different sequences of requests, kills and the intrusion
  std::uint64_t states = 0;  // of everything
  std::uint64_t local_states = 0;
  std::vector<std::string> losses;  // a description of each state in which something recorded cannot be read
};

// Two builds, `old-1` and `old-2`, with records and a backup that are older than two days: the next run brings the
// backup up to date and deletes the records.
MemoryStore two_days_old_history(const Clock& clock, ConditionSupport support);

Explored explore(const Exploration& exploration);

}  // namespace unentropy::testing
