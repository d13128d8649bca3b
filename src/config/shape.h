// First half of reading unentropy.json: every value against the schema table, without looking across the file.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "config/config.h"
#include "config/schema_table.h"

namespace unentropy {

struct CheckedMember;

// A value that the table knows, with what is known about it. Unknown keys and values that a later duplicate
// replaces are left out; a misspelt key stands under the name that it was taken for.
struct CheckedValue {
  const JsonNode* node = nullptr;  // of the tree given to `check_shape`
  std::string path;                // as in `Diagnostic::path`
  bool sound = false;              // its own type and limits are kept; says nothing of what is inside
  std::vector<CheckedMember> members;
  std::vector<CheckedValue> elements;

  // Null if there is no such member.
  const CheckedMember* find(std::string_view key) const;
  // Null unless the member is there, is sound and has this type (`std::string`, `double`, `bool`, …).
  template <typename T>
  const T* get(std::string_view key) const;
  template <typename T>
  const T* as() const {
    return sound ? std::get_if<T>(&node->value) : nullptr;
  }
};

struct CheckedMember {
  std::string key;
  TextPosition key_position;
  // For a key of the user's own that breaks its rule: the form that was suggested, may be empty.
  bool key_sound = true;
  std::string suggested_key;
  CheckedValue value;
};

template <typename T>
const T* CheckedValue::get(std::string_view key) const {
  const CheckedMember* member = find(key);
  return member != nullptr ? member->value.as<T>() : nullptr;
}

struct Shape {
  CheckedValue root;
  std::vector<Diagnostic> diagnostics;  // in no particular order
  bool fatal = false;                   // an error was found that stops a run
};

Shape check_shape(const JsonNode& root);

}  // namespace unentropy
