// The one description of unentropy.json: keys, types, limits, defaults and what they mean.
//
// The checker, did-you-mean, the JSON Schema and the reference page are all drawn from it, so that a key cannot
// be known to one of them and unknown to another.
#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace unentropy {

inline constexpr std::size_t kNoLimit = std::numeric_limits<std::size_t>::max();

enum class ValueType { boolean, integer, number, string, array, object };

struct KeyRule;

// A key that must be there because of what another key of the same object says.
struct Requirement {
  std::string_view when = {};            // the deciding key
  std::vector<std::string> values = {};  // with one of these values …
  bool or_absent = false;                // … or without being there at all
  std::string_view needs = {};           // the key that is then required
  // What is said if it is missing; `{}` stands for the deciding value. The second is for an absent deciding key.
  std::string_view complaint = {};
  std::string_view complaint_if_absent = {};
  std::string_view hint = {};
};

// What one value may be.
struct Rule {
  ValueType type = ValueType::object;

  // Strings. Lengths in UTF-16 code units, as JavaScript counts.
  std::size_t min_length = 0;
  std::size_t max_length = kNoLimit;
  std::vector<std::string> names = {};    // the only values, if not empty
  std::string_view names_complaint = {};  // `not a unit`
  bool others_survive = false;            // another value is an error, but the run goes on without it
  std::string_view pattern = {};          // ECMA 262; empty: any text
  bool (*matches)(std::string_view) = nullptr;
  std::string_view pattern_words = {};  // what the pattern asks for: `a colour such as …`

  // Numbers.
  std::optional<double> minimum = {};
  std::optional<double> exclusive_minimum = {};
  std::optional<double> maximum = {};

  // Arrays and objects.
  std::size_t min_entries = 0;
  std::size_t max_entries = kNoLimit;
  std::vector<Rule> element = {};  // of an array, or of an object whose keys are the user's: exactly one; else none
  std::vector<Rule> key = {};      // the rule for such keys: one string rule, or none
  std::vector<KeyRule> keys;       // of a closed object
  std::vector<Requirement> requirements = {};

  // A second form of another type: one, or none.
  std::vector<Rule> otherwise = {};
};

struct KeyRule {
  std::string_view key = {};
  Rule rule = {};
  bool required = false;
  bool empty_is_absent = false;  // `""` counts as if the key were not there, with a warning
  // Has an effect only if the key `mode` of the same object has one of these values; empty: always.
  std::vector<std::string> modes = {};
  std::string_view default_json = {};   // the default as JSON, empty: none
  std::string_view default_words = {};  // what holds otherwise, where that is no constant
  std::string_view description = {};
};

// The rule of the whole file.
const Rule& config_rule();

// For lookups; null if the object has no such key.
const KeyRule* find_key(const Rule& object, std::string_view key);
// The form of `rule` that takes a value of this type (an integer counts as a number); null if there is none.
const Rule* form_for(const Rule& rule, ValueType type);

}  // namespace unentropy
