#include "config/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/test_support.h"

namespace unentropy {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Config, ExampleOfTheDocumentation) {
  EXPECT_THAT(
      lines_of(R"({
  "storage": { "type": "sqlite-s4" },
  "metrics": {
    "Coverage": { "$ref": "coverage", "command": "cat cov.txt" },
    "bundle": { "type": "numeric", "comand": "wc -c < app.js", "unit": "byte" }
  },
  "qualityGate": {
    "thresholds": [{ "metric": "bundel", "mode": "max" }]
  }
}
)"),
      ElementsAre(
          "2:24 error storage.type: no such storage type: `sqlite-s4`; falls back to `sqlite-artifact` | did you "
          "mean `sqlite-s3`? allowed are `sqlite-artifact`, `sqlite-s3`, `sqlite-local`",
          "4:5 error metrics.Coverage: metric keys are lower case: only `a` to `z`, `0` to `9` and `-` | did you "
          "mean `coverage`?",
          "5:36 error metrics.bundle.comand: unknown key `comand` | did you mean `command`?",
          "5:72 error metrics.bundle.unit: not a unit: `byte` | did you mean `bytes`? allowed are `percent`, "
          "`integer`, `bytes`, `duration`, `decimal`",
          "8:20 error qualityGate.thresholds[0]: `max` needs `target`",
          "8:32 error qualityGate.thresholds[0].metric: no such metric: `bundel` | did you mean `bundle`?"));
}

TEST(Config, ReadsEveryKey) {
  const Config config = config_of(bytes_of(source_path("tests/fixtures/config/good/complete.json")));

  ASSERT_EQ(config.metrics.size(), 3U);
  const Metric& bundle = config.metrics[1];
  EXPECT_EQ(bundle.key, "bundle");
  EXPECT_EQ(bundle.name, "Bundle size");
  EXPECT_EQ(bundle.description, "What a visitor downloads");
  EXPECT_EQ(bundle.type, MetricType::numeric);
  EXPECT_EQ(bundle.unit, Unit::bytes);
  EXPECT_EQ(bundle.command, "wc -c < dist/app.js");
  EXPECT_EQ(bundle.timeout, std::chrono::milliseconds(1500));
  EXPECT_EQ(bundle.direction, Direction::lower_is_better);
  EXPECT_EQ(bundle.template_id, "");
  const Metric& license = config.metrics[2];
  EXPECT_EQ(license.type, MetricType::label);
  EXPECT_EQ(license.name, "license");
  EXPECT_EQ(license.description, "");
  EXPECT_EQ(license.unit, std::nullopt);
  EXPECT_EQ(license.timeout, std::chrono::seconds(60));
  EXPECT_EQ(license.direction, std::nullopt);

  EXPECT_EQ(config.storage_type, StorageType::sqlite_s3);
  EXPECT_TRUE(config.storage_type_given);
  EXPECT_EQ(config.unknown_storage_type, std::nullopt);

  ASSERT_TRUE(config.quality_gate.has_value());
  const GateSettings& gate = *config.quality_gate;
  EXPECT_EQ(gate.mode, GateMode::hard);
  EXPECT_EQ(gate.pull_request_comment, false);
  EXPECT_EQ(gate.max_comment_metrics, 100);
  EXPECT_EQ(gate.max_comment_characters, 20000);
  EXPECT_EQ(gate.reference_branch, "trunk");
  EXPECT_EQ(gate.max_age_days, 30);
  ASSERT_EQ(gate.thresholds.size(), 4U);
  EXPECT_EQ(gate.thresholds[0].metric, "coverage");
  EXPECT_EQ(gate.thresholds[0].mode, ThresholdMode::min);
  EXPECT_EQ(gate.thresholds[0].target, 80);
  EXPECT_EQ(gate.thresholds[0].tolerance, 0.5);
  EXPECT_EQ(gate.thresholds[0].severity, Severity::blocker);
  EXPECT_EQ(gate.thresholds[1].mode, ThresholdMode::no_regression);
  EXPECT_EQ(gate.thresholds[1].tolerance, 0);
  EXPECT_EQ(gate.thresholds[1].severity, Severity::warning);
  EXPECT_EQ(gate.thresholds[2].target, -1500);
  EXPECT_EQ(gate.thresholds[3].mode, ThresholdMode::delta_max_drop);
  EXPECT_EQ(gate.thresholds[3].max_drop_percent, 0.1);
  EXPECT_EQ(gate.thresholds[3].direction, Direction::stable);

  ASSERT_EQ(config.report.sections.size(), 2U);
  EXPECT_EQ(config.report.sections[0].name, "Size");
  EXPECT_EQ(config.report.sections[0].description, "How big it is");
  ASSERT_EQ(config.report.sections[0].charts.size(), 2U);
  EXPECT_THAT(config.report.sections[0].charts[0].metrics, ElementsAre("bundle"));
  EXPECT_EQ(config.report.sections[0].charts[0].title, "");
  EXPECT_THAT(config.report.sections[0].charts[1].metrics, ElementsAre("bundle", "coverage"));
  EXPECT_EQ(config.report.sections[0].charts[1].title, "Both");
  EXPECT_EQ(config.report.theme, "lattice");
  EXPECT_THAT(config.report.dark_overrides,
              ElementsAre(std::pair("--accent", "#FFaa00"), std::pair("--bg", "#000000")));
  EXPECT_THAT(config.report.light_overrides, ElementsAre(std::pair("--text", "#112233")));
  EXPECT_EQ(config.report.mode, ColourMode::dark);
  EXPECT_THAT(config.sources, ElementsAre("src/**", "!src/generated/**"));
}

