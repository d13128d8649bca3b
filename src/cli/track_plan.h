// Everything `track` decides before its first phase, with every problem of inputs and configuration at once.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "config/config.h"
#include "model/build.h"
#include "net/curl_client.h"
#include "store/s3.h"

namespace unentropy {

struct TrackPlan {
  Config config;
  std::filesystem::path base_directory;  // of the configuration
  StorageType storage = kDefaultStorageType;
  S3Settings s3;        // for sqlite-s3
  CurlOptions network;  // for sqlite-s3
  std::string database_key;
  std::filesystem::path database_file;  // absolute; for local files
  std::filesystem::path report_directory;
  std::filesystem::path temporary_directory;  // parent of ours
  BuildContext build;
  bool allow_shell = true;
  long long retry_attempts = 3;
  Milliseconds network_budget{300'000};  // for storage, all tries together
  std::optional<Milliseconds> run_budget;
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
