// What runs below this process: finding it and ending it. Used by `SystemProcessRunner`.
#pragma once

#include <set>
#include <vector>

#include <sys/types.h>

namespace unentropy {

// From now on processes whose parent died are handed to this process instead of to `init`, so that none that
// a command started can get away, whatever sessions or groups it made for itself. Ended children wait to be
// reaped even if this process was started with SIGCHLD ignored.
void become_reaper();

// Our direct children, ended ones that are not reaped included. Empty where there is no /proc.
std::set<pid_t> list_children();

// Everything below this process that still runs, except the children in `spared` and what is below those.
std::vector<pid_t> list_running_descendants(const std::set<pid_t>& spared);

// Reaps ended children up to `child`, which is left to be waited for.
void reap_orphans(pid_t child);

// Reaps the ended children except `spared`. True if none is left, running or not.
bool reap_children(const std::set<pid_t>& spared);

}  // namespace unentropy
