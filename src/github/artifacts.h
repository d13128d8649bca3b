// The history as an artifact of the workflow's runs: which one counts, and its database.
//
// Source of endpoints and fields: GitHub's REST documentation, version 2022-11-28, "Artifacts" and "Workflow runs".
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "github/api.h"

namespace unentropy {

// Begins the name of a branch whose artifact a history may begin with.
inline constexpr std::string_view kSeedBranch = "unentropy-import-";

// As the list tells. Ids are 0 where the host names none.
struct Artifact {
  std::int64_t id = 0;
  std::string name;
  std::uint64_t size = 0;  // of the archive, bytes
  bool expired = false;
  std::string created_at;  // ISO 8601, UTC, so that texts sort as instants
  std::string digest;      // `sha256:…` of the archive; empty where the host names none
  std::int64_t run_id = 0;
  std::int64_t repository_id = 0;
  std::int64_t head_repository_id = 0;
  std::string branch;
};

struct ArtifactQuery {
  std::string name;
  std::string branch;
  std::int64_t current_run = 0;      // whose earlier attempts count although it has no conclusion yet; 0: none
  std::set<std::int64_t> gone = {};  // ids that turned out to have expired although the list does not say so
};

// Which artifacts make up the history.
struct ArtifactChoice {
  std::optional<Artifact> chosen;  // the newest of a successful run, or of a seed
  bool is_seed = false;            // `chosen` is of a branch `unentropy-import-…`, because the branch has none
  // Of runs that did not succeed, newer than `chosen`, and of earlier attempts of this run: hold builds that would be
  // lost. Newest first.
  std::vector<Artifact> merged;
  std::int64_t expired = 0;  // that would have counted

  bool is_first_run() const { return !chosen && merged.empty(); }
};

// Looks at every page before it says that there is none. Only the repository's own runs count, never those of a fork
// whose branch has the same name, and never those of pull requests. Throws what `api` throws; nothing chosen is never
// the result of a failure.
ArtifactChoice choose_artifact(GithubApi& api, const ArtifactQuery& query);

// Downloads an artifact into `directory` and unpacks its database to `destination`. The database is the entry called
// `database_name`, or the only one that is an SQLite file. False: the artifact has expired meanwhile. `corrupt`: size
// or digest are not those of the list, or the archive is not to be trusted (see zip.h).
bool download_database(GithubApi& api, const Artifact& artifact, const std::string& database_name,
                       const std::filesystem::path& directory, const std::filesystem::path& destination);

}  // namespace unentropy
