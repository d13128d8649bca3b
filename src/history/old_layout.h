// The tables of an old or half-migrated history as they are found: which of them is the truth, and how to read it.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "history/schema.h"
#include "history/sqlite.h"

namespace unentropy {

// One table of the old history.
struct OldTable {
  std::string name;                 // as it is now: the layout's name, or that of a copy; empty: there is none
  std::vector<std::string> extras;  // columns that layout 2.0.0 does not have, in their order
};

struct OldTables {
  OldTable definitions;
  OldTable builds;
  OldTable values;
  bool definitions_have_numbers = false;  // `id` is a number and `name` the metric's key
  bool values_have_numbers = false;       // `metric_id` is such a number
  std::string resolved_values;            // a copy of the values with keys instead of numbers; empty: none
  std::string description;                // what the history is, for messages
  std::vector<std::string> all;           // every table that is replaced
};

// Of a table and its copy the table is the truth while it is still there. `corrupt` if a column is missing that every
// old layout has.
OldTables find_old_tables(const Database& database, const Schema& schema);

// A definition of the old history under the key that it has from now on.
struct OldDefinition {
  std::string id;    // as it was: a number in layout 1
  std::string name;  // as it was; equal to `id` where that is the key
  std::string key;   // `^[a-z0-9-]{1,64}$` for layout 1, unique
  std::string type;
  std::optional<std::string> unit;  // under today's name
  std::optional<std::string> description;
};

// Names that would break today's rules are changed as little as possible, units get the names of today.
std::vector<OldDefinition> read_old_definitions(const Database& database, const OldTables& tables);

// A key made of any text, unlike every key in `taken`.
std::string make_metric_key(std::string_view text, const std::set<std::string>& taken);

// Today's name of a unit of layout 1, or the text as it is.
std::string_view renamed_unit(std::string_view unit);

}  // namespace unentropy
