// The project a command works on: its workspace, the paths in it that may be touched, and its configuration.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/commands.h"
#include "config/config.h"

namespace unentropy {

struct Project {
  Config config;
  std::filesystem::path base_directory;  // of the configuration
};

// Reads the file that `config-file` names and prints its diagnostics. Any error among them but an unknown storage type
// is thrown as one `Error` (usage) that counts them.
Project load_project(CommandContext& context);

// How far a path may lead inside a workflow. At a terminal anything outside the workspace is the user's own choice.
enum class Reach {
  workspace,  // the workspace and the runner's temporary directory: what is read or written there can be a stranger's
  anywhere,   // a file that only the workflow's author names
};

// Refuses a path that leads further than `reach`, or through a symbolic link inside the workspace. Returns the absolute
// path. Throws `Error` (usage); `what` names the input.
std::filesystem::path checked_path(const CommandContext& context, const std::string& what, const std::string& given,
                                   Reach reach = Reach::workspace);

// Runs `look`; the `Error` it throws becomes one of `problems`, so that one problem never hides another.
void or_problem(std::vector<InputProblem>& problems, const std::function<void()>& look);

// Where private temporary files go: the runner's directory, else the system's.
std::filesystem::path temporary_directory(const Environment& environment);

// Prints every diagnostic of a configuration with position, quoted line and hint.
void print_diagnostics(Printer& printer, const ConfigResult& result, std::string_view file, std::string_view text);

}  // namespace unentropy
