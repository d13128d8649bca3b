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

TEST(Config, F084_AllProblemsComeAtOnceInTheOrderOfTheFile) {
  EXPECT_THAT(lines_of(R"({
  "qualityGate": { "mode": "strict" },
  "metrics": {
    "a": { "type": "numeric", "command": "", "timeout": 0 }
  },
  "sources": []
})"),
              ElementsAre("2:28 error qualityGate.mode: not a mode of the quality gate: `strict` | allowed are `off`, "
                          "`soft`, `hard`",
                          "4:42 error metrics.a.command: must not be empty",
                          "4:57 error metrics.a.timeout: must be from 1 to 300000, found 0",
                          "6:14 error sources: must have at least 1 entry"));
}

TEST(Config, F084_ColumnsCountCodePoints) {
  EXPECT_THAT(lines_of(R"({"metrics": {"a": {"type": "label", "name": "Größe 😀", "command": 5}}})"),
              ElementsAre("1:67 error metrics.a.command: expected a string, found a number"));
}

TEST(Config, F085_NullAsTheRootIsADiagnostic) {
  EXPECT_THAT(lines_of("null"), ElementsAre("1:1 error $: expected an object, found null"));
  EXPECT_THAT(lines_of("  []"), ElementsAre("1:3 error $: expected an object, found an array"));
  EXPECT_THAT(lines_of("{}"), ElementsAre("1:1 error $: `metrics` is missing"));
}

TEST(Config, F086_ByteOrderMarkAndSchemaAreAccepted) {
  const ConfigResult result =
      parse_config("\xEF\xBB\xBF" + with_metric(R"("$schema": "unentropy.schema.json")"), "/nonexistent");
  EXPECT_THAT(result.diagnostics, IsEmpty());
  EXPECT_TRUE(result.config.has_value());
  EXPECT_THAT(lines_of("\xEF\xBB\xBF{}"), ElementsAre("1:1 error $: `metrics` is missing"));
}

TEST(Config, F087_TemplatesAreLookedUpExactly) {
  for (const char* name : {"toString", "__proto__", "constructor", "hasOwnProperty"}) {
    EXPECT_THAT(lines_of(fmt::format(R"({{"metrics": {{"a": {{"$ref": "{}", "command": "echo 1"}}}}}})", name)),
                ElementsAre(fmt::format("1:28 error metrics.a.$ref: no such template: `{}` | allowed are `coverage`, "
                                        "`function-coverage`, `loc`, `size`, `build-time`, `test-time`, "
                                        "`dependencies-count`",
                                        name)));
  }
}

TEST(Config, F088_ATypeThatTheTemplateOverridesIsNamed) {
  const std::string text = R"({"metrics": {"a": {"$ref": "loc", "type": "label"}}})";
  EXPECT_THAT(lines_of(text),
              ElementsAre("1:43 warning metrics.a.type: ignored: the template `loc` is `numeric` | remove "
                          "`type`, or start without `$ref`"));
  EXPECT_EQ(config_of(text).metrics.at(0).type, MetricType::numeric);
  EXPECT_THAT(lines_of(R"({"metrics": {"a": {"$ref": "loc", "type": "numeric"}}})"), IsEmpty());
}

TEST(Config, F089_SettingsOfTheCommentAreRead) {
  const Config config = config_of(with_metric(
      R"("qualityGate": {"enablePullRequestComment": true, "maxCommentMetrics": 1, "maxCommentCharacters": 1})"));
  EXPECT_EQ(config.quality_gate->pull_request_comment, true);
  EXPECT_EQ(config.quality_gate->max_comment_metrics, 1);
  EXPECT_EQ(config.quality_gate->max_comment_characters, 1);
}

TEST(Config, F090_UnknownMetricsInChartsAreNamedAndLeftOut) {
  const std::string text = with_metric(
      R"("report": {"sections": [{"name": "S", "charts": [{"metrics": ["a", "ab"]}, {"metrics": "whatever"}]}]})");
  EXPECT_THAT(
      lines_of(text),
      ElementsAre("1:129 warning report.sections[0].charts[0].metrics[1]: no such metric: `ab`; it is left out of "
                  "the chart | did you mean `a`?",
                  "1:149 warning report.sections[0].charts[1].metrics: no such metric: `whatever`; it is left out "
                  "of the chart | known here: `a`"));
  const Config config = config_of(text);
  ASSERT_EQ(config.report.sections.size(), 1U);
  ASSERT_EQ(config.report.sections[0].charts.size(), 1U);
  EXPECT_THAT(config.report.sections[0].charts[0].metrics, ElementsAre("a"));
}

