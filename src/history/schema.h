// What a file's schema is: current, old, incomplete, newer, foreign, or hostile. Judged from the tables themselves.
#pragma once

#include "history/sqlite.h"

namespace unentropy {

enum class LayoutState {
  current,     // layout 2.0.0; tables of ours may be missing
  incomplete,  // no tables at all, or only some of layout 2.0.0
  old,         // 1.0.0, 1.1.0, or a migration of these by another tool that was interrupted
};

// Throws `corrupt` for somebody else's database and for a schema that a history never has (triggers or views on its
// tables, virtual tables, computed columns, indexes on expressions, missing columns), and `usage` for a newer layout.
// Reads only.
LayoutState inspect_schema(const Database& database);

}  // namespace unentropy
