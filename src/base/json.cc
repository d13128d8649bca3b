#include "base/json.h"

#include <array>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/text.h"
#include "base/utf8.h"

namespace unentropy {
namespace {

constexpr int kMaxDepth = 64;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

void append_utf8(std::string& text, char32_t c) {
  const auto byte = [&](char32_t value) { text += static_cast<char>(static_cast<unsigned char>(value)); };
  if (c < 0x80) {
    byte(c);
  } else if (c < 0x800) {
    byte(0xC0 | (c >> 6));
    byte(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    byte(0xE0 | (c >> 12));
    byte(0x80 | ((c >> 6) & 0x3F));
    byte(0x80 | (c & 0x3F));
  } else {
    byte(0xF0 | (c >> 18));
    byte(0x80 | ((c >> 12) & 0x3F));
    byte(0x80 | ((c >> 6) & 0x3F));
    byte(0x80 | (c & 0x3F));
  }
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Recursive descent. The first fault is thrown as a JsonSyntaxError and becomes the result at the top.
class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {
    if (text_.starts_with(kByteOrderMark)) text_.remove_prefix(kByteOrderMark.size());
  }

  JsonNode parse() {
    skip_white_space();
    JsonNode root = value(0, "a value");
    skip_white_space();
    if (!at_end()) unexpected("the end of the file");
    return root;
  }

 private:
  bool at_end() const { return offset_ == text_.size(); }
  char peek() const { return at_end() ? '\0' : text_[offset_]; }

  // Columns count code points, so what continues one does not count. `\r\n` is one line end.
  void step() {
    const auto c = static_cast<unsigned char>(text_[offset_++]);
    if (c == '\n' || (c == '\r' && peek() != '\n')) {
      ++position_.line;
      position_.column = 1;
    } else if (c != '\r' && (c & 0xC0U) != 0x80U) {
      ++position_.column;
    }
  }

  void step(std::size_t count) {
    while (count-- > 0) step();
  }

  void skip_white_space() {
    while (!at_end() && (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r')) step();
  }

  [[noreturn]] void fail(std::string message) const { throw JsonSyntaxError{position_, std::move(message)}; }

  std::string found() const {
    if (at_end()) return "the end of the file";
    const Utf8Step next = decode_utf8(text_, offset_);
    const auto byte = static_cast<unsigned char>(peek());
    if (!next.valid) return fmt::format("the byte 0x{:02X}, which is not UTF-8", byte);
    if (next.code_point < 0x20 || next.code_point == 0x7F) return fmt::format("the control character 0x{:02X}", byte);
    if (next.code_point == '`') return "a back-tick";
    return fmt::format("`{}`", text_.substr(offset_, next.length));
  }

  [[noreturn]] void unexpected(std::string_view expected) const {
    const bool comment = peek() == '/' || peek() == '#';
    fail(fmt::format("expected {}, found {}{}", expected, found(), comment ? " (JSON has no comments)" : ""));
  }

  JsonNode value(int depth, std::string_view expected) {
    JsonNode node;
    node.position = position_;
    switch (peek()) {
      case '{':
        node.value = object(depth + 1);
        break;
      case '[':
        node.value = array(depth + 1);
        break;
      case '"':
        node.value = string();
        break;
      case 't':
        word("true");
        node.value = true;
        break;
      case 'f':
        word("false");
        node.value = false;
        break;
      case 'n':
        word("null");
        node.value = JsonNull{};
        break;
      default:
        if (peek() != '-' && !is_digit(peek())) unexpected(expected);
        node.value = number();
    }
    return node;
  }

  void enter(int depth) {
    if (depth > kMaxDepth) fail(fmt::format("objects and arrays are nested more than {} deep", kMaxDepth));
    step();
    skip_white_space();
  }

  JsonObject object(int depth) {
    JsonObject members;
    enter(depth);
    if (peek() == '}') {
      step();
      return members;
    }
    std::string_view expected_key = "a key in double quotes or `}`";
    while (true) {
      if (peek() != '"') unexpected(expected_key);
      JsonMember member;
      member.key_position = position_;
      member.key = string();
      skip_white_space();
      if (peek() != ':') unexpected("`:` after the key");
      step();
      skip_white_space();
      member.value.push_back(value(depth, "a value after `:`"));
      members.push_back(std::move(member));
      skip_white_space();
      if (peek() == '}') break;
      if (peek() != ',') unexpected("`,` or `}`");
      step();
      skip_white_space();
      expected_key = "a key in double quotes after `,`";
    }
    step();
    return members;
  }

  JsonArray array(int depth) {
    JsonArray elements;
    enter(depth);
    if (peek() == ']') {
      step();
      return elements;
    }
    std::string_view expected = "a value or `]`";
    while (true) {
      elements.push_back(value(depth, expected));
      skip_white_space();
      if (peek() == ']') break;
      if (peek() != ',') unexpected("`,` or `]`");
      step();
      skip_white_space();
      expected = "a value after `,`";
    }
    step();
    return elements;
  }

  void word(std::string_view name) {
    const std::string_view rest = text_.substr(offset_);
    std::size_t length = 0;
    while (length < rest.size() && ((rest[length] | 0x20) >= 'a' && (rest[length] | 0x20) <= 'z')) ++length;
    if (rest.substr(0, length) != name) {
      fail(fmt::format("expected a value, found `{}`", single_line(rest.substr(0, length), 40)));
    }
    step(name.size());
  }

  std::size_t digits(std::size_t from) const {
    std::size_t end = from;
    while (end < text_.size() && is_digit(text_[end])) ++end;
    return end;
  }

  double number() {
    const auto at = [&](std::size_t index) { return index < text_.size() ? text_[index] : '\0'; };
    const auto need_digits = [&](std::size_t from, std::string_view where) {
      const std::size_t end = digits(from);
      if (end > from) return end;
      step(from - offset_);
      unexpected(fmt::format("a digit {}", where));
    };
    const std::size_t begin = offset_;
    const std::size_t whole = begin + (peek() == '-' ? 1 : 0);
    std::size_t end = need_digits(whole, "after `-`");
    if (at(whole) == '0' && end > whole + 1) fail("a number may not begin with a superfluous `0`");
    if (at(end) == '.') end = need_digits(end + 1, "after the decimal point");
    if (at(end) == 'e' || at(end) == 'E') {
      const bool sign = at(end + 1) == '+' || at(end + 1) == '-';
      end = need_digits(end + (sign ? 2 : 1), "in the exponent");
    }
    const std::string_view text = text_.substr(begin, end - begin);
    const std::optional<double> result = parse_double(text);
    if (!result) fail(fmt::format("the number `{}` is too large", single_line(text, 40)));
    step(end - begin);
    return *result;
  }

  std::string string() {
    const TextPosition opening = position_;
    std::string result;
    step();
    while (true) {
      if (at_end()) throw JsonSyntaxError{opening, "the string that begins here is never closed"};
      const char c = peek();
      if (c == '"') break;
      if (c == '\n' || c == '\r') fail("a string ends on its line; write a line break as `\\n`");
      if (c == '\\') {
        escape(result);
        continue;
      }
      const Utf8Step next = decode_utf8(text_, offset_);
      if (!next.valid || next.code_point < 0x20) fail("found " + found() + " in a string");
      result += text_.substr(offset_, next.length);
      step(next.length);
    }
    step();
    return result;
  }

  void escape(std::string& result) {
    constexpr std::string_view kNames = "\"\\/bfnrt";
    constexpr std::string_view kValues = "\"\\/\b\f\n\r\t";
    const char name = offset_ + 1 < text_.size() ? text_[offset_ + 1] : '\0';
    if (name == 'u') {
      append_utf8(result, unicode_escape());
      return;
    }
    const std::size_t index = name != '\0' ? kNames.find(name) : std::string_view::npos;
    if (index == std::string_view::npos)
      fail("a backslash in a string begins one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX");
    result += kValues[index];
    step(2);
  }

  // A half of a surrogate pair, which the grammar allows, becomes U+FFFD, because no UTF-8 can hold it.
  char32_t unicode_escape() {
    const char32_t first = code_unit();
    if (first < 0xD800 || first > 0xDFFF) return first;
    if (first > 0xDBFF || !text_.substr(offset_).starts_with("\\u")) return 0xFFFD;
    const std::size_t offset = offset_;
    const TextPosition position = position_;
    const char32_t second = code_unit();
    if (second >= 0xDC00 && second <= 0xDFFF) return 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
    offset_ = offset;
    position_ = position;
    return 0xFFFD;
  }

  char32_t code_unit() {
    char32_t result = 0;
    for (std::size_t i = 2; i < 6; ++i) {
      const char c = offset_ + i < text_.size() ? text_[offset_ + i] : '\0';
      const char letter = static_cast<char>(c | 0x20);
      const bool hexadecimal = is_digit(c) || (letter >= 'a' && letter <= 'f');
      if (!hexadecimal) fail("`\\u` in a string needs four hexadecimal digits");
      result = result * 16 + static_cast<char32_t>(is_digit(c) ? c - '0' : letter - 'a' + 10);
    }
    step(6);
    return result;
  }

  std::string_view text_;
  std::size_t offset_ = 0;
  TextPosition position_;
};

}  // namespace

std::variant<JsonNode, JsonSyntaxError> parse_json_with_positions(std::string_view text) {
  try {
    return Parser(text).parse();
  } catch (const JsonSyntaxError& error) {
    return error;
  }
}

}  // namespace unentropy
