#include "cli/measurement_lines.h"

#include <random>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "history/history.h"
#include "history/testing/random_records.h"

namespace unentropy {
namespace {

using ::testing::ElementsAre;

const std::string kCommit = "0123456789abcdef0123456789abcdef01234567";

LineDefaults defaults() {
  return {"main", [](Instant) -> std::string { return kCommit; }};
}

// `column: message [hint]` of everything that is wrong.
std::vector<std::string> wrong(std::string_view line) {
  const auto parsed = parse_line(line, defaults());
  std::vector<std::string> texts;
  if (const auto* problems = std::get_if<std::vector<LineProblem>>(&parsed)) {
    for (const LineProblem& each : *problems) {
      texts.push_back(fmt::format("{}: {} [{}]", each.column, each.message, each.hint));
    }
  }
  return texts;
}

RecordedBuild right(std::string_view line) {
  auto parsed = parse_line(line, defaults());
  if (!std::holds_alternative<Measurement>(parsed)) throw std::runtime_error(join(wrong(line), "; "));
  return std::get<RecordedBuild>(std::get<Measurement>(std::move(parsed)).content);
}

std::string with_time(std::string_view time) {
  return fmt::format(R"({{"metric_id":"loc","value_numeric":1,"timestamp":"{}"}})", time);
}

TEST(MeasurementLines, FillsInWhatIsNotSaid) {
  const RecordedBuild recorded = right(R"({"metric_id":"loc","timestamp":"2025-02-03T04:05Z","value_numeric":1.5})");
  EXPECT_EQ(recorded.build.commit_sha, kCommit);
  EXPECT_EQ(recorded.build.branch, "main");
  EXPECT_EQ(recorded.build.run_id, "import:manual:0123456789ab:20250203T040500000Z");
  EXPECT_EQ(recorded.build.event_name, "import");
  EXPECT_EQ(recorded.build.run_number, 0);
  EXPECT_EQ(recorded.build.run_attempt, 0);
  ASSERT_EQ(recorded.metrics.size(), 1U);
  EXPECT_EQ(recorded.metrics[0].value, MetricValue(1.5));
}

// The table of the format's description.
TEST(MeasurementLines, TimesAreInstants) {
  for (const auto& [given, stored] : {std::pair("2025-02-03T04:05:06Z", "2025-02-03T04:05:06.000Z"),
                                      {"2025-02-03T04:05Z", "2025-02-03T04:05:00.000Z"},
                                      {"2025-02-03T04:05:06.789123Z", "2025-02-03T04:05:06.789Z"},
                                      {"2025-02-03T01:05:06+02:00", "2025-02-02T23:05:06.000Z"},
                                      {"2024-02-29T23:30:00-01:30", "2024-03-01T01:00:00.000Z"}}) {
    EXPECT_EQ(format_instant(right(with_time(given)).build.timestamp), stored);
  }
  for (const char* given : {"2025-02-03", "2025-02-03T04:05:06", "2025-02-03T04:05:06+0200", "2025-02-30T00:00:00Z",
                            "2025-02-03T24:00:00Z", "2025-02-03 04:05:06", "2025-02-03t04:05:06Z", ""}) {
    EXPECT_EQ(wrong(with_time(given)).size(), 1U) << given;
  }
}

TEST(MeasurementLines, SayEverythingThatIsWrongInOrder) {
  EXPECT_THAT(
      wrong(R"({"metric_id":"My_Metric","timestamp":"2025-02-03T04:05Z","valu_numeric":1,"commit_sha":"abc"})"),
      ElementsAre("14: `metric_id` is not a metric's key: `My_Metric` [did you mean `my-metric`?]",
                  "58: unknown key `valu_numeric` [did you mean `value_numeric`?]",
                  "88: `commit_sha` is no whole commit id: `abc` [write all 40 hexadecimal digits, in lower case, or "
                  "leave it out]"));
  EXPECT_THAT(wrong(R"({"metric_id":"a","timestamp":"2025-02-03T04:05Z","value_numeric":1,"value_label":"x"})"),
              ElementsAre("82: `value_numeric` and `value_label` are both given [a measurement has one value]"));
  EXPECT_THAT(wrong(R"({"metric_id":"a","timestamp":"2025-02-03T04:05Z","value_numeric":null})"),
              ElementsAre("66: `value_numeric` is not a number []"));
  EXPECT_THAT(wrong(R"({"metric_id":"a","timestamp":"2025-02-03T04:05Z","value_numeric":1e999})"),
              ElementsAre("66: the number `1e999` is too large [each line is one JSON object]"));
  EXPECT_THAT(wrong(R"({"metric_id":"a","timestamp":"2025-02-03T04:05Z","value_numeric":1,"run_number":1.5})"),
              ElementsAre("81: `run_number` is not a whole number from 0 to 2^53 []"));
  EXPECT_THAT(wrong("{}"), ElementsAre("1: `timestamp` is missing [for example `2025-02-03T04:05:06Z`]",
                                       "1: `metric_id` is missing [it names what was measured]",
                                       "1: `value_numeric` is missing [give `value_numeric` or `value_label`]"));
  EXPECT_THAT(wrong("[]"), ElementsAre("1: the line is not a JSON object [each line is one JSON object]"));
}

TEST(MeasurementLines, OtherMetadataIsPassedOver) {
  const RecordedBuild recorded =
      right(R"({"metric_id":"a","timestamp":"2025-02-03T04:05Z","value_label":"","metadata":{"host":{"n":[1,null]}}})");
  EXPECT_EQ(recorded.metrics[0].value, MetricValue(std::string()));
}

std::string exported(const std::filesystem::path& path, const TempDir& directory) {
  std::string lines;
  const History empty = History::open(directory.path() / "empty.db", OpenMode::create);
  const History history = History::open(path, OpenMode::read_only);
  empty.for_each_missing(
      history, [&](const Tombstone& tombstone) { lines += format_line(tombstone); },
      [&](const RecordedBuild& recorded) {
        EXPECT_TRUE(fits_in_lines(recorded));
        lines += format_lines(recorded);
      });
  return lines;
}

// Labels and numbers at the edge of what there is.
void make_odd(std::mt19937& random, RunRecord& record) {
  const std::vector<std::string> texts = {"",
                                          "=1+1",
                                          "\xF0\x9F\x98\x80 e\xCC\x81 \xE2\x80\xAE",
                                          "a,\"b\"\r\nc\t\x01\x7F",
                                          "\\u0041",
                                          "</script>",
                                          "null",
                                          "\xEF\xBB\xBF",
                                          "\xC2\x85\xE2\x80\xA8"};
  const std::vector<double> numbers = {0.1, -0.0, 5e-324, 1.7976931348623157e308, 9007199254740992.0, -3.0, 1e21};
  for (RecordedBuild& recorded : record.builds) {
    recorded.build.run_id += texts[random() % texts.size()];
    recorded.build.branch += texts[random() % texts.size()];
    if (recorded.build.event_name) *recorded.build.event_name += texts[random() % texts.size()];
    for (RecordedMetric& metric : recorded.metrics) {
      if (metric.type == MetricType::label) metric.value = texts[random() % texts.size()];
      if (metric.type == MetricType::numeric) metric.value = numbers[random() % numbers.size()];
      if (!metric.description.empty()) metric.description += texts[random() % texts.size()];
    }
  }
}

// Builds, values and removals with every origin; definitions, whose times only the history itself knows, by what they
// say; which records were folded is not exported.
std::vector<std::string> told(const std::filesystem::path& path) {
  std::vector<std::string> rows = testing::contents(path);
  std::erase_if(rows,
                [](const std::string& row) { return row.starts_with("record") || row.starts_with("definition"); });
  return rows;
}

TEST(MeasurementLines, GiveBackEveryHistory) {
  std::mt19937 random(20250203);
  for (int round = 0; round < 150; ++round) {
    SCOPED_TRACE(round);
    const TempDir directory(std::filesystem::temp_directory_path());
    const auto file = [&](const char* name) { return directory.path() / name; };
    {
      History history = History::open(file("a.db"), OpenMode::create, Verification::quick, Durability::cached);
      for (RunRecord& record : testing::random_records(random, 5)) {
        make_odd(random, record);
        history.fold(record, Instant{});
      }
      history.close();
    }
    const std::string lines = exported(file("a.db"), directory);
    {
      History history = History::open(file("b.db"), OpenMode::create, Verification::quick, Durability::cached);
      for (const std::string_view line : split(lines, '\n')) {
        if (line.empty()) continue;
        auto parsed = parse_line(line, defaults());
        ASSERT_TRUE(std::holds_alternative<Measurement>(parsed)) << line << "\n" << join(wrong(line), "\n");
        RunRecord record;
        auto& content = std::get<Measurement>(parsed).content;
        if (auto* tombstone = std::get_if<Tombstone>(&content)) record.tombstones.push_back(*tombstone);
        if (auto* build = std::get_if<RecordedBuild>(&content)) record.builds.push_back(*build);
        history.fold(record, Instant{});
      }
      history.close();
    }
    ASSERT_EQ(told(file("b.db")), told(file("a.db"))) << lines;
    ASSERT_EQ(exported(file("b.db"), directory), lines);
  }
}

}  // namespace
}  // namespace unentropy
