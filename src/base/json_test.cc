#include "base/json.h"

#include <cmath>
#include <random>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/text.h"

namespace unentropy {
namespace {

using namespace std::string_literals;

std::string at(TextPosition position) { return std::to_string(position.line) + ":" + std::to_string(position.column); }

// The tree as text: positions, duplicates and order included.
std::string describe(const JsonNode& node) {
  std::string text = at(node.position) + " ";
  if (std::holds_alternative<JsonNull>(node.value)) return text + "null";
  if (const bool* value = std::get_if<bool>(&node.value)) return text + (*value ? "true" : "false");
  if (const double* value = std::get_if<double>(&node.value)) return text + shortest_digits(*value);
  if (const std::string* value = std::get_if<std::string>(&node.value)) return text + "'" + *value + "'";
  if (const JsonArray* elements = std::get_if<JsonArray>(&node.value)) {
    text += "[";
    for (const JsonNode& element : *elements) text += "<" + describe(element) + ">";
    return text + "]";
  }
  text += "{";
  for (const JsonMember& member : std::get<JsonObject>(node.value)) {
    text += "<" + at(member.key_position) + " " + member.key + " = " + describe(member.value.at(0)) + ">";
  }
  return text + "}";
}

std::string parse(std::string_view text) {
  const auto result = parse_json_with_positions(text);
  if (const auto* error = std::get_if<JsonSyntaxError>(&result)) return at(error->position) + " ! " + error->message;
  return describe(std::get<JsonNode>(result));
}

bool accepts(std::string_view text) { return std::holds_alternative<JsonNode>(parse_json_with_positions(text)); }

TEST(Json, ReadsEveryKindOfValue) {
  EXPECT_EQ(parse("null"), "1:1 null");
  EXPECT_EQ(parse(" true "), "1:2 true");
  EXPECT_EQ(parse("false"), "1:1 false");
  EXPECT_EQ(parse("-12.5e-1"), "1:1 -1.25");
  EXPECT_EQ(parse("\"a\""), "1:1 'a'");
  EXPECT_EQ(parse("[]"), "1:1 []");
  EXPECT_EQ(parse("[ 1 , [ ] ]"), "1:1 [<1:3 1><1:7 []>]");
  EXPECT_EQ(parse("{ }"), "1:1 {}");
  EXPECT_EQ(parse("{\"\":{}}"), "1:1 {<1:2  = 1:5 {}>}");
}

TEST(Json, KeepsDuplicatesAndOrder) {
  EXPECT_EQ(parse(R"({"b":1,"a":2,"b":3})"), "1:1 {<1:2 b = 1:6 1><1:8 a = 1:12 2><1:14 b = 1:18 3>}");
}

TEST(Json, CountsLinesAndCodePoints) {
  EXPECT_EQ(parse("{\n  \"ä😀\": 1,\r\n\t\"x\": [\r true]}"), "1:1 {<2:3 ä😀 = 2:9 1><3:2 x = 3:7 [<4:2 true>]>}");
  EXPECT_EQ(parse("\xEF\xBB\xBF{\"a\":1}"), "1:1 {<1:2 a = 1:6 1>}") << "a byte order mark counts nothing";
  EXPECT_EQ(parse("\n\n\r\r\n  1"), "5:3 1");
}

TEST(Json, DecodesEscapes) {
  EXPECT_EQ(parse(R"("\"\\\/\b\f\n\r\t")"), "1:1 '\"\\/\b\f\n\r\t'");
  EXPECT_EQ(parse(R"("\u0041\u00e9\u20AC\ud83d\uDE00")"), "1:1 'Aé€😀'");
  EXPECT_EQ(parse(R"("a\u0000b")"), "1:1 'a\0b'"s);
  EXPECT_EQ(parse(R"(["\uFFFF", 1])"), "1:1 [<1:2 '\xEF\xBF\xBF'><1:12 1>]");
}

TEST(Json, LoneSurrogatesBecomeReplacements) {
  EXPECT_EQ(parse(R"("\ud83d")"), "1:1 '\xEF\xBF\xBD'");
  EXPECT_EQ(parse(R"("\ude00")"), "1:1 '\xEF\xBF\xBD'");
  EXPECT_EQ(parse(R"("\ud83dx")"), "1:1 '\xEF\xBF\xBDx'");
  EXPECT_EQ(parse(R"("\ud83d\n")"), "1:1 '\xEF\xBF\xBD\n'");
  EXPECT_EQ(parse(R"("\ud83dA")"), "1:1 '\xEF\xBF\xBD\x41'");
  EXPECT_EQ(parse(R"(["\ud83d\ud83d\ude00", 1])"), "1:1 [<1:2 '\xEF\xBF\xBD😀'><1:24 1>]");
}

TEST(Json, Numbers) {
  for (const char* good : {"0", "-0", "10", "0.0", "-0.1", "1e5", "1E+5", "1e-05", "123.456e7", "1e-400", "0e999"}) {
    EXPECT_TRUE(accepts(good)) << good;
  }
  for (const char* bad :
       {"01",   "-01", "00",  "-",        "+1",        ".5",    "5.",  "1.e5",  "1e",     "1e+", "1.5.",
        "0x10", "1_0", "NaN", "Infinity", "-Infinity", "1e5.5", "--1", "1e400", "-1e400", "१"}) {
    EXPECT_FALSE(accepts(bad)) << bad;
  }
  EXPECT_EQ(parse("3e1"), "1:1 30");
  EXPECT_EQ(parse("1e-400"), "1:1 0");
  const auto zero = parse_json_with_positions("-0");
  EXPECT_TRUE(std::signbit(std::get<double>(std::get<JsonNode>(zero).value)));
}

TEST(Json, NestingIsBounded) {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_TRUE(accepts(nested(64)));
  EXPECT_EQ(parse(nested(65)), "1:65 ! objects and arrays are nested more than 64 deep");
  EXPECT_EQ(parse(std::string(1 << 20, '[')), "1:65 ! objects and arrays are nested more than 64 deep");
  std::string objects;
  for (int i = 0; i < 65; ++i) objects += "{\"a\":";
  EXPECT_EQ(parse(objects), "1:321 ! objects and arrays are nested more than 64 deep");
}

struct SyntaxCase {
  std::string text;
  std::string expected;
};

TEST(Json, ErrorsSayWhatWasFoundAndWhatWasExpected) {
  const std::vector<SyntaxCase> cases{
      {"", "1:1 ! expected a value, found the end of the file"},
      {"  \n ", "2:2 ! expected a value, found the end of the file"},
      {"\xEF\xBB\xBF", "1:1 ! expected a value, found the end of the file"},
      {"{", "1:2 ! expected a key in double quotes or `}`, found the end of the file"},
      {"{\"a\"", "1:5 ! expected `:` after the key, found the end of the file"},
      {"{\"a\" 1}", "1:6 ! expected `:` after the key, found `1`"},
      {"{\"a\":}", "1:6 ! expected a value after `:`, found `}`"},
      {"{\"a\":1", "1:7 ! expected `,` or `}`, found the end of the file"},
      {"{\"a\":1\n\"b\":2}", "2:1 ! expected `,` or `}`, found `\"`"},
      {"{\"a\":1,\n}", "2:1 ! expected a key in double quotes after `,`, found `}`"},
      {"{a:1}", "1:2 ! expected a key in double quotes or `}`, found `a`"},
      {"{'a':1}", "1:2 ! expected a key in double quotes or `}`, found `'`"},
      {"{1:1}", "1:2 ! expected a key in double quotes or `}`, found `1`"},
      {"[", "1:2 ! expected a value or `]`, found the end of the file"},
      {"[1,]", "1:4 ! expected a value after `,`, found `]`"},
      {"[,1]", "1:2 ! expected a value or `]`, found `,`"},
      {"[1 2]", "1:4 ! expected `,` or `]`, found `2`"},
      {"[1}", "1:3 ! expected `,` or `]`, found `}`"},
      {"1 2", "1:3 ! expected the end of the file, found `2`"},
      {"{}}", "1:3 ! expected the end of the file, found `}`"},
      {"{} // x", "1:4 ! expected the end of the file, found `/` (JSON has no comments)"},
      {"[ /* x */ ]", "1:3 ! expected a value or `]`, found `/` (JSON has no comments)"},
      {"# x", "1:1 ! expected a value, found `#` (JSON has no comments)"},
      {"True", "1:1 ! expected a value, found `T`"},
      {"tru", "1:1 ! expected a value, found `tru`"},
      {"nulls", "1:1 ! expected a value, found `nulls`"},
      {"undefined", "1:1 ! expected a value, found `u`"},
      {"`x`", "1:1 ! expected a value, found a back-tick"},
      {"€", "1:1 ! expected a value, found `€`"},
      {"\xC2\xA0"
       "1",
       "1:1 ! expected a value, found `\xC2\xA0`"},
      {"\v1", "1:1 ! expected a value, found the control character 0x0B"},
      {"\xFF", "1:1 ! expected a value, found the byte 0xFF, which is not UTF-8"},
      {"\xFE\xFF\0{"s, "1:1 ! expected a value, found the byte 0xFE, which is not UTF-8"},
      {"01", "1:1 ! a number may not begin with a superfluous `0`"},
      {"[-]", "1:3 ! expected a digit after `-`, found `]`"},
      {"[1.]", "1:4 ! expected a digit after the decimal point, found `]`"},
      {"[1e+]", "1:5 ! expected a digit in the exponent, found `]`"},
      {"[1, 1e999]", "1:5 ! the number `1e999` is too large"},
      {"[\"ab", "1:2 ! the string that begins here is never closed"},
      {"[\"ab\n\"]", "1:5 ! a string ends on its line; write a line break as `\\n`"},
      {"\"\t\"", "1:2 ! found the control character 0x09 in a string"},
      {"\"\0\""s, "1:2 ! found the control character 0x00 in a string"},
      {"\"ä\xC0\x80\"", "1:3 ! found the byte 0xC0, which is not UTF-8 in a string"},
      {"\"\xED\xA0\x80\"", "1:2 ! found the byte 0xED, which is not UTF-8 in a string"},
      {R"("a\x")", R"(1:3 ! a backslash in a string begins one of \" \\ \/ \b \f \n \r \t \uXXXX)"},
      {R"("\)", R"(1:2 ! a backslash in a string begins one of \" \\ \/ \b \f \n \r \t \uXXXX)"},
      {R"("\u12G4")", "1:2 ! `\\u` in a string needs four hexadecimal digits"},
      {R"("\u123)", "1:2 ! `\\u` in a string needs four hexadecimal digits"},
      {"nul\0"s, "1:1 ! expected a value, found `nul`"},
      {"1\0"s, "1:2 ! expected the end of the file, found the control character 0x00"},
  };
  for (const SyntaxCase& each : cases) EXPECT_EQ(parse(each.text), each.expected) << each.text;
}

// Random near-JSON, judged by another implementation.
TEST(Json, AgreesWithAnotherParserOnWhatIsJson) {
  const std::vector<std::string> pieces{"{",       "}",           "[",    "]",    ",",    ":",     "\"a\"", "\"\"",
                                        "1",       "-0.5",        "1e3",  "true", "null", "false", "\n",    " ",
                                        "\"\\n\"", "\"\\u00e9\"", "0",    "01",   "-",    ".",     "\"",    "\\",
                                        "\"ä\"",   "\xFF",        "\x01", "'",    "/",    "t"};
  std::mt19937 random(20250203);
  int accepted = 0;
  for (int i = 0; i < 60'000; ++i) {
    std::string text;
    const std::size_t length = 1 + random() % 7;
    for (std::size_t j = 0; j < length; ++j) text += pieces[random() % (random() % 2 == 0 ? 20 : pieces.size())];
    const bool expected = nlohmann::json::accept(text);
    EXPECT_EQ(accepts(text), expected) << text;
    accepted += expected ? 1 : 0;
  }
  EXPECT_GT(accepted, 1000);
}

void mutate(std::string& text, std::mt19937& random) {
  constexpr std::string_view kBytes = "{}[],:\"\\ \n0123456789.eE+-truefalsn\xC3\xFF";
  const std::size_t where = random() % text.size();
  switch (random() % 3) {
    case 0:
      text.erase(where, 1);
      break;
    case 1:
      text.insert(text.begin() + static_cast<std::ptrdiff_t>(where), kBytes[random() % kBytes.size()]);
      break;
    default:
      text[where] = kBytes[random() % kBytes.size()];
  }
}

nlohmann::json to_nlohmann(const JsonNode& node) {
  if (const bool* value = std::get_if<bool>(&node.value)) return *value;
  if (const double* value = std::get_if<double>(&node.value)) return *value;
  if (const std::string* value = std::get_if<std::string>(&node.value)) return *value;
  if (const JsonArray* elements = std::get_if<JsonArray>(&node.value)) {
    nlohmann::json result = nlohmann::json::array();
    for (const JsonNode& element : *elements) result.push_back(to_nlohmann(element));
    return result;
  }
  if (const JsonObject* members = std::get_if<JsonObject>(&node.value)) {
    nlohmann::json result = nlohmann::json::object();
    for (const JsonMember& member : *members) result[member.key] = to_nlohmann(member.value.at(0));
    return result;
  }
  return nullptr;
}

TEST(Json, AgreesWithAnotherParserOnDamagedDocuments) {
  const std::string document =
      "{\"metrics\": {\"loc\": {\"$ref\": \"loc\", \"timeout\": 3e1}, \"ä\": [1, -2.5, true, null]},\n \"x\": "
      "\"a\\n\\u20ac\"}";
  std::mt19937 random(42);
  int accepted = 0;
  for (int i = 0; i < 30'000; ++i) {
    std::string text = document;
    for (std::size_t times = 1 + random() % 3; times > 0; --times) mutate(text, random);
    const auto ours = parse_json_with_positions(text);
    const nlohmann::json theirs = nlohmann::json::parse(text, nullptr, false);
    const auto* node = std::get_if<JsonNode>(&ours);
    ASSERT_EQ(node != nullptr, !theirs.is_discarded()) << text;
    if (node == nullptr) continue;
    ++accepted;
    EXPECT_EQ(to_nlohmann(*node), theirs) << text;
  }
  EXPECT_GT(accepted, 3000);
}

}  // namespace
}  // namespace unentropy
