// How diagnostics name things: paths, types, lists of names, near misses.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "config/schema_table.h"

namespace unentropy {

// Of a value that is not null.
ValueType type_of(const JsonNode& node);
// `a string`, `a whole number`.
std::string_view type_words(ValueType type);
// The same for what was found, with `true`, `false` and `null` as they are.
std::string found_words(const JsonNode& node);
// What a value of the wrong type could have been meant as, for the commonest slips; may be empty.
std::string type_hint(const Rule& rule, const JsonNode& node);

// `parent` followed by a key: `storage.type`, `metrics["my-metric"]`; of the root `$` only the key.
std::string member_path(const std::string& parent, std::string_view key);

// Each between back-ticks, parted by commas.
std::string list_words(const std::vector<std::string>& names);
// `did you mean `…`?` for a near miss, else the candidates if they are few, else nothing.
std::string suggestion(std::string_view text, const std::vector<std::string>& candidates);

}  // namespace unentropy
