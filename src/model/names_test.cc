// The tables of names: parsing and printing are each other's inverse, and nothing else parses.
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/metric.h"
#include "model/phase.h"
#include "model/report_layout.h"
#include "model/storage.h"
#include "model/threshold.h"

namespace unentropy {
namespace {

using testing::ElementsAre;

template <typename Parse>
void expect_round_trip(const std::vector<std::string>& names, const Parse& parse) {
  for (const std::string& name : names) {
    const auto value = parse(name);
    ASSERT_TRUE(value.has_value()) << name;
    EXPECT_EQ(to_string(*value), name);
    std::string shouted = name;
    shouted[0] = static_cast<char>(shouted[0] - 'a' + 'A');
    EXPECT_FALSE(parse(shouted).has_value()) << shouted;
  }
  EXPECT_FALSE(parse("").has_value());
  EXPECT_FALSE(parse("toString").has_value());
}

TEST(Names, ParseAndPrintAgree) {
  expect_round_trip(metric_type_names(), parse_metric_type);
  expect_round_trip(unit_names(), parse_unit);
  expect_round_trip(direction_names(), parse_direction);
  expect_round_trip(threshold_mode_names(), parse_threshold_mode);
  expect_round_trip(severity_names(), parse_severity);
  expect_round_trip(gate_mode_names(), parse_gate_mode);
  expect_round_trip(storage_type_names(), parse_storage_type);
}

TEST(Names, StandInTheOrderOfTheDocumentation) {
  EXPECT_THAT(metric_type_names(), ElementsAre("numeric", "label"));
  EXPECT_THAT(unit_names(), ElementsAre("percent", "integer", "bytes", "duration", "decimal"));
  EXPECT_THAT(direction_names(), ElementsAre("higher-is-better", "lower-is-better", "stable"));
  EXPECT_THAT(threshold_mode_names(), ElementsAre("min", "max", "no-regression", "delta-max-drop"));
  EXPECT_THAT(severity_names(), ElementsAre("blocker", "warning"));
  EXPECT_THAT(gate_mode_names(), ElementsAre("off", "soft", "hard"));
  EXPECT_THAT(storage_type_names(), ElementsAre("sqlite-artifact", "sqlite-s3", "sqlite-local"));
  EXPECT_THAT(theme_names(), ElementsAre("lattice", "flux", "halftone", "specimen"));
  EXPECT_THAT(theme_variable_names(),
              ElementsAre("--bg", "--surface", "--surface-card", "--border", "--border-soft", "--text", "--text-dim",
                          "--text-muted", "--accent", "--up", "--down", "--warn"));
  EXPECT_THAT(colour_mode_names(), ElementsAre("auto", "light", "dark"));
}

TEST(Names, PhaseStatuses) {
  EXPECT_EQ(to_string(PhaseStatus::done), "done");
  EXPECT_EQ(to_string(PhaseStatus::warned), "warned");
  EXPECT_EQ(to_string(PhaseStatus::failed), "failed");
  EXPECT_EQ(to_string(PhaseStatus::skipped), "skipped");
}

TEST(Templates, AreTheSeven) {
  const auto direction = [](std::string_view id) { return find_metric_template(id)->direction; };
  std::vector<std::string_view> ids;
  for (const MetricTemplate& each : metric_templates()) {
    ids.push_back(each.id);
    EXPECT_FALSE(each.description.empty());
    EXPECT_LE(each.description.size(), 256U);
  }
  EXPECT_THAT(ids, ElementsAre("coverage", "function-coverage", "loc", "size", "build-time", "test-time",
                               "dependencies-count"));
  EXPECT_EQ(direction("coverage"), Direction::higher_is_better);
  EXPECT_EQ(direction("function-coverage"), Direction::higher_is_better);
  EXPECT_EQ(direction("loc"), std::nullopt);
  EXPECT_EQ(direction("size"), Direction::lower_is_better);
  EXPECT_EQ(direction("build-time"), Direction::lower_is_better);
  EXPECT_EQ(direction("test-time"), Direction::lower_is_better);
  EXPECT_EQ(direction("dependencies-count"), Direction::lower_is_better);
  EXPECT_EQ(find_metric_template("coverage")->unit, Unit::percent);
  EXPECT_EQ(find_metric_template("function-coverage")->unit, Unit::percent);
  EXPECT_EQ(find_metric_template("loc")->unit, Unit::integer);
  EXPECT_EQ(find_metric_template("size")->unit, Unit::bytes);
  EXPECT_EQ(find_metric_template("build-time")->unit, Unit::duration);
  EXPECT_EQ(find_metric_template("test-time")->unit, Unit::duration);
  EXPECT_EQ(find_metric_template("dependencies-count")->unit, Unit::integer);
  EXPECT_EQ(find_metric_template("loc")->command, "@collect loc .");
  EXPECT_EQ(find_metric_template("size")->command, "@collect size dist");
  EXPECT_EQ(find_metric_template("coverage")->command, "");
}

TEST(Templates, F087_AreFoundByTheirExactIdOnly) {
  for (const std::string_view id : {"", "toString", "constructor", "__proto__", "Coverage", "coverage ", "cov"}) {
    EXPECT_EQ(find_metric_template(id), nullptr) << id;
  }
}

TEST(Direction, OfTheMetricGoesBeforeThatOfItsTemplate) {
  Metric metric;
  EXPECT_EQ(effective_direction(metric), std::nullopt);
  metric.template_id = "size";
  EXPECT_EQ(effective_direction(metric), Direction::lower_is_better);
  metric.direction = Direction::stable;
  EXPECT_EQ(effective_direction(metric), Direction::stable);
  metric.direction.reset();
  metric.template_id = "loc";
  EXPECT_EQ(effective_direction(metric), std::nullopt);
}

}  // namespace
}  // namespace unentropy
