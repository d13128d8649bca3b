#include "cli/gate_outputs.h"

#include <map>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "gate/gate.h"

namespace unentropy {
namespace {

using Json = nlohmann::json;

MetricOutcome measured(const std::string& key, double value) {
  MetricOutcome outcome;
  outcome.metric.key = key;
  outcome.metric.name = key;
  outcome.result = MetricValue(value);
  return outcome;
}

Threshold at_most(const std::string& key, double target) {
  Threshold threshold;
  threshold.metric = key;
  threshold.mode = ThresholdMode::max;
  threshold.target = target;
  return threshold;
}

GateResult result_of(std::vector<MetricOutcome> outcomes, const std::vector<Threshold>& thresholds) {
  GateResult result;
  result.baseline.reference_branch = "main";
  result.verdict = evaluate_gate(outcomes, thresholds, {}, {});
  result.outcomes = std::move(outcomes);
  return result;
}

std::map<std::string, std::string> outputs_of(const GateResult& result) {
  const auto outputs = gate_action_outputs(result);
  return {outputs.begin(), outputs.end()};
}

TEST(GateJson, OneElementPerThresholdOrMetricAndNumbersThatAddUp) {
  MetricOutcome broken = measured("broken", 0);
  broken.result = MetricFailure{"exit code 1", ""};
  const GateResult result = result_of({measured("a", 5), broken, measured("free", 1)},
                                      {at_most("a", 3), at_most("a", 9), at_most("broken", 1)});
  const Json json = Json::parse(gate_json(result));
  const Json& gate = json["qualityGate"];
  ASSERT_EQ(gate["metrics"].size(), 4U);
  EXPECT_EQ(gate["summary"], Json::parse(R"({"totalMetrics": 3, "evaluatedMetrics": 3, "passed": 1, "failed": 2,
                                             "unknown": 1})"));
  EXPECT_EQ(gate["failingMetrics"].size(), 2U);
  EXPECT_EQ(gate["metrics"][0]["threshold"], Json::parse(R"({"mode": "max", "target": 3, "severity": "blocker"})"));
  EXPECT_FALSE(gate["metrics"][2].contains("pullRequestValue"));
  EXPECT_FALSE(gate["metrics"][3].contains("threshold"));
  EXPECT_EQ(gate["metrics"][3]["isBlocking"], false);
  EXPECT_EQ(json["collection"]["failures"][0]["reason"], "exit code 1");
  EXPECT_EQ(json["prCommentUrl"], nullptr);
  EXPECT_FALSE(json.contains("error"));
  EXPECT_FALSE(gate["baselineInfo"].contains("commit"));
}

TEST(GateOutputs, AMetricThatFailsTwiceIsNamedOnce) {
  const auto outputs =
      outputs_of(result_of({measured("a", 5), measured("b", 5)}, {at_most("a", 3), at_most("a", 4), at_most("b", 1)}));
  EXPECT_EQ(outputs.at("quality-gate-failing-metrics"), "a,b");
  EXPECT_EQ(outputs.at("quality-gate-status"), "fail");
}

TEST(GateOutputs, MoreThanTheHostTakesLeavesOutMetricsWithoutThreshold) {
  std::vector<MetricOutcome> outcomes;
  for (int i = 0; i < 4000; ++i) {
    outcomes.push_back(measured(fmt::format("m-{}", i), i));
    outcomes.back().metric.name = std::string(200, 'n');
  }
  const GateResult result = result_of(std::move(outcomes), {at_most("m-7", 3)});
  const Json output = Json::parse(outputs_of(result).at("quality-gate-results-json"));
  EXPECT_EQ(output["truncated"], true);
  EXPECT_EQ(output["qualityGate"]["metrics"].size(), 1U);
  const Json file = Json::parse(gate_json(result));
  EXPECT_FALSE(file.contains("truncated"));
  EXPECT_EQ(file["qualityGate"]["metrics"].size(), 4000U);
  EXPECT_EQ(file["qualityGate"]["summary"], output["qualityGate"]["summary"]);
}

}  // namespace
}  // namespace unentropy
