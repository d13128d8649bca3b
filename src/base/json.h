// A JSON reader that keeps positions and duplicate keys, for messages that point at a file.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace unentropy {

// 1-based; columns count Unicode code points.
struct TextPosition {
  std::size_t line = 1;
  std::size_t column = 1;
  bool operator==(const TextPosition&) const = default;
  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 takes the 0 in `<=> 0` for a pointer
  auto operator<=>(const TextPosition&) const = default;
};

struct JsonNode;

struct JsonMember {
  std::string key;
  TextPosition key_position;    // of the opening quote
  std::vector<JsonNode> value;  // exactly one; a vector because JsonNode is incomplete here
};

struct JsonNull {};
using JsonArray = std::vector<JsonNode>;
using JsonObject = std::vector<JsonMember>;  // in the order of the file, duplicates kept

struct JsonNode {
  TextPosition position;  // of the first character of the value
  std::variant<JsonNull, bool, double, std::string, JsonArray, JsonObject> value;
};

struct JsonSyntaxError {
  TextPosition position;
  std::string message;  // what was found and what was expected, lower case
};

// RFC 8259, a leading byte order mark skipped, nesting at most 64 deep. A number that overflows a double is a
// syntax error. Positions count the byte order mark as nothing.
std::variant<JsonNode, JsonSyntaxError> parse_json_with_positions(std::string_view text);

}  // namespace unentropy
