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
void update_local_history(const std::filesystem::path& file, Clock& clock, const std::function<void(History&)>& change);

// Puts a copy of the history in `from` in the place of `file` under the same rules. False: there is a history already.
bool begin_local_history(const std::filesystem::path& file, Clock& clock, const std::filesystem::path& from);

}  // namespace unentropy
