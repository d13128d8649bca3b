// Builds of other histories into ours, by the same path as those of a run.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "history/history.h"

namespace unentropy {

// A private history in today's layout that stands under this name. It is closed before the next one is asked for.
using OpenOther = std::function<History(const std::string& name)>;

// Puts them, one after the other, into the local file of the input `into`, else into the configured storage. The exit
// code.
int merge_histories(CommandContext& context, const std::vector<std::string>& names, const OpenOther& open);

}  // namespace unentropy
