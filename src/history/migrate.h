// Bringing layouts 1.0.0 and 1.1.0, and half-finished migrations of these, to layout 2.0.0 without losing anything.
#pragma once

#include <string>
#include <vector>

#include "history/schema.h"
#include "history/sqlite.h"

namespace unentropy {

// Rewrites the tables inside the caller's transaction and compares the result with what was there; an `Error` means
// that the transaction must be rolled back. Returns what a person should know, one line each.
//
// Builds and values keep their ids. Columns that layout 2.0.0 does not have go into tables
// `unentropy_old_<table>`. Values are never rescaled.
std::vector<std::string> migrate_layout(const Database& database, const Schema& schema);

}  // namespace unentropy
