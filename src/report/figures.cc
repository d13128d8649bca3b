#include "report/figures.h"

#include <cmath>

#include "model/format.h"

namespace unentropy {
namespace {

constexpr double kStablePercent = 0.01;

Tone tone_of(double change, std::optional<Direction> direction) {
  if (change == 0 || !direction) {
    return Tone::neutral;
  }
  switch (*direction) {
    case Direction::higher_is_better:
      return change > 0 ? Tone::good : Tone::bad;
    case Direction::lower_is_better:
      return change < 0 ? Tone::good : Tone::bad;
    case Direction::stable:
      return Tone::bad;
  }
  return Tone::neutral;
}

std::string arrow_of(double change) { return change > 0 ? "↑" : change < 0 ? "↓" : "→"; }

}  // namespace

std::string_view to_string(Tone tone) {
  switch (tone) {
    case Tone::good:
      return "good";
    case Tone::bad:
      return "bad";
    case Tone::neutral:
      break;
  }
  return "flat";
}

Change difference(double before, double now, std::string_view unit, std::optional<Direction> direction) {
  const double change = now - before;
  if (change == 0) {
    return {arrow_of(0), "no change", "", Tone::neutral};
  }
  const std::string text = format_delta(change, unit);
  std::string relative;
  if (parse_unit(unit) != Unit::percent) {
    if (const auto percent = format_relative_change(before, now)) {
      relative = "(" + *percent + ")";
    }
  }
  // What rounds to zero in every figure shown is neither good nor bad.
  const double shown = (text + relative).find_first_of("123456789") == std::string::npos ? 0 : change;
  return {arrow_of(shown), text, relative, tone_of(shown, direction)};
}

Change trend(const NumberStatistics& statistics, std::string_view unit, std::optional<Direction> direction) {
  if (statistics.count < 2) {
    return {"", "N/A", "", Tone::neutral};
  }
  const double change = statistics.last - statistics.first;
  if (change == 0) {
    return {"→", "stable", "", Tone::neutral};
  }
  if (statistics.first == 0) {
    return {arrow_of(change), format_delta(change, unit), "", tone_of(change, direction)};
  }
  const double percent = change / std::abs(statistics.first) * 100;
  if (std::abs(percent) < kStablePercent) {
    return {"→", "stable", "", Tone::neutral};
  }
  return {arrow_of(change), format_value(std::abs(percent), "percent"), "", tone_of(change, direction)};
}

}  // namespace unentropy
