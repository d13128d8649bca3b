#include "model/format.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <utility>

#include "base/text.h"

namespace unentropy {
namespace {

constexpr std::string_view kNoValue = "N/A";
constexpr std::string_view kInfinity = "∞";

// A magnitude as its shortest decimal digits: 0.DDD × 10^point. No digits: zero.
struct Decimal {
  std::string digits;
  int point = 0;
};

Decimal to_decimal(double magnitude) {
  Decimal result;
  const std::string text = shortest_digits(magnitude);
  const std::size_t exponent = text.find('e');
  std::string_view mantissa = std::string_view(text).substr(0, exponent);
  if (exponent != std::string::npos) result.point = std::atoi(text.c_str() + exponent + 1);
  result.point += static_cast<int>(std::min(mantissa.find('.'), mantissa.size()));
  result.digits = replace_all(mantissa, ".", "");
  const std::size_t zeros = std::min(result.digits.find_first_not_of('0'), result.digits.size());
  result.digits.erase(0, zeros);
  result.point -= static_cast<int>(zeros);
  result.digits.erase(result.digits.find_last_not_of('0') + 1);
  return result;
}

enum class Ties { up, down };  // in magnitude

// The number with exactly `places` digits after the point, without grouping.
std::string round_to(const Decimal& decimal, int places, Ties ties = Ties::up) {
  // Digits that stay; negative if even the rounding digit lies in front of the first one.
  const int kept = decimal.point + places;
  std::string digits;
  if (kept >= 0) digits = decimal.digits.substr(0, static_cast<std::size_t>(kept));
  const std::string_view rest = kept >= 0 ? std::string_view(decimal.digits).substr(digits.size()) : "";
  if (kept > 0) digits.resize(static_cast<std::size_t>(kept), '0');
  if (!rest.empty() && (rest.front() > '5' || (rest.front() == '5' && (rest.size() > 1 || ties == Ties::up)))) {
    std::size_t i = digits.size();
    while (i > 0 && digits[i - 1] == '9') digits[--i] = '0';
    if (i > 0) {
      ++digits[i - 1];
    } else {
      digits.insert(digits.begin(), '1');
    }
  }
  const auto fraction = static_cast<std::size_t>(places);
  if (digits.size() <= fraction) digits.insert(0, fraction + 1 - digits.size(), '0');
  if (fraction > 0) digits.insert(digits.size() - fraction, 1, '.');
  return digits;
}

std::string group_thousands(std::string number) {
  const std::size_t whole = std::min(number.find('.'), number.size());
  for (std::size_t i = whole; i > 3; i -= 3) number.insert(i - 3, 1, ',');
  return number;
}

std::string fixed(double magnitude, int places) { return group_thousands(round_to(to_decimal(magnitude), places)); }

double rounded(double magnitude) { return parse_double(round_to(to_decimal(magnitude), 0)).value_or(magnitude); }

std::string whole(double magnitude) { return round_to(to_decimal(magnitude), 0); }

std::string format_integer(double value) {
  return group_thousands(round_to(to_decimal(std::fabs(value)), 0, value < 0 ? Ties::down : Ties::up));
}

std::string format_bytes(double magnitude) {
  constexpr std::array<std::string_view, 3> kUnits{" KB", " MB", " GB"};
  if (magnitude < 1024 && rounded(magnitude) < 1024) return whole(magnitude) + " B";
  double quotient = magnitude;
  for (std::size_t i = 0;; ++i) {
    quotient /= 1024;
    const int places = quotient == std::floor(quotient) ? 0 : 1;
    const std::string number = round_to(to_decimal(quotient), places);
    const bool carries = parse_double(number).value_or(0) >= 1024;
    if (!carries || i + 1 == kUnits.size()) return group_thousands(number).append(kUnits[i]);
  }
}

std::string format_seconds(double magnitude) {
  if (magnitude < 1) {
    const double milliseconds = rounded(magnitude * 1000);
    if (milliseconds < 1000) return whole(milliseconds) + "ms";
  }
  const double seconds = rounded(magnitude);
  if (seconds < 60) return whole(seconds) + "s";
  if (seconds < 3600) {
    const double rest = std::fmod(seconds, 60);
    return whole((seconds - rest) / 60) + "m " + whole(rest) + "s";
  }
  const double minutes = rounded(magnitude / 60);
  const double rest = std::fmod(minutes, 60);
  return whole((minutes - rest) / 60) + "h " + whole(rest) + "m";
}

// Up to two decimals; what they would hide gets three significant digits.
std::string format_plain(double magnitude) {
  const Decimal decimal = to_decimal(magnitude);
  const bool small = magnitude > 0 && magnitude < 0.01;
  std::string text = round_to(decimal, small ? 3 - decimal.point : 2);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return group_thousands(std::move(text));
}

std::string format_magnitude(double value, std::optional<Unit> unit) {
  const double magnitude = std::fabs(value);
  if (!unit) return format_plain(magnitude);
  switch (*unit) {
    case Unit::percent:
      return fixed(magnitude, 1) + "%";
    case Unit::integer:
      return format_integer(value);
    case Unit::bytes:
      return format_bytes(magnitude);
    case Unit::duration:
      return format_seconds(magnitude);
    case Unit::decimal:
      return fixed(magnitude, 2);
  }
  return format_plain(magnitude);
}

std::string format_infinity(std::optional<Unit> unit) {
  const std::string infinity(kInfinity);
  if (unit == Unit::percent) return infinity + "%";
  if (unit == Unit::bytes) return infinity + " GB";
  if (unit == Unit::duration) return infinity + "h";
  return infinity;
}

}  // namespace

std::string format_value(double value, std::string_view unit_text) {
  if (std::isnan(value)) return std::string(kNoValue);
  const std::optional<Unit> unit = parse_unit(unit_text);
  const bool infinite = std::isinf(value);
  std::string text = infinite ? format_infinity(unit) : format_magnitude(value, unit);
  const bool visible = infinite || text.find_first_of("123456789") != std::string::npos;
  if (value < 0 && visible) text.insert(0, 1, '-');
  if (!unit && !unit_text.empty()) text.append(" ").append(unit_text);
  return text;
}

std::string format_delta(double difference, std::string_view unit) {
  std::string text = format_value(difference, unit);
  return std::isnan(difference) || text.starts_with('-') ? text : "+" + text;
}

std::optional<std::string> format_relative_change(double before, double now) {
  const double change = (now - before) / std::fabs(before) * 100;
  if (before == 0 || !std::isfinite(change)) return std::nullopt;
  return format_delta(change, to_string(Unit::percent));
}

std::string format_change(double before, double now, std::string_view unit) {
  if (before == now) return "-";
  const auto relative = unit == to_string(Unit::percent) ? std::nullopt : format_relative_change(before, now);
  return format_delta(now - before, unit) + (relative ? " (" + *relative + ")" : "");
}

}  // namespace unentropy
