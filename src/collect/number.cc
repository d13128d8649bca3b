#include "collect/number.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"

namespace unentropy {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

std::size_t count_digits(std::string_view text) {
  std::size_t count = 0;
  while (count < text.size() && is_digit(text[count])) ++count;
  return count;
}

// How many characters of `text` the number takes, 0 if it does not begin with one.
std::size_t number_length(std::string_view text) {
  std::size_t at = text.starts_with('+') || text.starts_with('-') ? 1 : 0;
  const std::size_t whole = count_digits(text.substr(at));
  at += whole;
  std::size_t fraction = 0;
  if (at < text.size() && text[at] == '.') {
    fraction = count_digits(text.substr(at + 1));
    if (whole + fraction > 0) at += 1 + fraction;
  }
  if (whole + fraction == 0) return 0;
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    std::size_t exponent = at + 1;
    if (exponent < text.size() && (text[exponent] == '+' || text[exponent] == '-')) ++exponent;
    if (const std::size_t digits = count_digits(text.substr(exponent)); digits > 0) at = exponent + digits;
  }
  return at;
}

[[noreturn]] void reject(std::string_view line, std::string_view why, std::string_view hint) {
  throw Error(ErrorKind::usage, fmt::format("`{}` is not a number: {}", single_line(line, 80), why), std::string(hint));
}

bool is_non_finite_word(std::string_view text) {
  const std::string word = to_lower(text);
  return word == "inf" || word == "infinity" || word == "nan";
}

// `1 250`: a group of exactly three digits after white space is a thousands separator, not a remark.
bool begins_with_digit_group(std::string_view text) {
  if (count_digits(text) != 3) return false;
  if (text.size() == 3 || is_space(text[3])) return true;
  // `17 250.txt` is the output of `wc`, `1 250.5` is not.
  return (text[3] == '.' || text[3] == ',') && text.size() > 4 && is_digit(text[4]);
}

// `rest` follows a number directly.
[[noreturn]] void reject_tail(std::string_view line, std::string_view rest) {
  constexpr std::string_view kBare = "print a bare number in the metric's unit";
  const char c = rest.front();
  const bool digit_follows = rest.size() > 1 && is_digit(rest[1]);
  if (c == ',') {
    reject(line, "decimal comma or thousands separator", "print the number with `.` and without separators");
  }
  if ((c == '_' || c == '\'') && digit_follows) {
    reject(line, "thousands separator", "print the number without separators");
  }
  if (c == '.' || c == ':' || c == '-' || c == '/') {
    reject(line, fmt::format("`{}` after the number", single_line(rest, 20)),
           "a version, time or date is no number; use a metric of type `label`");
  }
  if (line.starts_with("0x") || line.starts_with("0X") || line.starts_with("0b") || line.starts_with("0B") ||
      line.starts_with("0o")) {
    reject(line, "not decimal", "print the number in decimal");
  }
  reject(line, fmt::format("`{}` after the number", single_line(rest, 20)), kBare);
}

// Whether a number out of a double's range is too small rather than too large: std::from_chars does not say.
bool is_below_one(std::string_view text) {
  const std::size_t mark = text.find_first_of("eE");
  const std::string_view mantissa = text.substr(0, mark);
  const std::string_view exponent = mark == std::string_view::npos ? "0" : text.substr(mark + 1);
  const std::size_t first = mantissa.find_first_of("123456789");
  if (first == std::string_view::npos) return true;
  const std::size_t point = std::min(mantissa.find('.'), mantissa.size());
  long long power = 0;
  const bool negative = exponent.starts_with('-');
  const std::string_view digits = exponent.substr(exponent.find_first_of("0123456789"));
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), power);
  if (error != std::errc()) return negative;
  return static_cast<long long>(point) - static_cast<long long>(first) + (negative ? -power : power) < 0;
}

double to_double(std::string_view line, std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::result_out_of_range) {
    if (is_below_one(text)) return 0;
    reject(line, "not finite", "a value must be finite");
  }
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) {
    reject(line, "not finite", "a value must be finite");
  }
  return value == 0 ? 0 : value;  // no -0
}

}  // namespace

std::optional<std::string_view> first_line(std::string_view output) {
  while (!output.empty()) {
    const std::size_t end = output.find_first_of("\n\r");
    const std::string_view line = trim(output.substr(0, end));
    if (!line.empty()) return line;
    if (end == std::string_view::npos) break;
    output.remove_prefix(end + 1);
  }
  return std::nullopt;
}

ParsedNumber parse_number_line(std::string_view line) {
  const std::size_t length = number_length(line);
  if (length == 0) {
    const std::string_view unsigned_text = line.substr(line.starts_with('+') || line.starts_with('-') ? 1 : 0);
    if (is_non_finite_word(unsigned_text)) reject(line, "not finite", "a value must be finite");
    reject(line, "it does not begin with a digit", "print the number first, on the first line that is not blank");
  }
  std::string_view rest = line.substr(length);
  const std::string_view after_space = trim(rest);
  if (after_space.starts_with('%')) rest = after_space.substr(1);
  if (rest.empty()) return {to_double(line, line.substr(0, length)), {}};
  if (!is_space(rest.front())) reject_tail(line, rest);
  const std::string_view remark = trim(rest);
  if (begins_with_digit_group(remark)) {
    reject(line, "a space as thousands separator", "print the number without separators");
  }
  return {to_double(line, line.substr(0, length)), single_line(remark, 80)};
}

ParsedLabel parse_label_line(std::string_view line) {
  const std::string text = to_valid_utf8(line);
  const std::string_view kept = utf8_prefix(text, kMaxLabelLength);
  return {std::string(kept), kept.size() < text.size()};
}

}  // namespace unentropy
