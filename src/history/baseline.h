// The builds that a change can be compared with, and the one that it is compared with.
//
// Rules: docs/reference/quality-gate.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "model/verdict.h"

namespace unentropy {

class Database;

struct BaselineQuery {
  std::string branch;
  Instant oldest{};           // a build before it is too old
  std::string tested_commit;  // is not its own baseline; empty: none
};

struct BaselineBuild {
  std::int64_t id = 0;
  std::string commit_sha;
  Instant timestamp{};
  std::int64_t run_number = 0;
};

struct BaselineBuilds {
  std::vector<BaselineBuild> builds;  // that qualify, newest first
  bool branch_is_known = false;       // it has a build of a visible event, of whatever age
};

// `distance`: commits between the build and the commit that the change is made onto, 0 for that commit itself.
struct BaselineChoice {
  std::size_t index = 0;
  int distance = 0;
};

// `lineage`: the commit that the change is made onto, then its first-parent ancestors. Nothing if none has a build.
std::optional<BaselineChoice> nearest_ancestor(const std::vector<BaselineBuild>& builds,
                                               const std::vector<std::string>& lineage);

// The `History` methods `baseline_builds` and `baseline_values`.
BaselineBuilds find_baseline_builds(const Database& database, const BaselineQuery& query);
std::map<std::string, BaselineValue> read_baseline_values(const Database& database,
                                                          const std::vector<BaselineBuild>& builds, std::size_t chosen,
                                                          const std::vector<std::string>& metric_keys);

}  // namespace unentropy
