#include <algorithm>
#include <random>

#include <gtest/gtest.h>

#include "gate/gate.h"

namespace unentropy {
namespace {

MetricOutcome measured(const std::string& key, double value) {
  MetricOutcome outcome;
  outcome.metric.key = key;
  outcome.result = MetricValue(value);
  return outcome;
}

VerdictStatus status_of(ThresholdMode mode, Direction direction, double limit, double before, double now) {
  Threshold threshold;
  threshold.metric = "m";
  threshold.mode = mode;
  threshold.direction = direction;
  threshold.tolerance = limit;
  threshold.max_drop_percent = limit;
  return *evaluate_gate({measured("m", now)}, {threshold}, {}, {{"m", {before, "", Instant{}}}}).rows[0].status;
}

class GateProperties : public ::testing::Test {
 protected:
  double number(double from, double to) { return std::uniform_real_distribution<double>(from, to)(random_); }

  std::mt19937_64 random_{20250203};  // fixed, so that a failure can be repeated
};

constexpr auto kModes = {ThresholdMode::no_regression, ThresholdMode::delta_max_drop};

TEST_F(GateProperties, DirectionsMirrorEachOther) {
  for (int i = 0; i < 20'000; ++i) {
    const double before = number(-100, 100);
    const double now = number(-100, 100);
    const double limit = number(0.001, 50);
    for (const ThresholdMode mode : kModes) {
      EXPECT_EQ(status_of(mode, Direction::higher_is_better, limit, before, now),
                status_of(mode, Direction::lower_is_better, limit, -before, -now));
    }
  }
}

TEST_F(GateProperties, StableFailsExactlyWhenOneOfTheOthersDoes) {
  for (int i = 0; i < 20'000; ++i) {
    const double before = number(1, 100);
    const double now = number(1, 100);
    const double limit = number(0.001, 50);
    for (const ThresholdMode mode : kModes) {
      const bool either = status_of(mode, Direction::higher_is_better, limit, before, now) == VerdictStatus::fail ||
                          status_of(mode, Direction::lower_is_better, limit, before, now) == VerdictStatus::fail;
      EXPECT_EQ(status_of(mode, Direction::stable, limit, before, now) == VerdictStatus::fail, either);
    }
  }
}

TEST_F(GateProperties, MoreToleranceNeverFailsWhatPassed) {
  for (int i = 0; i < 20'000; ++i) {
    const double before = number(-100, 100);
    const double now = number(-100, 100);
    const double limit = number(0.001, 50);
    for (const ThresholdMode mode : kModes) {
      if (status_of(mode, Direction::stable, limit, before, now) != VerdictStatus::pass) continue;
      EXPECT_EQ(status_of(mode, Direction::stable, limit * number(1, 3), before, now), VerdictStatus::pass);
    }
  }
}

TEST_F(GateProperties, OrderOfThresholdsAndMetricsDoesNotMatter) {
  for (int i = 0; i < 2'000; ++i) {
    std::vector<MetricOutcome> outcomes;
    std::vector<Threshold> thresholds;
    std::map<std::string, BaselineValue> values;
    for (const char* key : {"a", "b", "c"}) {
      outcomes.push_back(measured(key, number(-10, 10)));
      if (number(0, 1) < 0.7) values[key] = {number(-10, 10), "", Instant{}};
      for (const ThresholdMode mode : kModes) {
        Threshold threshold;
        threshold.metric = key;
        threshold.mode = mode;
        threshold.tolerance = number(0, 10);
        threshold.max_drop_percent = number(0.1, 100);
        threshold.severity = number(0, 1) < 0.5 ? Severity::blocker : Severity::warning;
        thresholds.push_back(threshold);
      }
    }
    const GateVerdict first = evaluate_gate(outcomes, thresholds, {}, values);
    std::shuffle(outcomes.begin(), outcomes.end(), random_);
    std::shuffle(thresholds.begin(), thresholds.end(), random_);
    const GateVerdict second = evaluate_gate(outcomes, thresholds, {}, values);
    EXPECT_EQ(first.status, second.status);
    EXPECT_EQ(first.message, second.message);
    EXPECT_EQ(first.passed, second.passed);
    EXPECT_EQ(first.failed, second.failed);
    EXPECT_EQ(first.warned, second.warned);
    EXPECT_EQ(first.unknown, second.unknown);
  }
}

}  // namespace
}  // namespace unentropy
