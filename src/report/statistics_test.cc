#include "report/statistics.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "report/testing/sample_history.h"

namespace unentropy {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

HistoryData one_series(const std::vector<double>& numbers, std::chrono::hours apart = std::chrono::hours(1)) {
  HistoryData history;
  history.branch = "main";
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    HistoryBuild build;
    build.id = static_cast<std::int64_t>(i);
    build.timestamp = Instant(std::chrono::milliseconds(1'700'000'000'000)) + apart * static_cast<int>(i);
    history.builds.push_back(build);
  }
  HistorySeries series;
  series.metric_key = "m";
  series.numbers = numbers;
  history.series.push_back(series);
  return history;
}

std::vector<ShownMetric> metric_m() { return {ShownMetric{"m", "m", "", "", MetricType::numeric, {}, {}}}; }

TEST(NumberStatistics, F126_LatestMinimumMaximumMeanOfTheReferenceExample) {
  const HistoryData history = one_series({12, 15, 9, 18});
  const Dataset dataset(history, metric_m());
  const NumberStatistics s = number_statistics(dataset, history.series[0], 0);
  EXPECT_EQ(s.count, 4U);
  EXPECT_EQ(s.first, 12);
  EXPECT_EQ(s.last, 18);
  EXPECT_EQ(s.minimum, 9);
  EXPECT_EQ(s.maximum, 18);
  EXPECT_EQ(s.mean, 13.5);
}

TEST(NumberStatistics, LeavesOutMissingAndInfiniteValues) {
  const HistoryData history = one_series({kNone, 4, kInfinity, 8, -kInfinity, kNone});
  const Dataset dataset(history, metric_m());
  EXPECT_EQ(dataset.size(), 2U) << "builds without any value are not shown";
  const NumberStatistics s = number_statistics(dataset, history.series[0], 0);
  EXPECT_EQ(s.count, 2U);
  EXPECT_EQ(s.mean, 6);
  EXPECT_EQ(s.maximum, 8);
}

TEST(NumberStatistics, TheMeanOfMillionsOfValuesIsExact) {
  std::vector<double> numbers(1'000'000, 0.1);
  numbers.push_back(1e16);
  numbers.push_back(-1e16);
  const HistoryData history = one_series(numbers, std::chrono::hours(0));
  const Dataset dataset(history, metric_m());
  EXPECT_DOUBLE_EQ(number_statistics(dataset, history.series[0], 0).mean, 100'000.0 / 1'000'002);
}

TEST(NumberStatistics, TheMeanOfHugeValuesDoesNotOverflow) {
  const HistoryData history = one_series({1.7e308, 1.7e308, 1.6e308});
  const Dataset dataset(history, metric_m());
  EXPECT_NEAR(number_statistics(dataset, history.series[0], 0).mean / 1e308, 5.0 / 3, 1e-9);
}

TEST(PresetStarts, ReachBackFromTheNewestBuild) {
  // One build a day; the last is day 99.
  const HistoryData history = one_series(std::vector<double>(100, 1), std::chrono::hours(24));
  const Dataset dataset(history, metric_m());
  const auto starts = preset_starts(dataset);
  EXPECT_EQ(starts, (std::array<std::size_t, 4>{0, 9, 69, 92}));
}

TEST(NewestTwo, SkipsBuildsWithoutAValue) {
  HistoryData history = one_series({1, 2, kNone, 3, kNone});
  HistorySeries other;
  other.metric_key = "always";
  other.numbers = {1, 1, 1, 1, 1};
  history.series.push_back(other);
  const Dataset dataset(history, {metric_m()[0], ShownMetric{"always", "", "", "", MetricType::numeric, {}, {}}});
  const NewestTwo newest = newest_two(dataset, history.series[0]);
  EXPECT_EQ(newest.last, 3U);
  EXPECT_EQ(newest.previous, 1U);
}

TEST(LabelCounts, CountBuildsAndIgnoreWhatNamesNoLabel) {
  HistoryData history = one_series({1, 1, 1, 1, 1});
  HistorySeries labels;
  labels.metric_key = "l";
  labels.type = MetricType::label;
  labels.labels = {"a", "b"};
  labels.label_indexes = {0, 1, 1, HistorySeries::kNoLabel, 77};
  history.series.push_back(labels);
  const Dataset dataset(history, {metric_m()[0], ShownMetric{"l", "", "", "", MetricType::label, {}, {}}});
  EXPECT_EQ(label_counts(dataset, history.series[1], 0), (std::vector<std::uint64_t>{1, 2}));
  EXPECT_EQ(label_counts(dataset, history.series[1], 2), (std::vector<std::uint64_t>{0, 1}));
}

}  // namespace
}  // namespace unentropy
