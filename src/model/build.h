// One build: the commit and run for which values were measured.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"

namespace unentropy {

struct BuildContext {
  std::string commit_sha;
  std::string branch;  // without refs/heads/ or refs/tags/; `refs/pull/<n>/merge` for pull requests
  std::string run_id;
  std::int64_t run_number = 0;
  std::int64_t run_attempt = 1;           // GITHUB_RUN_ATTEMPT; decides between values of one place
  std::optional<std::string> event_name;  // absent: null in the database
  std::optional<std::string> actor;       // not stored in the layout; given to metric commands
  Instant timestamp{};                    // when the build was measured
};

}  // namespace unentropy
