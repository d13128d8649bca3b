// The tables of a history: layout 2.0.0 as Unentropy knows it and our own tables beside it, in one list.
//
// docs/formats/database.md explains every column; `layout_test.cc` holds this list to it.
#pragma once

#include <string_view>
#include <vector>

#include "history/sqlite.h"

namespace unentropy {

inline constexpr std::string_view kLayoutVersion = "2.0.0";
inline constexpr int kLayoutMajor = 2;

// Tables of ours begin with this; everything else in a file that is not listed here is left alone.
inline constexpr std::string_view kOwnPrefix = "unentropy_";

// What is known of stores; of no importance for what the history holds.
inline constexpr std::string_view kStoreTable = "unentropy_store";

struct TableDefinition {
  std::string_view name;
  std::vector<std::string_view> columns;  // that must exist, in lower case
  std::string_view sql;
};

struct IndexDefinition {
  std::string_view name;
  std::string_view table;
  std::string_view sql;
};

// The four tables of layout 2.0.0, parents first, and their five indexes.
const std::vector<TableDefinition>& layout_tables();
const std::vector<IndexDefinition>& layout_indexes();
// Ours.
const std::vector<TableDefinition>& own_tables();

// Creates what is missing of all of these, uniqueness included, and adds the version row. Must run inside a
// transaction.
void complete_layout(const Database& database);

}  // namespace unentropy
