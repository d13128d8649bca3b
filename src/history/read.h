// Reading a history as columns: one branch at a time, instants as instants, values joined by build id.
#pragma once

#include <map>
#include <string>

#include "base/clock.h"
#include "history/history.h"
#include "history/sqlite.h"
#include "model/history_data.h"

namespace unentropy {

// The `History` methods of the same names.
HistoryData load_history(const Database& database, const std::string& branch);
std::map<std::string, PreviousValue> find_previous_values(const Database& database, const std::string& branch,
                                                          const std::string& commit_sha, const std::string& run_id,
                                                          Instant before);

}  // namespace unentropy