TEST(Config, F099_SeveralThresholdsForOneMetricAllCount) {
  const Config config = config_of(with_metric(R"("qualityGate": {"thresholds": [
    {"metric": "a", "mode": "min", "target": 1}, {"metric": "a", "mode": "max", "target": 9}]})"));
  EXPECT_EQ(config.quality_gate->thresholds.size(), 2U);
}

TEST(Config, F100_ThresholdsThatCannotBiteAreNamed) {
  EXPECT_THAT(lines_of(R"({"metrics": {"l": {"type": "label", "command": "x"}}, "qualityGate": {"thresholds": [
    {"metric": "l", "mode": "max", "target": 9}]}})"),
              ElementsAre("2:16 warning qualityGate.thresholds[0].metric: `l` is a label, which has no limits"));
  EXPECT_THAT(lines_of(with_metric(R"("qualityGate": {"mode": "hard"})")),
              ElementsAre("1:86 warning qualityGate.mode: `hard` has no effect without thresholds | add some to "
                          "`qualityGate.thresholds`"));
}

TEST(Config, KeysThatTheModeDoesNotUseAreNamed) {
  EXPECT_THAT(lines_of(with_metric(R"("qualityGate": {"thresholds": [
    {"metric": "a", "mode": "no-regression", "target": 9},
    {"metric": "a", "mode": "min", "target": 9, "tolerance": 1, "maxDropPercent": 1, "direction": "stable"}]})")),
              ElementsAre("2:46 warning qualityGate.thresholds[0].target: `target` has no effect with `no-regression`",
                          "3:49 warning qualityGate.thresholds[1].tolerance: `tolerance` has no effect with `min`",
                          "3:65 warning qualityGate.thresholds[1].maxDropPercent: `maxDropPercent` has no effect with "
                          "`min`",
                          "3:86 warning qualityGate.thresholds[1].direction: `direction` has no effect with `min`"));
}

TEST(Config, EqualThresholdsAreNamedHoweverTheyAreWritten) {
  EXPECT_THAT(lines_of(with_metric(R"("qualityGate": {"thresholds": [
    {"metric": "a", "mode": "no-regression"},
    {"mode": "no-regression", "tolerance": 5e-1, "severity": "blocker", "metric": "a"},
    {"metric": "a", "mode": "no-regression", "severity": "warning"}]})")),
              ElementsAre("3:5 warning qualityGate.thresholds[1]: the same threshold as `qualityGate.thresholds[0]`"));
}

TEST(Config, F096_AThresholdOnACostAsksForADirection) {
  EXPECT_THAT(
      lines_of(R"({"metrics": {"b": {"type": "numeric", "command": "x", "unit": "bytes"}},
  "qualityGate": {"thresholds": [{"metric": "b", "mode": "no-regression"}]}})"),
      ElementsAre("2:34 warning qualityGate.thresholds[0]: a drop of `b` counts as bad, though its unit is `bytes` | "
                  "say which way is good: give the metric a `direction`, for example `lower-is-better`"));
  EXPECT_THAT(lines_of(R"({"metrics": {"b": {"$ref": "size"}},
  "qualityGate": {"thresholds": [{"metric": "b", "mode": "no-regression"}]}})"),
              IsEmpty());
}

TEST(Config, ConsequencesOfAProblemAreNotReported) {
  // A broken metric exists, under its own key and under the one that was suggested.
  EXPECT_THAT(
      lines_of(R"({"metrics": {"Big_One": {"type": "label", "command": "x"}, "b": 5}, "qualityGate": {"thresholds": [
    {"metric": "Big_One", "mode": "min", "target": 1}, {"metric": "big-one", "mode": "min", "target": 1},
    {"metric": "b", "mode": "min", "target": 1}]}})"),
      ElementsAre("1:14 error metrics.Big_One: metric keys are lower case: only `a` to `z`, `0` to `9` and `-` | did "
                  "you mean `big-one`?",
                  "1:65 error metrics.b: expected an object, found a number"));
  // Nothing is known of metrics that are not there.
  EXPECT_THAT(lines_of(R"({"qualityGate": {"thresholds": [{"metric": "b", "mode": "min", "target": 1}]}})"),
              ElementsAre("1:1 error $: `metrics` is missing"));
  // What a wrong mode or template would have needed is not known.
  EXPECT_THAT(
      lines_of(with_metric(R"("qualityGate": {"thresholds": [{"metric": "a", "mode": "maxx", "tolerance": 1}]})")),
      ElementsAre("1:117 error qualityGate.thresholds[0].mode: not a threshold mode: `maxx` | did you mean `max`? "
                  "allowed are `min`, `max`, `no-regression`, `delta-max-drop`"));
  EXPECT_THAT(lines_of(R"({"metrics": {"a": {"$ref": 5}}})"),
              ElementsAre("1:28 error metrics.a.$ref: expected a string, found a number"));
  // A misspelt key is not missing as well, and what is inside is looked at.
  EXPECT_THAT(lines_of(R"({"metrisc": {"a": {"type": "numeric", "command": "x"}}, "qualityGate": {"thresholds": [
    {"metric": "a", "mode": "min", "target": 1}, {"metric": "b2", "mode": "min", "target": 1}]}})"),
              ElementsAre("1:2 error metrisc: unknown key `metrisc` | did you mean `metrics`?",
                          "2:61 error qualityGate.thresholds[1].metric: no such metric: `b2` | known here: `a`"));
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

