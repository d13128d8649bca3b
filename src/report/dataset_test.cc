#include "report/dataset.h"

#include <limits>

#include <gtest/gtest.h>

namespace unentropy {
namespace {

Metric metric(std::string key, std::optional<Unit> unit = std::nullopt, MetricType type = MetricType::numeric) {
  Metric result;
  result.key = key;
  result.name = key + " name";
  result.unit = unit;
  result.type = type;
  return result;
}

HistorySeries series(std::string key, std::string unit = {}) {
  HistorySeries result;
  result.metric_key = std::move(key);
  result.unit = std::move(unit);
  result.description = "stored";
  return result;
}

std::string outline(const ShownLayout& layout) {
  std::string out;
  for (const ShownSection& section : layout.sections) {
    out += "[" + section.name + (section.folded ? " folded" : "") + "]";
    for (const ShownChart& chart : section.charts) {
      out += " " + chart.title + ":";
      for (const ShownPanel& panel : chart.panels) {
        out += panel.type == MetricType::label ? "<" : "(";
        for (const std::size_t m : panel.metrics) {
          out += layout.metrics[m].key + " ";
        }
        out.back() = panel.type == MetricType::label ? '>' : ')';
      }
    }
    out += "\n";
  }
  return out;
}

TEST(Layout, WithoutSectionsIsOneGridInTheOrderOfTheConfiguration) {
  const auto layout = lay_out({metric("b"), metric("a")}, {series("a"), series("b")}, {}, {});
  EXPECT_EQ(outline(layout), "[] b name:(b) a name:(a)\n");
}

TEST(Layout, WithoutAConfigurationEverySeriesIsShown) {
  EXPECT_EQ(outline(lay_out({}, {series("a"), series("b")}, {}, {})), "[] a:(a) b:(b)\n");
}

TEST(Layout, WhatIsNoLongerConfiguredIsFolded) {
  const auto layout = lay_out({metric("b")}, {series("a"), series("b")}, {}, {});
  EXPECT_EQ(outline(layout), "[] b name:(b)\n[No longer configured folded] a:(a)\n");
}

TEST(Layout, F117_AMetricMayAppearInSeveralCharts) {
  ReportLayout sections;
  sections.sections = {{"One", "", {{{"a"}, ""}, {{"a"}, "again"}}}, {"Two", "", {{{"a", "a"}, ""}}}};
  EXPECT_EQ(outline(lay_out({metric("a")}, {series("a")}, sections, {})),
            "[One] a name:(a) again:(a)\n[Two] a name:(a)\n");
}

TEST(Layout, F119_ATitleIsObeyedForEveryChart) {
  ReportLayout sections;
  sections.sections = {{"S", "", {{{"a"}, "Title"}, {{"a", "b"}, "Both"}, {{"a", "b"}, ""}}}};
  EXPECT_EQ(outline(lay_out({metric("a"), metric("b")}, {}, sections, {})),
            "[S] Title:(a) Both:(a b) a name, b name:(a b)\n");
}

TEST(Layout, F130_LabelsAreBelowAndUnitsShareAtMostTwoAxes) {
  ReportLayout sections;
  sections.sections = {{"S", "", {{{"p", "l", "b", "n", "p2", "d"}, "All"}}}};
  const auto layout =
      lay_out({metric("p", Unit::percent), metric("b", Unit::bytes), metric("n"), metric("d", Unit::duration),
               metric("p2", Unit::percent), metric("l", std::nullopt, MetricType::label)},
              {}, sections, {});
  EXPECT_EQ(outline(layout), "[S] All:(p p2 b)(n d)<l>\n");
}

TEST(Layout, F135_AChartWithoutKnownMetricsIsLeftOutAndItsSectionStays) {
  ReportLayout sections;
  sections.sections = {{"S", "why", {{{"unknown"}, "Gone"}}}};
  EXPECT_EQ(outline(lay_out({metric("a")}, {}, sections, {})), "[S]\n");
}

TEST(Layout, NameUnitAndDescriptionComeFromTheConfigurationElseFromTheHistory) {
  Metric described = metric("a", Unit::bytes);
  described.description = "own";
  const auto layout = lay_out({described, metric("b")}, {series("a", "percent"), series("b", "fathoms")}, {}, {});
  EXPECT_EQ(layout.metrics[0].unit, "bytes");
  EXPECT_EQ(layout.metrics[0].description, "own");
  EXPECT_EQ(layout.metrics[1].unit, "fathoms");
  EXPECT_EQ(layout.metrics[1].description, "stored");
}

TEST(Dataset, LeavesOutBuildsWithoutAnyValue) {
  HistoryData history;
  history.builds.resize(4);
  for (std::int64_t i = 0; i < 4; ++i) {
    history.builds[static_cast<std::size_t>(i)].id = 10 + i;
  }
  history.series = {series("a"), series("b")};
  const double none = std::numeric_limits<double>::quiet_NaN();
  history.series[0].numbers = {none, 1, none, none};
  history.series[1].numbers = {none, none, none, 7};
  const auto layout = lay_out({}, history.series, {}, {});
  const Dataset dataset(history, layout.metrics);
  ASSERT_EQ(dataset.size(), 2U);
  EXPECT_EQ(dataset.build(0).id, 11);
  EXPECT_EQ(dataset.build(1).id, 13);
  EXPECT_EQ(dataset.number(*dataset.series(1), 1), 7);
}

TEST(Dataset, F121_ValuesBelongToTheirBuildAlthoughTwoShareAnInstant) {
  HistoryData history;
  history.builds.resize(2);
  history.builds[0].timestamp = history.builds[1].timestamp = Instant(std::chrono::milliseconds(1000));
  history.series = {series("a")};
  history.series[0].numbers = {1, 2};
  const auto layout = lay_out({}, history.series, {}, {});
  const Dataset dataset(history, layout.metrics);
  EXPECT_EQ(dataset.number(*dataset.series(0), 0), 1);
  EXPECT_EQ(dataset.number(*dataset.series(0), 1), 2);
}

}  // namespace
}  // namespace unentropy
