// One run of the program without its measuring, and what a store holds afterwards: for the tests of the protocol.
#pragma once

#include <filesystem>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "sync/sync.h"

namespace unentropy::testing {

// A push to `main` with one metric. `run` is run id, commit and the random part of the record's name at once.
RunRecord record_of_run(const std::string& run, Instant measured_at);

struct Written {
  std::vector<std::string> fetch_warnings;
  Upkeep upkeep;
  PublishedHistory published;
  Collected garbage;
};

// Fetches, keeps up, stores the record of `run`, publishes, collects garbage. `acknowledged` is called when the record
// is stored. A refused record does not stop it.
Written write_run(ObjectStore& store, Clock& clock, SyncOptions options, const std::string& run,
                  const std::function<void()>& acknowledged = {});

// The run ids of all builds that a reader sees who writes nothing.
std::set<std::string> runs_in(ObjectStore& store, Clock& clock, const std::string& key);
// Of the snapshot alone, without its records. Empty if there is none.
std::set<std::string> runs_in_snapshot(ObjectStore& store, const std::string& key);
std::set<std::string> runs_in_file(const std::filesystem::path& file);

// A database as the tool without conditions and records would have written it.
std::string foreign_history(const std::vector<std::string>& runs);

}  // namespace unentropy::testing
