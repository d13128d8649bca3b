// What inputs and configuration say about the storage: the part of the plan that every command with a history shares.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "config/config.h"
#include "model/storage.h"
#include "net/curl_client.h"
#include "store/s3.h"

namespace unentropy {

inline constexpr std::string_view kDefaultDatabaseKey = "unentropy-metrics.db";

struct StoragePlan {
  StorageType type = kDefaultStorageType;
  std::string database_key;
  std::filesystem::path database_file;  // absolute; for local files, empty if its path was refused
  S3Settings s3;                        // for sqlite-s3
  CurlOptions network;                  // for sqlite-s3
  long long retry_attempts = 3;
  Milliseconds network_budget{300'000};    // for storage, all tries together
  std::optional<Milliseconds> run_budget;  // for everything; absent: not bounded
  std::vector<InputProblem> problems;      // not printed yet
};

// `unentropy-metrics.db` of `my-project/unentropy-metrics.db`.
inline std::string history_name(const StoragePlan& plan) {
  return std::filesystem::path(plan.database_key).filename().string();
}

// The proxies that the environment names, and signals.
CurlOptions network_options(const CommandContext& context);

// Makes no request. Without a configuration (it could not be read) only problems of the inputs are found: the type of
// storage is a guess then, and complaints about a local file would mislead. Says so where the type falls back.
StoragePlan plan_storage(CommandContext& context, const Config* config);

}  // namespace unentropy
