// Values as whole numbers of a power of ten: short to store, and exact for decimal figures.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace unentropy {

// Steps of 10^exponent. Reading back is `steps / 10^-exponent` for a negative exponent, else `steps × 10^exponent`,
// each one correctly rounded operation, so that a decimal figure of up to fifteen digits returns unchanged.
class DecimalScale {
 public:
  explicit DecimalScale(int exponent);

  int exponent() const { return exponent_; }
  std::int64_t steps(double value) const;
  double value(std::int64_t steps) const;

 private:
  int exponent_;
  double power_;  // 10^|exponent|
};

// Looks at values one by one and tells which scale suits them all.
class DecimalScaleFinder {
 public:
  void add(double value);

  // A scale from which every value added reads back to the same double, if there is one.
  std::optional<DecimalScale> lossless() const;
  // The lossless scale, or a coarser one if that has more digits than the unit ever shows and a chart can resolve.
  DecimalScale thinned(std::string_view unit) const;

 private:
  int decimals_ = 0;  // that all values so far need
  bool exact_ = true;
  bool any_ = false;
  double minimum_ = 0;
  double maximum_ = 0;
};

}  // namespace unentropy
