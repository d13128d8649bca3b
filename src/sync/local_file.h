// A history in a local file, under the rules of the others: never half-written, and two runs at once lose nothing.
#pragma once

#include <filesystem>
#include <functional>

#include "base/clock.h"
#include "history/history.h"

namespace unentropy {

// Copies the history in `file` to `copy`, with what a journal beside it still holds. False: there is no such file.
bool copy_local_history(const std::filesystem::path& file, const std::filesystem::path& copy);

// Opens a copy of the history in `file` (a new one if there is none), lets `change` change it, and puts it in the place
// of `file` when it is on the disk. Runs of this program exclude each other meanwhile; one that waits for longer than a
// minute fails as `unavailable`. Whatever fails leaves `file` as it was.
// `beginning`, where it is given, is the history to begin with if there is none yet.
void update_local_history(const std::filesystem::path& file, Clock& clock, const std::function<void(History&)>& change,
                          const std::filesystem::path& beginning = {});

}  // namespace unentropy
