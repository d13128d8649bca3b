// Everything `gate` decides before its first phase, with every problem of inputs and configuration at once.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/storage_plan.h"
#include "config/config.h"
#include "github/event.h"
#include "model/build.h"
#include "model/threshold.h"

namespace unentropy {

struct GatePlan {
  Config config;
  std::filesystem::path base_directory;  // of the configuration
  GateSettings settings;                 // of the configuration, defaults where it has none
  GateMode mode = GateMode::soft;
  StoragePlan storage;
  std::string unreadable_reason;  // why the history cannot even be asked for; empty: it can
  WorkflowEvent event;
  BuildContext build;
  std::string tested_commit;  // empty: the working tree differs from every commit
  bool allow_shell = true;
  std::string reference_branch;
  std::string results_file;   // as given; `-` is standard output
  std::string markdown_file;  // likewise; empty: none is written
  bool comments = true;
  std::string marker;
  std::size_t max_metrics = 30;
};

struct PlannedGate {
  std::vector<InputProblem> problems;  // already printed
  GatePlan plan;                       // as far as it came, if there are problems
};

// Prints diagnostics of the configuration and all problems as it finds them.
PlannedGate plan_gate(CommandContext& context);

}  // namespace unentropy