TEST(Config, WhatIsAbsentHasItsDefault) {
  const Config config = config_of(with_metric(""));
  EXPECT_EQ(config.storage_type, StorageType::sqlite_artifact);
  EXPECT_FALSE(config.storage_type_given);
  EXPECT_EQ(config.quality_gate, std::nullopt);
  EXPECT_THAT(config.report.sections, IsEmpty());
  EXPECT_EQ(config.report.theme, "lattice");
  EXPECT_EQ(config.report.mode, ColourMode::automatic);
  EXPECT_THAT(config.sources, IsEmpty());

  const Config with_gate = config_of(with_metric(R"("qualityGate": {}, "storage": {})"));
  ASSERT_TRUE(with_gate.quality_gate.has_value());
  EXPECT_EQ(with_gate.quality_gate->mode, std::nullopt);
  EXPECT_EQ(with_gate.quality_gate->pull_request_comment, std::nullopt);
  EXPECT_EQ(with_gate.quality_gate->max_comment_metrics, std::nullopt);
  EXPECT_EQ(with_gate.quality_gate->reference_branch, "");
  EXPECT_EQ(with_gate.quality_gate->max_age_days, 90);
  EXPECT_FALSE(with_gate.storage_type_given);
}

TEST(Config, TemplatesFillWhatTheMetricLeavesOut) {
  const Config config = config_of(R"({"metrics": {
    "cov": {"$ref": "coverage", "command": "echo 1"},
    "lines": {"$ref": "loc"},
    "big": {"$ref": "size", "name": "Big", "description": "", "command": "echo 2", "unit": "integer", "timeout": 5}
  }})");
  ASSERT_EQ(config.metrics.size(), 3U);
  EXPECT_EQ(config.metrics[0].key, "cov");
  EXPECT_EQ(config.metrics[0].name, "coverage");
  EXPECT_EQ(config.metrics[0].template_id, "coverage");
  EXPECT_EQ(config.metrics[0].unit, Unit::percent);
  EXPECT_EQ(config.metrics[0].description, find_metric_template("coverage")->description);
  EXPECT_EQ(config.metrics[0].direction, std::nullopt);
  EXPECT_EQ(config.metrics[1].command, "@collect loc .");
  EXPECT_EQ(config.metrics[2].name, "Big");
  EXPECT_EQ(config.metrics[2].description, "");
  EXPECT_EQ(config.metrics[2].command, "echo 2");
  EXPECT_EQ(config.metrics[2].unit, Unit::integer);
  EXPECT_EQ(config.metrics[2].timeout, std::chrono::milliseconds(5));
}

TEST(Config, MetricsKeepTheOrderOfTheFile) {
  const Config config = config_of(R"({"metrics": {"b": {"$ref": "loc"}, "10": {"$ref": "loc"}, "a": {"$ref": "loc"},
    "2": {"$ref": "loc"}, "b": {"$ref": "size"}}})");
  std::vector<std::string> keys;
  for (const Metric& metric : config.metrics) keys.push_back(metric.key);
  EXPECT_THAT(keys, ElementsAre("b", "10", "a", "2"));
  EXPECT_EQ(config.metrics[0].template_id, "size");
}

TEST(Config, F030_AnUnknownStorageTypeIsAnErrorButTheRunGoesOn) {
  const ConfigResult result = parse_config(with_metric(R"("storage": {"type": "postgres"})"), ".");
  EXPECT_THAT(
      lines_of(result),
      ElementsAre("1:82 error storage.type: no such storage type: `postgres`; falls back to `sqlite-artifact` | "
                  "allowed are `sqlite-artifact`, `sqlite-s3`, `sqlite-local`"));
  ASSERT_TRUE(result.config.has_value());
  EXPECT_EQ(result.config->unknown_storage_type, "postgres");
  EXPECT_EQ(result.config->storage_type, StorageType::sqlite_artifact);
  EXPECT_FALSE(result.config->storage_type_given);
  EXPECT_EQ(result.config->metrics.size(), 1U);
}

