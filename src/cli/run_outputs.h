// A run's result for machines: the outputs of the action and the JSON file.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "cli/commands.h"
#include "cli/run_result.h"

namespace unentropy {

// Runs `write`; what it throws is a warning, because what is stored is stored.
void or_warn(CommandContext& context, const std::function<void()>& write);

// Gives outputs and job summary to the runner, if there is one. What cannot be written is a warning.
void tell_runner(CommandContext& context, const std::vector<std::pair<std::string, std::string>>& outputs,
                 const std::string& summary);

// Name and value of every output, in the order of the documentation; all of them, on failure too.
std::vector<std::pair<std::string, std::string>> action_outputs(const RunResult& result);

// The file that `--json` names, described in docs/formats/result.md. Indented by two, ends with a line end.
std::string result_json(const RunResult& result);

// Writes to a file that the user names, `-` being standard output.
void write_json(CommandContext& context, const std::string& file, const std::string& json);
// Writes to the file that the input `json` names; nothing without the input.
void write_json_result(CommandContext& context, const RunResult& result);

}  // namespace unentropy
