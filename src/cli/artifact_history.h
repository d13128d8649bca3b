// The history that earlier runs of a workflow left as artifacts, brought to a local file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "cli/commands.h"

namespace unentropy {

struct ArtifactSource {
  std::string name;
  std::string branch;
  std::string database_name;     // of the file in the artifact
  std::int64_t current_run = 0;  // 0: not in a workflow
  long long retry_attempts = 3;
};

struct ArtifactHistory {
  std::int64_t run = 0;  // that the history came from
  std::int64_t builds = 0;
};

// Under which the history is stored, too.
std::string artifact_name(const CommandContext& context);

// As the inputs say; `branch` is that of the run, where there is one.
ArtifactSource artifact_source(const CommandContext& context, const std::string& branch);

// What is missing of the environment and the inputs, or nothing.
std::optional<InputProblem> artifact_problem(const CommandContext& context);

// Finds the artifact, verifies it, and adds its builds to the history in `file`, which is made if it is not there. What
// `file` had stays. Nothing if no run has left one yet, which is said, and
// louder where older ones have expired. Whatever
// fails is thrown and leaves `file` as it was: a history that could not be read is never a first run.
std::optional<ArtifactHistory> fetch_artifact_history(CommandContext& context, const ArtifactSource& source,
                                                      const std::filesystem::path& directory,
                                                      const std::filesystem::path& file);

}  // namespace unentropy
