// Reads what a history holds for one build.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "history/sqlite.h"
#include "history/standing.h"

namespace unentropy {

struct StoredBuild {
  std::int64_t id = 0;
  std::string commit_sha;
  std::string branch;
  std::string run_id;
  std::int64_t run_number = 0;
  std::optional<std::string> event_name;
  std::string timestamp;  // as stored
  MaybeOrigin origin;
};

class PlaceReader {
 public:
  // `has_origins`: the file has our tables.
  PlaceReader(const Database& database, bool has_origins);

  std::optional<StoredBuild> find(const std::string& commit_sha, const std::string& run_id);
  std::optional<StoredBuild> find(std::int64_t id);
  // The values of a stored build, each with its own origin or else the build's.
  Places values_of(const StoredBuild& build);
  std::optional<StandingBuild> standing(const std::string& commit_sha, const std::string& run_id);
  // Whether the build was removed for good.
  bool is_removed(const std::string& commit_sha, const std::string& run_id);

 private:
  static std::optional<StoredBuild> read(Statement& query);

  Statement by_name_;
  Statement by_id_;
  Statement values_;
  std::optional<Statement> removed_;  // nothing where nobody of ours has ever removed a build
};

}  // namespace unentropy
