#include "report/decimal_scale.h"

#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "report/seeded_random.h"

namespace unentropy {
namespace {

DecimalScaleFinder finder_for(const std::vector<double>& values) {
  DecimalScaleFinder finder;
  for (const double value : values) {
    finder.add(value);
  }
  return finder;
}

TEST(LosslessScale, UsesAsManyDecimalsAsTheValuesHave) {
  EXPECT_EQ(finder_for({1, 200, -3}).lossless()->exponent(), 0);
  EXPECT_EQ(finder_for({1.5, 2.25, 3}).lossless()->exponent(), -2);
  EXPECT_EQ(finder_for({0.1, 0.00042}).lossless()->exponent(), -5);
}

TEST(LosslessScale, ReadsEveryDecimalFigureBack) {
  SeededRandom random(1);
  for (int decimals = 0; decimals <= 9; ++decimals) {
    std::vector<double> values;
    for (int i = 0; i < 2000; ++i) {
      const double steps = std::floor((random.uniform() - 0.5) * 2e8);
      values.push_back(steps / std::pow(10.0, decimals));
    }
    const auto scale = finder_for(values).lossless();
    ASSERT_TRUE(scale) << decimals;
    for (const double value : values) {
      EXPECT_EQ(scale->value(scale->steps(value)), value);
    }
  }
}

TEST(LosslessScale, DoesNotPretendToHoldOtherNumbers) {
  EXPECT_FALSE(finder_for({1.0 / 3}).lossless());
  EXPECT_FALSE(finder_for({1e300}).lossless());
  EXPECT_FALSE(finder_for({9007199254740993e3}).lossless());
  // Each fits alone, but not in common steps.
  EXPECT_FALSE(finder_for({9e14, 0.001}).lossless());
}

TEST(ThinnedScale, IsExactForFiguresWithFewDigits) {
  EXPECT_EQ(finder_for({80, 81.25, 79.5}).thinned("percent").exponent(), -2);
  EXPECT_EQ(finder_for({412'000, 508'366}).thinned("bytes").exponent(), 0);
}

TEST(ThinnedScale, KeepsMoreDigitsThanAreShown) {
  SeededRandom random(2);
  for (const double size : {1e-9, 1e-3, 1.0, 1e6, 1e12}) {
    std::vector<double> values;
    for (int i = 0; i < 500; ++i) {
      values.push_back(size * (1 + random.uniform()));
    }
    const DecimalScale scale = finder_for(values).thinned("");
    for (const double value : values) {
      EXPECT_NEAR(scale.value(scale.steps(value)), value, size / 5000) << size;
    }
  }
}

TEST(ThinnedScale, SurvivesTheEndsOfTheRange) {
  const double largest = std::numeric_limits<double>::max();
  const double smallest = std::numeric_limits<double>::denorm_min();
  for (const std::vector<double>& values :
       {std::vector<double>{largest, -largest}, {smallest, 0}, {largest, smallest}, {0, -0.0}, {largest}}) {
    const DecimalScale scale = finder_for(values).thinned("decimal");
    for (const double value : values) {
      EXPECT_NEAR(scale.value(scale.steps(value)) / largest, value / largest, 1e-9);
    }
  }
}

}  // namespace
}  // namespace unentropy
