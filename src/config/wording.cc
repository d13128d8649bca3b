#include "config/wording.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "base/text.h"
#include "config/printable.h"
#include "config/redact.h"

namespace unentropy {
namespace {

constexpr std::size_t kLongestList = 10;

bool is_null(const JsonNode& node) { return std::holds_alternative<JsonNull>(node.value); }

constexpr std::size_t kLongestIdentifier = 60;

bool is_identifier(std::string_view key) {
  const auto starts = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$'; };
  return !key.empty() && key.size() <= kLongestIdentifier && starts(key.front()) &&
         std::all_of(key.begin(), key.end(), [&](char c) { return starts(c) || (c >= '0' && c <= '9'); });
}

}  // namespace

ValueType type_of(const JsonNode& node) {
  if (std::holds_alternative<bool>(node.value)) return ValueType::boolean;
  if (std::holds_alternative<double>(node.value)) return ValueType::number;
  if (std::holds_alternative<std::string>(node.value)) return ValueType::string;
  return std::holds_alternative<JsonArray>(node.value) ? ValueType::array : ValueType::object;
}

std::string_view type_words(ValueType type) {
  switch (type) {
    case ValueType::boolean:
      return "true or false";
    case ValueType::integer:
      return "a whole number";
    case ValueType::number:
      return "a number";
    case ValueType::string:
      return "a string";
    case ValueType::array:
      return "an array";
    case ValueType::object:
      return "an object";
  }
  return {};
}

std::string found_words(const JsonNode& node) {
  if (is_null(node)) return "null";
  if (const bool* value = std::get_if<bool>(&node.value)) return *value ? "true" : "false";
  return std::string(type_words(type_of(node)));
}

std::string list_words(const std::vector<std::string>& names) {
  std::string result;
  for (const std::string& name : names) result += (result.empty() ? "`" : ", `") + name + "`";
  return result;
}

// What the value could have been meant as, for the commonest slips of type.
std::string type_hint(const Rule& rule, const JsonNode& node) {
  const std::string* text = std::get_if<std::string>(&node.value);
  if (text == nullptr) return {};
  const bool number = rule.type == ValueType::integer || rule.type == ValueType::number;
  const bool boolean = rule.type == ValueType::boolean && (*text == "true" || *text == "false");
  if (boolean || (number && parse_double(*text)))
    return fmt::format("write it without quotes: {}", value_in_ticks(*text));
  if (rule.type == ValueType::array && rule.element.front().type == ValueType::string) {
    return "write it in brackets: `[\"…\"]`";
  }
  if (rule.type == ValueType::object && rule.keys.size() == 1) {
    return fmt::format("write it as `{{\"{}\": \"{}\"}}`", rule.keys.front().key, printable_line(*text));
  }
  return {};
}

std::string member_path(const std::string& parent, std::string_view key) {
  // What looks like a secret is no identifier, so that it is replaced below.
  if (is_identifier(key) && secret_shapes(key).empty())
    return parent == "$" ? std::string(key) : fmt::format("{}.{}", parent, key);
  std::string text = replace_all(printable_line(key), "\\", "\\\\");
  text = replace_all(text, "\"", "\\\"");
  return fmt::format("{}[\"{}\"]", parent, text);
}

std::string suggestion(std::string_view text, const std::vector<std::string>& candidates) {
  if (const auto near = nearest(text, candidates)) return fmt::format("did you mean `{}`?", *near);
  if (candidates.empty() || candidates.size() > kLongestList) return {};
  return fmt::format("known here: {}", list_words(candidates));
}

}  // namespace unentropy
