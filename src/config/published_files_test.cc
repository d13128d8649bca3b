// What is made from the schema table and committed: the JSON Schema and the reference page.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "config/schema_table.h"
#include "config/test_support.h"
#include "model/metric.h"

namespace unentropy {
namespace {

TEST(PublishedFiles, JsonSchemaIsThatOfTheTable) {
  expect_same_as_file(source_path("schema/unentropy.schema.json"), config_json_schema());
}

TEST(PublishedFiles, ReferencePageIsThatOfTheTable) {
  expect_same_as_file(source_path("docs/reference/configuration.md"), config_reference_markdown());
}

// Every key of the table, wherever it is nested.
void collect_keys(const Rule& rule, std::vector<std::string>& keys) {
  for (const KeyRule& known : rule.keys) {
    keys.emplace_back(known.key);
    EXPECT_FALSE(known.description.empty()) << known.key;
    collect_keys(known.rule, keys);
  }
  for (const auto* inner : {&rule.element, &rule.key, &rule.otherwise}) {
    for (const Rule& each : *inner) collect_keys(each, keys);
  }
}

TEST(PublishedFiles, NameEveryKeyAndEveryTemplate) {
  std::vector<std::string> keys;
  collect_keys(config_rule(), keys);
  ASSERT_GT(keys.size(), 50U);
  const std::string schema = config_json_schema();
  const std::string page = config_reference_markdown();
  for (const std::string& key : keys) {
    EXPECT_NE(schema.find("\"" + key + "\": {"), std::string::npos) << key;
    EXPECT_NE(page.find("| `" + key + "` |"), std::string::npos) << key;
  }
  for (const MetricTemplate& each : metric_templates()) {
    EXPECT_NE(page.find("| `" + std::string(each.id) + "` |"), std::string::npos) << each.id;
  }
}

TEST(PublishedFiles, ExampleOfThePageIsValid) {
  const std::string page = config_reference_markdown();
  const std::string opening = "```json\n";
  const std::size_t begin = page.find(opening) + opening.size();
  const std::string example = page.substr(begin, page.find("```", begin) - begin);
  ASSERT_NE(example.find("\"metrics\""), std::string::npos);
  EXPECT_EQ(lines_of(example), std::vector<std::string>{});
}

// What the table calls a default is what the program does without the key.
TEST(PublishedFiles, DefaultsAreThoseOfTheProgram) {
  const Rule& gate = find_key(config_rule(), "qualityGate")->rule;
  const Rule& baseline = find_key(gate, "baseline")->rule;
  const Rule& threshold = find_key(gate, "thresholds")->rule.element.front();
  const Rule& metric = find_key(config_rule(), "metrics")->rule.element.front();
  const Rule& storage = find_key(config_rule(), "storage")->rule;
  const Rule& report = find_key(config_rule(), "report")->rule;
  EXPECT_EQ(find_key(metric, "timeout")->default_json, std::to_string(kDefaultMetricTimeout.count()));
  EXPECT_EQ(find_key(storage, "type")->default_json, fmt::format("\"{}\"", to_string(kDefaultStorageType)));
  EXPECT_EQ(find_key(baseline, "maxAgeDays")->default_json, std::to_string(GateSettings{}.max_age_days));
  EXPECT_EQ(find_key(threshold, "tolerance")->default_json, fmt::format("{}", Threshold{}.tolerance));
  EXPECT_EQ(find_key(threshold, "severity")->default_json, fmt::format("\"{}\"", to_string(Threshold{}.severity)));
  EXPECT_EQ(find_key(report, "theme")->default_json, fmt::format("\"{}\"", ReportLayout{}.theme));
  EXPECT_EQ(ReportLayout{}.mode, ColourMode::automatic);
}

TEST(PublishedFiles, RequirementsNameKeysOfTheirObject) {
  const Rule& metric = find_key(config_rule(), "metrics")->rule.element.front();
  const Rule& threshold = find_key(find_key(config_rule(), "qualityGate")->rule, "thresholds")->rule.element.front();
  for (const Rule* object : {&metric, &threshold}) {
    ASSERT_FALSE(object->requirements.empty());
    for (const Requirement& requirement : object->requirements) {
      EXPECT_NE(find_key(*object, requirement.when), nullptr);
      EXPECT_NE(find_key(*object, requirement.needs), nullptr);
      EXPECT_FALSE(requirement.complaint.empty());
      EXPECT_EQ(requirement.complaint_if_absent.empty(), !requirement.or_absent);
    }
  }
}

}  // namespace
}  // namespace unentropy
