// Everything a run did: the log's last lines, the job summary, the JSON result and the action's outputs are drawn
// from this one value.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "history/history.h"
#include "model/build.h"
#include "model/phase.h"
#include "model/sample.h"
#include "model/storage.h"

namespace unentropy {

struct RunResult {
  int exit_code = 0;
  std::string error_code;  // empty on success; a name of the table in cli/error_codes.h
  std::string error_message;
  std::string error_hint;

  StorageType storage = kDefaultStorageType;
  std::string database_key;
  std::uint64_t database_bytes = 0;
  std::int64_t total_builds = 0;
  bool updated = false;                 // the build existed already, a re-run or a second job of one run
  std::string record;                   // name of the run record that was stored; empty: none
  std::int64_t pending_records = 0;     // records that the stored history does not contain yet
  std::filesystem::path kept_database;  // where the history was left when it could not be uploaded; else empty
  std::int64_t source_run = 0;          // whose artifact the history came from; 0: of none
  bool artifact_upload_required = false;
  std::string artifact_name;            // only for artifacts
  std::filesystem::path artifact_path;  // only for artifacts

  std::optional<BuildContext> build;
  std::vector<Phase> phases;
  std::vector<MetricOutcome> outcomes;
  std::map<std::string, PreviousValue> previous;  // of the branch, by metric
  std::filesystem::path report_path;              // empty: there is no report
  Milliseconds duration{0};

  bool success() const { return exit_code == 0; }
  std::size_t collected() const;
};

}  // namespace unentropy
