#include "gate/gate.h"

#include <gtest/gtest.h>

namespace unentropy {
namespace {

constexpr auto kPass = VerdictStatus::pass;
constexpr auto kFail = VerdictStatus::fail;
constexpr auto kUnknown = VerdictStatus::unknown;

MetricOutcome measured(const std::string& key, MetricValue value) {
  MetricOutcome outcome;
  outcome.metric.key = key;
  outcome.metric.name = key;
  if (std::holds_alternative<std::string>(value)) outcome.metric.type = MetricType::label;
  outcome.result = std::move(value);
  return outcome;
}

MetricOutcome broken(const std::string& key, const std::string& reason) {
  MetricOutcome outcome = measured(key, 0.0);
  outcome.result = MetricFailure{reason, ""};
  return outcome;
}

Threshold limit(ThresholdMode mode, const std::string& key = "m") {
  Threshold threshold;
  threshold.metric = key;
  threshold.mode = mode;
  return threshold;
}

Threshold absolute(ThresholdMode mode, double target) {
  Threshold threshold = limit(mode);
  threshold.target = target;
  return threshold;
}

Threshold regression(std::optional<double> tolerance = {}, std::optional<Direction> direction = {}) {
  Threshold threshold = limit(ThresholdMode::no_regression);
  if (tolerance) threshold.tolerance = *tolerance;
  threshold.direction = direction;
  return threshold;
}

Threshold relative(double percent, std::optional<Direction> direction = {}) {
  Threshold threshold = limit(ThresholdMode::delta_max_drop);
  threshold.max_drop_percent = percent;
  threshold.direction = direction;
  return threshold;
}

std::map<std::string, BaselineValue> baseline_of(std::optional<double> value) {
  if (!value) return {};
  return {{"m", BaselineValue{*value, "base", Instant{}}}};
}

struct Case {
  const char* name;
  Threshold threshold;
  std::optional<double> before;
  double now;
  VerdictStatus status;
  const char* message;
};

class GateTable : public ::testing::TestWithParam<Case> {};

TEST_P(GateTable, Verdict) {
  const Case& c = GetParam();
  Baseline baseline;
  baseline.missing_reason = "no build of `main`";
  const GateVerdict verdict = evaluate_gate({measured("m", c.now)}, {c.threshold}, baseline, baseline_of(c.before));
  ASSERT_EQ(verdict.rows.size(), 1U);
  EXPECT_EQ(verdict.rows[0].status, c.status);
  EXPECT_EQ(verdict.rows[0].message, c.message);
  EXPECT_EQ(verdict.status, c.status);
}

constexpr auto kLower = Direction::lower_is_better;
constexpr auto kStable = Direction::stable;

INSTANTIATE_TEST_SUITE_P(
    All, GateTable,
    ::testing::Values(
        Case{"DropWithinDefaultTolerance", regression(), 91.2, 90.8, kPass, "drop of 0.4, tolerance 0.5"},
        Case{"F097_DefaultToleranceIsNamed", regression(), 91.2, 90.6, kFail, "drop of 0.6, tolerance 0.5"},
        Case{"RiseWithinTolerance", regression(1024, kLower), 204800, 205700, kPass, "rise of 900, tolerance 1,024"},
        Case{"F096_RiseIsNoticed", regression(1024, kLower), 204800, 205900, kFail, "rise of 1,100, tolerance 1,024"},
        Case{"StableWithin", regression(3, kStable), 320, 317, kPass, "change of 3, tolerance 3"},
        Case{"StableBeyond", regression(3, kStable), 320, 324, kFail, "change of 4, tolerance 3"},
        Case{"RelativeDropWithin", relative(4), 250, 241, kPass, "drop of 3.60 %, limit 4 %"},
        Case{"RelativeDropBeyond", relative(4), 250, 239, kFail, "drop of 4.40 %, limit 4 %"},
        Case{"RelativeRiseWithin", relative(4, kLower), 250, 258, kPass, "rise of 3.20 %, limit 4 %"},
        Case{"RelativeRiseBeyond", relative(4, kLower), 250, 262, kFail, "rise of 4.80 %, limit 4 %"},
        Case{"F098_NegativeBaselineUsesItsMagnitude", relative(5), -40, -43, kFail, "drop of 7.50 %, limit 5 %"},
        Case{"ZeroBaselineHasNoPercentage", relative(5), 0, 1, kUnknown, "no percentage of a zero baseline"},
        Case{"F095_MinNeedsNoBaseline", absolute(ThresholdMode::min, 60), {}, 61, kPass, "61 keeps the limit 60"},
        Case{
            "F095_MaxNeedsNoBaseline", absolute(ThresholdMode::max, 900), {}, 950, kFail, "950 is above the limit 900"},
        Case{"NoBaseline", regression(), {}, 5, kUnknown, "no baseline: no build of `main`"},
        Case{"BinaryFractionsDoNotCount", regression(0.1), 0.3, 0.2, kPass, "drop of 0.1, tolerance 0.1"},
        Case{"Improvement", regression(0), 5, 6, kPass, "no regression"},
        Case{"MessageHasEnoughDigits",
             absolute(ThresholdMode::max, 100),
             {},
             100.001,
             kFail,
             "100.001 is above the limit 100"}),
    [](const auto& instance) { return instance.param.name; });

// Every mode and direction against every kind of baseline and value. P: pass, F: fail, U: unknown.
struct Line {
  const char* name;
  ThresholdMode mode;
  std::optional<Direction> direction;
  const char* verdicts;  // of the columns below, in their order
};

constexpr std::optional<double> kNone;
const std::vector<std::pair<std::optional<double>, double>> kColumns = {
    {kNone, 90}, {100, 90}, {100, 100}, {100, 110}, {0, -10}, {0, 0}, {0, 10}, {-100, -110}, {-100, -90}};

class GateMatrix : public ::testing::TestWithParam<Line> {};

TEST_P(GateMatrix, Verdicts) {
  const Line& line = GetParam();
  for (const Severity severity : {Severity::blocker, Severity::warning}) {
    Threshold threshold = limit(line.mode);
    threshold.direction = line.direction;
    threshold.target = 100;
    threshold.tolerance = 5;
    threshold.max_drop_percent = 5;
    threshold.severity = severity;
    const auto check = [&](const MetricOutcome& outcome, std::optional<double> before, char letter) {
      const VerdictStatus expected = letter == 'P' ? kPass : letter == 'F' ? kFail : kUnknown;
      const GateVerdict verdict = evaluate_gate({outcome}, {threshold}, {}, baseline_of(before));
      ASSERT_EQ(verdict.rows.size(), 1U);
      EXPECT_EQ(verdict.rows[0].status, expected) << before.value_or(-1) << " " << verdict.rows[0].message;
      const bool warned = severity == Severity::warning && expected == kFail;
      EXPECT_EQ(verdict.status, warned ? kPass : expected) << before.value_or(-1);
      EXPECT_EQ(verdict.passed + verdict.failed + verdict.unknown, 1U);
      EXPECT_EQ(verdict.warned, warned ? 1U : 0U);
    };
    for (std::size_t i = 0; i < kColumns.size(); ++i) {
      check(measured("m", kColumns[i].second), kColumns[i].first, line.verdicts[i]);
    }
    // Whatever the mode: a metric that broke fails, with a baseline and without one; a label has no limits.
    for (const std::optional<double> before : {kNone, std::optional<double>(100)}) {
      check(broken("m", "exit code 1"), before, 'F');
      check(measured("m", std::string("text")), before, 'U');
    }
  }
}

constexpr auto kHigher = Direction::higher_is_better;

INSTANTIATE_TEST_SUITE_P(
    All, GateMatrix,
    ::testing::Values(Line{"Min", ThresholdMode::min, {}, "FFPPFFFFF"},
                      Line{"MinWhateverTheDirection", ThresholdMode::min, kLower, "FFPPFFFFF"},
                      Line{"Max", ThresholdMode::max, {}, "PPPFPPPPP"},
                      Line{"MaxWhateverTheDirection", ThresholdMode::max, kStable, "PPPFPPPPP"},
                      Line{"RegressionWithoutDirection", ThresholdMode::no_regression, {}, "UFPPFPPFP"},
                      Line{"RegressionHigher", ThresholdMode::no_regression, kHigher, "UFPPFPPFP"},
                      Line{"F096_RegressionLower", ThresholdMode::no_regression, kLower, "UPPFPPFPF"},
                      Line{"RegressionStable", ThresholdMode::no_regression, kStable, "UFPFFPFFF"},
                      Line{"RelativeWithoutDirection", ThresholdMode::delta_max_drop, {}, "UFPPUUUFP"},
                      Line{"F098_RelativeHigher", ThresholdMode::delta_max_drop, kHigher, "UFPPUUUFP"},
                      Line{"F096_RelativeLower", ThresholdMode::delta_max_drop, kLower, "UPPFUUUPF"},
                      Line{"RelativeStable", ThresholdMode::delta_max_drop, kStable, "UFPFUUUFF"}),
    [](const auto& instance) { return instance.param.name; });

TEST(Gate, F092_AFailedMetricFailsItsThreshold) {
  const GateVerdict verdict = evaluate_gate({broken("m", "exit code 1")}, {absolute(ThresholdMode::max, 5)}, {}, {});
  EXPECT_EQ(verdict.status, kFail);
  EXPECT_EQ(verdict.rows[0].message, "could not be collected: exit code 1");
}

TEST(Gate, F093_AFailedMetricWithoutThresholdIsListed) {
  const GateVerdict verdict = evaluate_gate({broken("x", "timed out")}, {}, {}, {});
  ASSERT_EQ(verdict.rows.size(), 1U);
  EXPECT_EQ(verdict.rows[0].status, std::nullopt);
  EXPECT_EQ(verdict.rows[0].message, "timed out");
}

TEST(Gate, F094_NothingEvaluatedIsNeverAPass) {
  const GateVerdict verdict = evaluate_gate({measured("m", 1.0)}, {regression()}, {}, {});
  EXPECT_EQ(verdict.status, kUnknown);
  EXPECT_EQ(verdict.message, "no threshold could be evaluated");
  EXPECT_EQ(evaluate_gate({measured("m", 1.0)}, {}, {}, {}).message, "no thresholds configured");
}

TEST(Gate, F099_AllThresholdsOfAMetricCount) {
  const GateVerdict verdict = evaluate_gate(
      {measured("m", 50.0)}, {absolute(ThresholdMode::min, 60), absolute(ThresholdMode::max, 900)}, {}, {});
  EXPECT_EQ(verdict.status, kFail);
  EXPECT_EQ(verdict.rows.size(), 2U);
  EXPECT_EQ(verdict.passed, 1U);
  EXPECT_EQ(verdict.failed, 1U);
}

TEST(Gate, F100_LabelsAreUnknown) {
  const GateVerdict verdict =
      evaluate_gate({measured("m", std::string("green"))}, {absolute(ThresholdMode::max, 5)}, {}, {});
  EXPECT_EQ(verdict.rows[0].status, kUnknown);
  EXPECT_EQ(verdict.rows[0].message, "not numeric");
}

TEST(Gate, F109_WarningsNeverBlock) {
  Threshold threshold = absolute(ThresholdMode::max, 5);
  threshold.severity = Severity::warning;
  const GateVerdict verdict = evaluate_gate({measured("m", 6.0)}, {threshold}, {}, {});
  EXPECT_EQ(verdict.status, kPass);
  EXPECT_EQ(verdict.warned, 1U);
  EXPECT_EQ(verdict.message, "0 of 1 thresholds hold, 1 with a warning");
}

TEST(Gate, UnreadableHistoryIsTheReason) {
  Baseline baseline;
  baseline.unreadable_reason = "the history could not be read";
  const GateVerdict verdict = evaluate_gate({measured("m", 6.0)}, {regression()}, baseline, {});
  EXPECT_EQ(verdict.rows[0].message, "no baseline: the history could not be read");
}

TEST(Gate, TemplateDecidesTheDirection) {
  MetricOutcome outcome = measured("m", 2000.0);
  outcome.metric.template_id = "size";
  EXPECT_EQ(evaluate_gate({outcome}, {regression(10)}, {}, baseline_of(1000)).status, kFail);
  EXPECT_EQ(evaluate_gate({outcome}, {regression(10)}, {}, baseline_of(3000)).status, kPass);
}

TEST(Gate, UnknownThresholdsAreCountedInTheMessage) {
  const GateVerdict verdict =
      evaluate_gate({measured("m", 6.0)}, {absolute(ThresholdMode::max, 9), regression()}, {}, {});
  EXPECT_EQ(verdict.status, kPass);
  EXPECT_EQ(verdict.message, "1 of 2 thresholds hold, 1 could not be evaluated");
}

}  // namespace
}  // namespace unentropy
