#include "cli/run_outputs.h"

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "cli/run_tables.h"

namespace unentropy {
namespace {

using ::testing::HasSubstr;

MetricOutcome measured(const std::string& key, double value, std::optional<Unit> unit = {}) {
  MetricOutcome outcome;
  outcome.metric.key = key;
  outcome.metric.name = key;
  outcome.metric.unit = unit;
  outcome.result = MetricValue(value);
  return outcome;
}

RunResult example() {
  RunResult result;
  result.storage = StorageType::sqlite_s3;
  result.database_key = "team/metrics.db";
  result.database_bytes = 4096;
  result.total_builds = 7;
  result.build = BuildContext{};
  result.build->commit_sha = "abc";
  result.outcomes = {measured("size", 2048, Unit::bytes), measured("count", 3)};
  MetricOutcome failed;
  failed.metric.key = "broken";
  failed.metric.name = "Broken | one";
  failed.result = MetricFailure{"exit code 1", "oops"};
  result.outcomes.push_back(failed);
  result.previous["size"] = PreviousValue{MetricValue(1024.0), "fff", Instant{}};
  result.phases.push_back({"download", PhaseStatus::done, Milliseconds{12}, "6 builds", {}});
  return result;
}

TEST(RunOutputs, F009_AllAreSetOnFailureToo) {
  RunResult result = example();
  result.exit_code = 3;
  result.error_code = "denied";
  result.error_message = "the key was refused";
  result.error_hint = "check it";
  std::map<std::string, std::string> outputs;
  for (const auto& [name, value] : action_outputs(result)) outputs[name] = value;
  EXPECT_EQ(outputs["success"], "false");
  EXPECT_EQ(outputs["error-code"], "denied");
  EXPECT_EQ(outputs["error-message"], "the key was refused (check it)");
  EXPECT_EQ(outputs["storage-type"], "sqlite-s3");
  EXPECT_EQ(outputs["database-location"], "storage://sqlite-s3/team/metrics.db");
  EXPECT_EQ(outputs["database-size"], "4096");
  EXPECT_EQ(outputs["metrics-collected"], "2");
  EXPECT_EQ(outputs["total-builds"], "7");
  EXPECT_EQ(outputs["artifact-upload-required"], "false");
  for (const char* name : {"duration", "source-run-id", "artifact-name", "artifact-path", "pending-records",
                           "report-path", "database-path"}) {
    EXPECT_TRUE(outputs.contains(name)) << name;
  }
}

TEST(RunOutputs, JsonHoldsValuesChangesAndFailures) {
  const auto json = nlohmann::json::parse(result_json(example()));
  EXPECT_EQ(json["success"], true);
  EXPECT_EQ(json["error"], nullptr);
  EXPECT_EQ(json["metrics"][0]["value"], 2048.0);
  EXPECT_EQ(json["metrics"][0]["previous"], 1024.0);
  EXPECT_EQ(json["metrics"][0]["change"], 1024.0);
  EXPECT_EQ(json["metrics"][2]["error"], "exit code 1");
  EXPECT_FALSE(json["metrics"][2].contains("value"));
  EXPECT_EQ(json["phases"][0]["duration_ms"], 12);
  EXPECT_EQ(json["totals"]["metrics_failed"], 1);
}

TEST(RunTables, TableShowsValueChangeAndReason) {
  EXPECT_EQ(metrics_table(example()),
            "  size                   2 KB  +1 KB (+100.0%)\n"
            "  count                  3     new\n"
            "  Broken | one (broken)  failed: exit code 1\n");
}

TEST(RunTables, SummaryEscapesNames) {
  const std::string summary = job_summary(example());
  EXPECT_THAT(summary, HasSubstr("| Broken \\| one \\(broken\\) | failed&#58; exit code 1 |  |"));
  EXPECT_THAT(summary, HasSubstr("| download | done | 12 ms | 6 builds |"));
}

}  // namespace
}  // namespace unentropy
