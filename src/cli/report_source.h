// Where `report` and `preview` find their history, and which branch of it they draw.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/file.h"
#include "cli/commands.h"
#include "cli/project.h"
#include "cli/storage_plan.h"
#include "config/config.h"
#include "history/history.h"

namespace unentropy {

// The project, if `config-file` is given or there is a configuration in the working directory.
std::optional<Project> find_project(CommandContext& context);

// A history open for reading, with the private copy that it may lie in.
struct OpenedHistory {
  std::optional<TempDir> directory;
  History history;
};

// The file that the input `db` names. It is never changed: an old layout is brought up to date in a private copy, with
// a line in the log.
OpenedHistory open_history_file(CommandContext& context, const std::string& given);

// The history of the storage that inputs and configuration name; nothing is written to it. `config` may be null.
// Throws `Error` (not_found) where there is none yet.
OpenedHistory open_stored_history(CommandContext& context, const Config* config);

// The same for a plan without problems. Nothing: there is no history yet.
std::optional<OpenedHistory> open_planned_history(CommandContext& context, const StoragePlan& plan);

// The branch of the input `branch`, which must exist; else the reference branch of the quality gate, if it has builds;
// else the branch with the newest build.
HistoryData load_shown_branch(const CommandContext& context, const Config* config, const History& history);

}  // namespace unentropy
