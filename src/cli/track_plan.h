// Everything `track` decides before its first phase, with every problem of inputs and configuration at once.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/storage_plan.h"
#include "config/config.h"
#include "model/build.h"

namespace unentropy {

struct TrackPlan {
  Config config;
  std::filesystem::path base_directory;  // of the configuration
  StoragePlan storage;
  bool artifact_download = false;
  std::filesystem::path report_directory;
  std::filesystem::path temporary_directory;  // parent of ours
  BuildContext build;
  bool allow_shell = true;
};

struct PlannedRun {
  std::optional<TrackPlan> plan;       // absent if there is any problem
  std::vector<InputProblem> problems;  // already printed; for outputs and JSON
  StorageType storage = kDefaultStorageType;
  std::string database_key;
};

// Prints diagnostics of the configuration and all problems as it finds them.
PlannedRun plan_track(CommandContext& context);

}  // namespace unentropy