TEST(Config, OldKeysOfStorageNameTheInput) {
  const std::string prefix = R"("storage": {)";
  EXPECT_THAT(
      lines_of(with_metric(prefix + R"("artifactName": "x", "branch": "x", "branchFilter": "x", "artifact": {}})")),
      ElementsAre("1:74 error storage.artifactName: unknown key `artifactName` | use the input `artifact-name`",
                  "1:95 error storage.branch: unknown key `branch` | use the input `artifact-branch-filter`",
                  "1:110 error storage.branchFilter: unknown key `branchFilter` | use the input "
                  "`artifact-branch-filter`",
                  "1:131 error storage.artifact: unknown key `artifact` | use the inputs `artifact-name` and "
                  "`artifact-branch-filter`"));
}

TEST(Config, SyntaxErrorsStandAlone) {
  EXPECT_THAT(
      lines_of("{\n  \"metrics\": {},\n}"),
      ElementsAre("3:1 error $: expected a key in double quotes after `,`, found `}` | remove the comma before it"));
  EXPECT_THAT(lines_of("{\"metrics\": {}\n \"x\": 1}"),
              ElementsAre("2:2 error $: expected `,` or `}`, found `\"` | is a comma missing before it?"));
  EXPECT_THAT(lines_of(""), ElementsAre("1:1 error $: expected a value, found the end of the file | the file is empty; "
                                        "`{\"metrics\": {…}}` is the least it needs"));
  EXPECT_FALSE(parse_config("{", ".").config.has_value());
}

TEST(Config, PathsQuoteKeysThatAreNoIdentifiers) {
  EXPECT_THAT(lines_of(R"({"metrics": {"my-metric": 1, "a.b": 1, "q\"\\": 1, "_$1": 1, "": 1}})").size(), 9U);
  std::vector<std::string> paths;
  for (const Diagnostic& d : parse_config(R"({"metrics": {"my-metric": 1, "q\"\\": 1, "1a": 1}})", ".").diagnostics) {
    paths.push_back(d.path);
  }
  EXPECT_THAT(paths,
              ElementsAre(R"(metrics["my-metric"])", R"(metrics["q\"\\"])", R"(metrics["q\"\\"])", R"(metrics["1a"])"));
}

TEST(Config, BlankAndUnrunnableCommandsAreNamed) {
  EXPECT_THAT(
      lines_of(
          R"({"metrics": {"a": {"type": "label", "command": " \t"}, "b": {"type": "label", "command": "x\u0000y"}}})"),
      ElementsAre("1:48 warning metrics.a.command: the command is blank and prints nothing",
                  "1:90 warning metrics.b.command: the command has a NUL character, with which none can be run"));
}

TEST(Config, SourcesThatMatchNothingAreNamedAndBombsRefused) {
  EXPECT_THAT(
      lines_of(with_metric(R"("sources": ["../x", "src"])")),
      ElementsAre("1:74 warning sources[0]: the pattern `../x` can match nothing: it lies outside the directory of "
                  "the configuration"));
  std::string bomb;
  for (int i = 0; i < 12; ++i) bomb += "{a,b}";
  const ConfigResult result = parse_config(with_metric(fmt::format(R"("sources": ["{}"])", bomb)), ".");
  EXPECT_FALSE(result.config.has_value());
  ASSERT_EQ(result.diagnostics.size(), 1U);
  EXPECT_EQ(result.diagnostics[0].path, "sources[0]");
}

}  // namespace
}  // namespace unentropy
