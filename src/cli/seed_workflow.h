// `unentropy import seed-workflow`: a workflow that makes a database, pushed to a branch of its own, the artifact with
// which the history of `sqlite-artifact` begins.
#pragma once

#include "cli/commands.h"

namespace unentropy {

int run_seed_workflow(CommandContext& context);

}  // namespace unentropy