TEST(Config, F030_OnlyATextIsAnUnknownStorageType) {
  for (const char* storage :
       {R"("storage": {"type": 3})", R"("storage": {"type": null})", R"("storage": "sqlite-s3")"}) {
    EXPECT_FALSE(parse_config(with_metric(storage), ".").config.has_value()) << storage;
  }
  EXPECT_EQ(config_of(with_metric(R"("storage": {"type": ""})")).unknown_storage_type, "");
}

TEST(Config, F030_AnotherErrorStillStopsTheRun) {
  EXPECT_FALSE(parse_config(with_metric(R"("storage": {"type": "postgres"}, "x": 1)"), ".").config.has_value());
}

TEST(Config, F086_ByteOrderMarkAndSchemaAreAccepted) {
  const ConfigResult result =
      parse_config("\xEF\xBB\xBF" + with_metric(R"("$schema": "unentropy.schema.json")"), "/nonexistent");
  EXPECT_THAT(result.diagnostics, IsEmpty());
  EXPECT_TRUE(result.config.has_value());
  EXPECT_THAT(lines_of("\xEF\xBB\xBF{}"), ElementsAre("1:1 error $: `metrics` is missing"));
}

TEST(Config, F089_SettingsOfTheCommentAreRead) {
  const Config config = config_of(with_metric(
      R"("qualityGate": {"enablePullRequestComment": true, "maxCommentMetrics": 1, "maxCommentCharacters": 1})"));
  EXPECT_EQ(config.quality_gate->pull_request_comment, true);
  EXPECT_EQ(config.quality_gate->max_comment_metrics, 1);
  EXPECT_EQ(config.quality_gate->max_comment_characters, 1);
}

TEST(Config, F099_SeveralThresholdsForOneMetricAllCount) {
  const Config config = config_of(with_metric(R"("qualityGate": {"thresholds": [
    {"metric": "a", "mode": "min", "target": 1}, {"metric": "a", "mode": "max", "target": 9}]})"));
  EXPECT_EQ(config.quality_gate->thresholds.size(), 2U);
}

TEST(Config, KeysThatOccurTwiceCountAsTheyStandLast) {
  const std::string text = R"({"metrics": {"a": 5}, "storage": {"type": "sqlite-s3", "type": "sqlite-local"},
  "metrics": {"a": {"$ref": "loc"}}})";
  EXPECT_THAT(lines_of(text), ElementsAre("1:56 warning storage.type: the key occurs twice; the one at 1:35 is ignored",
                                          "2:3 warning metrics: the key occurs twice; the one at 1:2 is ignored"));
  EXPECT_EQ(config_of(text).storage_type, StorageType::sqlite_local);
  EXPECT_EQ(config_of(text).metrics.at(0).template_id, "loc");
}

TEST(Config, WholeNumbersMayBeWrittenInManyWays) {
  for (const char* number : {"30", "3e1", "30.0", "300e-1"}) {
    const Config config = config_of(fmt::format(R"({{"metrics": {{"a": {{"$ref": "loc", "timeout": {}}}}}}})", number));
    EXPECT_EQ(config.metrics.at(0).timeout, std::chrono::milliseconds(30)) << number;
  }
}

TEST(Config, LengthsCountUtf16CodeUnits) {
  const auto with_name = [](const std::string& unit, int count) {
    std::string name;
    for (int i = 0; i < count; ++i) name += unit;
    return lines_of(fmt::format(R"({{"metrics": {{"a": {{"$ref": "loc", "name": "{}"}}}}}})", name));
  };
  EXPECT_THAT(with_name("é", 256), IsEmpty());
  EXPECT_THAT(with_name("😀", 128), IsEmpty());
  EXPECT_THAT(with_name("😀", 129),
              ElementsAre("1:43 error metrics.a.name: must have at most 256 characters, found 258"));
}

TEST(Config, EmptyTextsThatCountAsAbsent) {
  const std::string text = R"({"metrics": {"a": {"$ref": "", "type": "numeric", "command": "x", "name": ""}},
    "qualityGate": {"baseline": {"referenceBranch": ""}}})";
  EXPECT_THAT(
      lines_of(text),
      ElementsAre(
          "1:28 warning metrics.a.$ref: an empty text counts as if the key were not there",
          "1:75 warning metrics.a.name: an empty text counts as if the key were not there",
          "2:53 warning qualityGate.baseline.referenceBranch: an empty text counts as if the key were not there"));
  EXPECT_EQ(config_of(text).metrics.at(0).name, "a");
  EXPECT_EQ(config_of(text).metrics.at(0).template_id, "");
}

TEST(Config, AgesBeyondAllHistoriesAreHeldInBounds) {
  EXPECT_EQ(config_of(with_metric(R"("qualityGate": {"baseline": {"maxAgeDays": 1e300}})")).quality_gate->max_age_days,
            1'000'000);
}

}  // namespace
}  // namespace unentropy
