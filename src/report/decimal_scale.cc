#include "report/decimal_scale.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

#include "model/metric.h"

namespace unentropy {
namespace {

// Powers up to here are exact doubles, which the promise of `DecimalScale` rests on.
constexpr int kMaxDecimals = 15;
constexpr double kMaxExactSteps = 9007199254740991.0;  // 2^53 - 1, what the page's script can count
// Sums over a bucket must fit 64 bits as well.
constexpr double kMaxThinnedSteps = 0x1p44;
// A chart shows a few hundred pixels; zooming into a part of the values still needs digits to show.
constexpr double kResolvedSteps = 5000;

double power_of_ten(int exponent) {
  static constexpr std::array<double, 23> kPowers{1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                  1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                                  1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
  return exponent < static_cast<int>(kPowers.size()) ? kPowers[static_cast<std::size_t>(exponent)]
                                                     : std::pow(10.0, exponent);
}

// Digits after the point that the format of a unit can show, and one more.
int shown_decimals(std::string_view unit) {
  const auto known = parse_unit(unit);
  if (!known) {
    return 3;
  }
  switch (*known) {
    case Unit::bytes:
      return 0;
    case Unit::integer:
      return 1;
    case Unit::percent:
      return 2;
    case Unit::decimal:
      return 3;
    case Unit::duration:
      return 4;
  }
  return 3;
}

}  // namespace

DecimalScale::DecimalScale(int exponent) : exponent_(exponent), power_(power_of_ten(std::abs(exponent))) {}

std::int64_t DecimalScale::steps(double value) const {
  const double scaled = exponent_ < 0 ? value * power_ : value / power_;
  if (std::isnan(scaled)) {
    return 0;  // a sum of values near the end of the double range
  }
  return static_cast<std::int64_t>(std::llround(std::clamp(scaled, -0x1p62, 0x1p62)));
}

double DecimalScale::value(std::int64_t steps) const {
  const auto number = static_cast<double>(steps);
  return exponent_ < 0 ? number / power_ : number * power_;
}

void DecimalScaleFinder::add(double value) {
  minimum_ = any_ ? std::min(minimum_, value) : value;
  maximum_ = any_ ? std::max(maximum_, value) : value;
  any_ = true;
  while (exact_) {
    const double power = power_of_ten(decimals_);
    const double scaled = std::round(value * power);
    const bool fits = std::abs(scaled) <= kMaxExactSteps;
    if (fits && scaled / power == value) return;  // a negative zero may become zero, which is how it is shown
    exact_ = fits && ++decimals_ <= kMaxDecimals;
  }
}

std::optional<DecimalScale> DecimalScaleFinder::lossless() const {
  const double largest = std::max(std::abs(minimum_), std::abs(maximum_)) * power_of_ten(std::min(decimals_, 22));
  if (!exact_ || largest > kMaxExactSteps) {
    return std::nullopt;
  }
  return DecimalScale(-decimals_);
}

DecimalScale DecimalScaleFinder::thinned(std::string_view unit) const {
  const double largest = std::max(std::abs(minimum_), std::abs(maximum_));
  const double range = maximum_ / 2 - minimum_ / 2;
  int decimals = shown_decimals(unit);
  if (range > 0) {
    decimals = std::max(decimals, static_cast<int>(std::ceil(std::log10(kResolvedSteps / 2 / range))));
  } else if (largest > 0) {
    decimals = std::max(decimals, static_cast<int>(std::ceil(std::log10(kResolvedSteps / largest))));
  }
  if (exact_) {
    decimals = std::min(decimals, decimals_);
  }
  if (largest > 0) {
    decimals = std::min(decimals, static_cast<int>(std::floor(std::log10(kMaxThinnedSteps / largest))));
  }
  return DecimalScale(-std::clamp(decimals, -308, 300));
}

}  // namespace unentropy
