// What a file's schema is: current, old, incomplete, newer, foreign, or hostile. Judged from the tables themselves.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "history/sqlite.h"

namespace unentropy {

enum class LayoutState {
  current,     // layout 2.0.0; tables of ours may be missing
  incomplete,  // no tables at all, or only some of layout 2.0.0
  old,         // 1.0.0, 1.1.0, or a migration of these by another tool that was interrupted
};

struct ColumnShape {
  std::string name;           // lower case, as SQLite compares names
  std::string declared_type;  // lower case
  bool is_primary_key = false;
};

struct TableShape {
  std::vector<ColumnShape> columns;

  const ColumnShape* find(std::string_view column) const;
  bool has(std::string_view column) const { return find(column) != nullptr; }
  bool is_integer(std::string_view column) const;  // as SQLite decides affinity: the declared type contains INT
};

struct Schema {
  LayoutState state = LayoutState::incomplete;
  // The tables that matter: those of the layout, copies of them that end in `_new`, and ours. By name in lower case.
  std::map<std::string, TableShape, std::less<>> tables;

  const TableShape* find(std::string_view table) const;
};

// What the interrupted migration of another tool appended to the names of its copies.
inline constexpr std::string_view kCopySuffix = "_new";

// Throws `corrupt` for somebody else's database and for a schema that a history never has (triggers or views on its
// tables, virtual tables, computed columns, indexes on expressions, missing columns), and `usage` for a newer layout.
// Reads only.
Schema inspect_schema(const Database& database);

}  // namespace unentropy
