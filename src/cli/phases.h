// One phase of a run: a log group whose failure is caught here and nowhere else.
#pragma once

#include <functional>
#include <string>

#include "cli/commands.h"
#include "model/phase.h"

namespace unentropy {

enum class OnError { fail, warn };

// Runs `body`; what it throws becomes the phase's error and its status, and is not printed yet. Prints the phase's
// line.
Phase run_phase(CommandContext& context, const std::string& name, OnError on_error,
                const std::function<void(Phase&)>& body);
// The phase was not run. Prints its line.
Phase skipped_phase(CommandContext& context, const std::string& name, std::string why);

// Throws `Error` (unavailable) after a signal.
void stop_if_interrupted(const CommandContext& context);

}  // namespace unentropy
