// What is said about a file that is not as it should be, and what is left unsaid.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/test_support.h"

namespace unentropy {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(ConfigProblems, F084_AllProblemsComeAtOnceInTheOrderOfTheFile) {
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

TEST(ConfigProblems, F084_ColumnsCountCodePoints) {
  EXPECT_THAT(lines_of(R"({"metrics": {"a": {"type": "label", "name": "Größe 😀", "command": 5}}})"),
              ElementsAre("1:67 error metrics.a.command: expected a string, found a number"));
}

TEST(ConfigProblems, F085_NullAsTheRootIsADiagnostic) {
  EXPECT_THAT(lines_of("null"), ElementsAre("1:1 error $: expected an object, found null"));
  EXPECT_THAT(lines_of("  []"), ElementsAre("1:3 error $: expected an object, found an array"));
  EXPECT_THAT(lines_of("{}"), ElementsAre("1:1 error $: `metrics` is missing"));
}

TEST(ConfigProblems, F087_TemplatesAreLookedUpExactly) {
  for (const char* name : {"toString", "__proto__", "constructor", "hasOwnProperty"}) {
    EXPECT_THAT(lines_of(fmt::format(R"({{"metrics": {{"a": {{"$ref": "{}", "command": "echo 1"}}}}}})", name)),
                ElementsAre(fmt::format("1:28 error metrics.a.$ref: no such template: `{}` | allowed are `coverage`, "
                                        "`function-coverage`, `loc`, `size`, `build-time`, `test-time`, "
                                        "`dependencies-count`",
                                        name)));
  }
}

TEST(ConfigProblems, F088_ATypeThatTheTemplateOverridesIsNamed) {
  const std::string text = R"({"metrics": {"a": {"$ref": "loc", "type": "label"}}})";
  EXPECT_THAT(lines_of(text),
              ElementsAre("1:43 warning metrics.a.type: ignored: the template `loc` is `numeric` | remove "
                          "`type`, or start without `$ref`"));
  EXPECT_EQ(config_of(text).metrics.at(0).type, MetricType::numeric);
  EXPECT_THAT(lines_of(R"({"metrics": {"a": {"$ref": "loc", "type": "numeric"}}})"), IsEmpty());
}

TEST(ConfigProblems, F090_UnknownMetricsInChartsAreNamedAndLeftOut) {
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

TEST(ConfigProblems, F100_ThresholdsThatCannotBiteAreNamed) {
  EXPECT_THAT(lines_of(R"({"metrics": {"l": {"type": "label", "command": "x"}}, "qualityGate": {"thresholds": [
    {"metric": "l", "mode": "max", "target": 9}]}})"),
              ElementsAre("2:16 warning qualityGate.thresholds[0].metric: `l` is a label, which has no limits"));
  EXPECT_THAT(lines_of(with_metric(R"("qualityGate": {"mode": "hard"})")),
              ElementsAre("1:86 warning qualityGate.mode: `hard` has no effect without thresholds | add some to "
                          "`qualityGate.thresholds`"));
}

TEST(ConfigProblems, KeysThatTheModeDoesNotUseAreNamed) {
  EXPECT_THAT(lines_of(with_metric(R"("qualityGate": {"thresholds": [
    {"metric": "a", "mode": "no-regression", "target": 9},
    {"metric": "a", "mode": "min", "target": 9, "tolerance": 1, "maxDropPercent": 1, "direction": "stable"}]})")),
              ElementsAre("2:46 warning qualityGate.thresholds[0].target: `target` has no effect with `no-regression`",
                          "3:49 warning qualityGate.thresholds[1].tolerance: `tolerance` has no effect with `min`",
                          "3:65 warning qualityGate.thresholds[1].maxDropPercent: `maxDropPercent` has no effect with "
                          "`min`",
                          "3:86 warning qualityGate.thresholds[1].direction: `direction` has no effect with `min`"));
}

TEST(ConfigProblems, EqualThresholdsAreNamedHoweverTheyAreWritten) {
  EXPECT_THAT(lines_of(with_metric(R"("qualityGate": {"thresholds": [
    {"metric": "a", "mode": "no-regression"},
    {"mode": "no-regression", "tolerance": 5e-1, "severity": "blocker", "metric": "a"},
    {"metric": "a", "mode": "no-regression", "severity": "warning"}]})")),
              ElementsAre("3:5 warning qualityGate.thresholds[1]: the same threshold as `qualityGate.thresholds[0]`"));
}

TEST(ConfigProblems, F096_AThresholdOnACostAsksForADirection) {
  EXPECT_THAT(
      lines_of(R"({"metrics": {"b": {"type": "numeric", "command": "x", "unit": "bytes"}},
  "qualityGate": {"thresholds": [{"metric": "b", "mode": "no-regression"}]}})"),
      ElementsAre("2:34 warning qualityGate.thresholds[0]: a drop of `b` counts as bad, though its unit is `bytes` | "
                  "say which way is good: give the metric a `direction`, for example `lower-is-better`"));
  EXPECT_THAT(lines_of(R"({"metrics": {"b": {"$ref": "size"}},
  "qualityGate": {"thresholds": [{"metric": "b", "mode": "no-regression"}]}})"),
              IsEmpty());
}

TEST(ConfigProblems, ConsequencesOfAProblemAreNotReported) {
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

TEST(ConfigProblems, OldKeysOfStorageNameTheInput) {
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

TEST(ConfigProblems, SyntaxErrorsStandAlone) {
  EXPECT_THAT(
      lines_of("{\n  \"metrics\": {},\n}"),
      ElementsAre("3:1 error $: expected a key in double quotes after `,`, found `}` | remove the comma before it"));
  EXPECT_THAT(lines_of("{\"metrics\": {}\n \"x\": 1}"),
              ElementsAre("2:2 error $: expected `,` or `}`, found `\"` | is a comma missing before it?"));
  EXPECT_THAT(lines_of(""), ElementsAre("1:1 error $: expected a value, found the end of the file | the file is empty; "
                                        "`{\"metrics\": {…}}` is the least it needs"));
  EXPECT_FALSE(parse_config("{", ".").config.has_value());
}

TEST(ConfigProblems, PathsQuoteKeysThatAreNoIdentifiers) {
  EXPECT_THAT(lines_of(R"({"metrics": {"my-metric": 1, "a.b": 1, "q\"\\": 1, "_$1": 1, "": 1}})").size(), 9U);
  std::vector<std::string> paths;
  for (const Diagnostic& d : parse_config(R"({"metrics": {"my-metric": 1, "q\"\\": 1, "1a": 1}})", ".").diagnostics) {
    paths.push_back(d.path);
  }
  EXPECT_THAT(paths,
              ElementsAre(R"(metrics["my-metric"])", R"(metrics["q\"\\"])", R"(metrics["q\"\\"])", R"(metrics["1a"])"));
}

TEST(ConfigProblems, BlankAndUnrunnableCommandsAreNamed) {
  EXPECT_THAT(
      lines_of(
          R"({"metrics": {"a": {"type": "label", "command": " \t"}, "b": {"type": "label", "command": "x\u0000y"}}})"),
      ElementsAre("1:48 warning metrics.a.command: the command is blank and prints nothing",
                  "1:90 warning metrics.b.command: the command has a NUL character, with which none can be run"));
}

TEST(ConfigProblems, SourcesThatMatchNothingAreNamedAndBombsRefused) {
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
