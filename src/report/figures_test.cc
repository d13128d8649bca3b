#include "report/figures.h"

#include <gtest/gtest.h>

namespace unentropy {
namespace {

std::string told(const Change& change) {
  const std::string relative = change.relative.empty() ? "" : " " + change.relative;
  return change.arrow + " " + change.text + relative + " " + std::string(to_string(change.tone));
}

NumberStatistics between(double first, double last) { return {2, first, last, 0, 0, 0}; }

TEST(Trend, IsRelativeToTheMagnitudeOfTheFirstValue) {
  EXPECT_EQ(told(trend(between(12, 18), "integer", std::nullopt)), "↑ 50.0% flat");
  EXPECT_EQ(told(trend(between(-10, -5), "integer", std::nullopt)), "↑ 50.0% flat");
  EXPECT_EQ(told(trend(between(80, 60), "percent", Direction::higher_is_better)), "↓ 25.0% bad");
}

TEST(Trend, F127_OfASinglePointIsNotAvailable) {
  EXPECT_EQ(told(trend({1, 5, 5, 5, 5, 5}, "integer", Direction::higher_is_better)), " N/A flat");
}

TEST(Trend, FromZeroIsTheAbsoluteChange) {
  EXPECT_EQ(told(trend(between(0, 2048), "bytes", Direction::lower_is_better)), "↑ +2 KB bad");
  EXPECT_EQ(told(trend(between(0, 0), "bytes", Direction::lower_is_better)), "→ stable flat");
}

TEST(Trend, BelowAHundredthOfAPercentIsStable) {
  EXPECT_EQ(told(trend(between(100'000, 100'009), "integer", Direction::lower_is_better)), "→ stable flat");
  EXPECT_EQ(told(trend(between(100'000, 100'011), "integer", Direction::lower_is_better)), "↑ 0.0% bad");
}

TEST(Difference, F125_ItsColourFollowsTheDirectionOfTheMetric) {
  EXPECT_EQ(told(difference(80, 81, "percent", Direction::higher_is_better)), "↑ +1.0% good");
  EXPECT_EQ(told(difference(80, 79, "percent", Direction::higher_is_better)), "↓ -1.0% bad");
  EXPECT_EQ(told(difference(2048, 3072, "bytes", Direction::lower_is_better)), "↑ +1 KB (+50.0%) bad");
  EXPECT_EQ(told(difference(2048, 1024, "bytes", Direction::lower_is_better)), "↓ -1 KB (-50.0%) good");
  EXPECT_EQ(told(difference(5, 6, "integer", Direction::stable)), "↑ +1 (+20.0%) bad");
  EXPECT_EQ(told(difference(5, 6, "integer", std::nullopt)), "↑ +1 (+20.0%) flat");
}

TEST(Difference, ThatRoundsToZeroIsNeitherGoodNorBad) {
  EXPECT_EQ(told(difference(80, 80.01, "percent", Direction::higher_is_better)), "→ +0.0% flat");
  EXPECT_EQ(told(difference(5, 5, "integer", Direction::lower_is_better)), "→ no change flat");
}

}  // namespace
}  // namespace unentropy
