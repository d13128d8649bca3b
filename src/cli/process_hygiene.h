// What the process does to itself before anything else: nobody may read its memory, its environment keeps no secret,
// and signals ask it to stop instead of killing it.
#pragma once

#include <string>
#include <vector>

namespace unentropy {

// Makes the process non-dumpable, so that a metric's shell of the same user can neither attach to it nor read
// /proc/<pid>/environ or its memory, and forbids core files.
void forbid_inspection();

// Overwrites the values of these variables where the kernel shows them, and unsets them.
void wipe_environment(const std::vector<std::string>& names);

// SIGINT and SIGTERM set the flag that `interruption_requested` reads; SIGPIPE and SIGXFSZ are ignored.
void catch_signals();
bool interruption_requested();

}  // namespace unentropy
