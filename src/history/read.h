// Reading a history as columns: one branch at a time, instants as instants, values joined by build id.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/clock.h"
#include "history/history.h"
#include "history/rows.h"
#include "history/sqlite.h"
#include "model/history_data.h"

namespace unentropy {

// Every visible build of every branch, and how many there are of each. Serves all branches of a file, so that reading
// one after the other does not read the table of builds over and over.
struct BuildScan {
  std::vector<BuildRow> builds;
  std::vector<HistoryBranch> branches;  // in the order of `BuildRow::branch`
  std::int64_t total = 0;               // invisible ones included
};

BuildScan scan_builds(const Database& database);

// The `History` methods of the same names.
HistoryData load_history(const Database& database, const BuildScan& scan, const std::string& branch);
std::map<std::string, PreviousValue> find_previous_values(const Database& database, const std::string& branch,
                                                          const std::string& commit_sha, const std::string& run_id,
                                                          Instant before);

}  // namespace unentropy
