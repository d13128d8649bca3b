// The build as git describes it, for a person at a terminal.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/environment.h"
#include "base/process.h"
#include "model/build.h"

namespace unentropy {

// The branch of a build where none is checked out.
constexpr std::string_view kDetached = "HEAD";

struct LocalBuild {
  BuildContext build;  // event `push`, run number 0, run id `local:<instant>-<random>`
  bool dirty = false;  // tracked files other than the history have uncommitted changes
};

// `history` is the name of the file that holds it, which somebody may have committed by mistake; empty: none does.
// Throws `Error` (usage) when `directory` lies in no repository, the repository has no commit, or git is missing.
LocalBuild build_context_from_git(const std::filesystem::path& directory, const Environment& environment,
                                  ProcessRunner& runner, Instant now, const std::string& history = {});

}  // namespace unentropy
