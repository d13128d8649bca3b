#include "report/sparkline.h"

#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/testing/sample_history.h"

namespace unentropy {
namespace {

using testing::HasSubstr;

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

std::string drawn(const std::vector<double>& numbers) {
  HistoryData history;
  history.builds.resize(numbers.size());
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    history.builds[i].timestamp = Instant(std::chrono::milliseconds(1000 * static_cast<int>(i)));
  }
  HistorySeries series;
  series.metric_key = "m";
  series.numbers = numbers;
  HistorySeries always = series;
  always.metric_key = "always";
  always.numbers.assign(numbers.size(), 1);
  history.series = {series, always};
  const auto layout = lay_out({}, history.series, {}, {});
  const Dataset dataset(history, layout.metrics);
  return sparkline_svg(dataset, history.series[0], 1);
}

TEST(Sparkline, DrawsALineFromTheFirstToTheLastBuild) {
  EXPECT_EQ(drawn({1, 2, 3}),
            R"(<svg class="spark k1" viewBox="0 0 160 40" preserveAspectRatio="none" aria-hidden="true">)"
            R"(<path d="M0 38L81 20 160 2"/></svg>)");
}

TEST(Sparkline, BreaksWhereABuildHasNoValueAndDotsWhatStandsAlone) {
  EXPECT_THAT(drawn({1, 1, kNone, 3, kNone, 2, 2}), HasSubstr(R"(d="M0 38L26 38M81 2h0M133 20L160 20")"));
  EXPECT_THAT(drawn({5}), HasSubstr(R"(d="M81 20h0")"));
}

TEST(Sparkline, IsEmptyWithoutValues) { EXPECT_EQ(drawn({kNone, kNone}), ""); }

TEST(Sparkline, ASingleSpikeAmongThousandsIsVisible) {
  std::vector<double> numbers(20'000, 10);
  numbers[7777] = 1000;
  EXPECT_THAT(drawn(numbers), HasSubstr(" 2 "));
  const std::string svg = drawn(numbers);
  EXPECT_LT(svg.size(), 2000U);
}

TEST(LabelBar, SharesTheWidthByBuilds) {
  HistoryData history;
  history.builds.resize(4);
  HistorySeries series;
  series.metric_key = "m";
  series.type = MetricType::label;
  series.labels = {"a", "b"};
  series.label_indexes = {0, 1, 1, 1};
  history.series = {series};
  const auto layout = lay_out({}, history.series, {}, {});
  const Dataset dataset(history, layout.metrics);
  EXPECT_THAT(
      label_bar_svg(dataset, history.series[0]),
      HasSubstr(R"(<rect class="f1" x="0.0" width="120.0" height="40"/><rect class="f2" x="120.0" width="40.0")"));
}

}  // namespace
}  // namespace unentropy
