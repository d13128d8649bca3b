#include "history/read.h"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include "history/history.h"
#include "history/rows.h"
#include "history/testing/fixture.h"
#include "history/testing/generate.h"
#include "history/testing/raw.h"

namespace unentropy {
namespace {

using testing::build;
using ::testing::ElementsAre;
using testing::instant;
using ::testing::IsEmpty;
using ::testing::IsNan;
using testing::label;
using testing::number;
using ::testing::Pair;
using testing::RawDatabase;
using ::testing::SizeIs;
using testing::TempHistory;

void create_with(const TempHistory& file, const std::string& sql) {
  History::open(file.path(), OpenMode::create, Verification::quick, Durability::cached).close();
  RawDatabase(file.path()).execute(sql);
}

History open_to_read(const TempHistory& file) { return History::open(file.path(), OpenMode::read_only); }

// A build row as another tool may have written it.
std::string build_row(int id, const std::string& branch, const std::string& event, const std::string& timestamp,
                      int run_number = 1) {
  return fmt::format("INSERT INTO build_contexts VALUES ({}, 'c{}', '{}', '{}', {}, {}, '{}');", id, id, branch, id,
                     run_number, event.empty() ? "NULL" : "'" + event + "'", timestamp);
}

std::string value_row(int build_id, const std::string& metric, const std::string& value) {
  return fmt::format("INSERT INTO metric_values (metric_id, build_id, value_numeric) VALUES ('{}', {}, {});", metric,
                     build_id, value);
}

constexpr const char* kSize = "INSERT INTO metric_definitions VALUES ('size', 'numeric', 'bytes', 'Size of it');";

std::vector<std::string> commits(const HistoryData& data) {
  std::vector<std::string> result;
  for (const HistoryBuild& item : data.builds) result.push_back(item.commit_sha);
  return result;
}

TEST(Load, F111_ScheduledAndManualRunsCountAndPullRequestsDoNot) {
  const TempHistory file;
  std::string sql = kSize;
  int id = 0;
  for (const char* event : {"push", "import", "schedule", "workflow_dispatch", "pull_request", "pull_request_target",
                            "merge_group", "workflow_run", "", "PUSH"}) {
    ++id;
    sql += build_row(id, "main", event, fmt::format("2025-01-{:02}T00:00:00.000Z", id)) +
           value_row(id, "size", std::to_string(id));
  }
  create_with(file, sql);
  const HistoryData data = open_to_read(file).load("main");
  EXPECT_THAT(commits(data), ElementsAre("c1", "c2", "c3", "c4"));
  EXPECT_THAT(data.series[0].numbers, ElementsAre(1, 2, 3, 4));
  EXPECT_EQ(data.builds[2].event_name, "schedule");
  EXPECT_EQ(data.total_builds, 10);
  ASSERT_THAT(data.branches, SizeIs(1));
  EXPECT_EQ(data.branches[0].builds, 4);
}

TEST(Load, F120_OneBranchAtATime) {
  const TempHistory file;
  create_with(file, kSize + build_row(1, "main", "push", "2025-01-01T00:00:00.000Z") + value_row(1, "size", "1") +
                        build_row(2, "topic", "push", "2025-01-02T00:00:00.000Z") + value_row(2, "size", "2") +
                        build_row(3, "main", "push", "2025-01-03T00:00:00.000Z") + value_row(3, "size", "3") +
                        build_row(4, "alpha", "push", "2025-01-02T00:00:00.000Z") + value_row(4, "size", "4") +
                        build_row(5, "hidden", "pull_request", "2025-01-05T00:00:00.000Z"));
  const History history = open_to_read(file);
  EXPECT_THAT(history.load("main").series[0].numbers, ElementsAre(1, 3));
  EXPECT_THAT(history.load("topic").series[0].numbers, ElementsAre(2));
  std::vector<std::pair<std::string, std::int64_t>> branches;
  for (const HistoryBranch& branch : history.load("topic").branches) branches.emplace_back(branch.name, branch.builds);
  EXPECT_THAT(branches, ElementsAre(Pair("main", 2), Pair("alpha", 1), Pair("topic", 1)));
  // Without a wish: the branch of the newest build that is shown.
  EXPECT_EQ(history.load("").branch, "main");
  const HistoryData unknown = history.load("nowhere");
  EXPECT_EQ(unknown.branch, "nowhere");
  EXPECT_THAT(unknown.builds, IsEmpty());
  EXPECT_THAT(unknown.series, IsEmpty());
  EXPECT_THAT(unknown.branches, SizeIs(3));
}

TEST(Load, F121_BuildsOfOneInstantKeepTheirOwnValues) {
  const TempHistory file;
  create_with(file, kSize + build_row(7, "main", "push", "2025-01-01T00:00:00.000Z", 3) + value_row(7, "size", "70") +
                        build_row(3, "main", "push", "2025-01-01T00:00:00.000Z", 5) + value_row(3, "size", "30") +
                        build_row(9, "main", "push", "2025-01-01T00:00:00.000Z", 3) + value_row(9, "size", "90"));
  const HistoryData data = open_to_read(file).load("main");
  // By run number, then by id.
  EXPECT_THAT(commits(data), ElementsAre("c7", "c9", "c3"));
  EXPECT_THAT(data.series[0].numbers, ElementsAre(70, 90, 30));
}

TEST(Load, F112_F122_TimestampsAreComparedAsInstants) {
  const TempHistory file;
  create_with(file, kSize + build_row(1, "main", "import", "2025-01-01T23:00:00-05:00") + value_row(1, "size", "4") +
                        build_row(2, "main", "import", "2025-01-02T01:00Z") + value_row(2, "size", "2") +
                        build_row(3, "main", "import", "2025-01-02T05:30:00.123456+02:30") + value_row(3, "size", "3") +
                        build_row(4, "main", "import", "2025-01-02 00:30:00") + value_row(4, "size", "1") +
                        build_row(5, "main", "import", "yesterday") + value_row(5, "size", "99"));
  const HistoryData data = open_to_read(file).load("main");
  EXPECT_THAT(data.series[0].numbers, ElementsAre(1, 2, 3, 4));
  EXPECT_EQ(data.builds[2].timestamp, instant("2025-01-02T03:00:00.123Z"));
  EXPECT_EQ(data.total_builds, 5);
}

TEST(Load, BuildsWithoutValuesAreLeftOutAndInfinityIsKept) {
  const TempHistory file;
  create_with(file, kSize + build_row(1, "main", "push", "2025-01-01T00:00:00.000Z") +
                        build_row(2, "main", "push", "2025-01-02T00:00:00.000Z") + value_row(2, "size", "9e999") +
                        build_row(3, "main", "push", "2025-01-03T00:00:00.000Z") + value_row(3, "other", "-9e999") +
                        build_row(4, "main", "push", "2025-01-04T00:00:00.000Z"));
  const HistoryData data = open_to_read(file).load("main");
  EXPECT_THAT(commits(data), ElementsAre("c2", "c3"));
  ASSERT_THAT(data.series, SizeIs(2));
  EXPECT_EQ(data.series[0].metric_key, "other");  // no definition, and still there
  EXPECT_THAT(data.series[0].numbers, ElementsAre(IsNan(), -std::numeric_limits<double>::infinity()));
  EXPECT_THAT(data.series[1].numbers, ElementsAre(std::numeric_limits<double>::infinity(), IsNan()));
  EXPECT_EQ(data.series[1].unit, "bytes");
  EXPECT_EQ(data.series[1].description, "Size of it");
}

TEST(Load, LabelsAreADictionaryPerMetric) {
  const TempHistory file;
  History history = History::open(file.path(), OpenMode::create, Verification::quick, Durability::cached);
  history.record(build("c1", "1", "2025-01-01T00:00:00Z"), {label("channel", "beta")});
  history.record(build("c2", "2", "2025-01-02T00:00:00Z"), {label("channel", "stable"), number("size", 1)});
  history.record(build("c3", "3", "2025-01-03T00:00:00Z"), {number("size", 2)});
  history.record(build("c4", "4", "2025-01-04T00:00:00Z"), {label("channel", "beta")});
  const HistoryData data = history.load("main");
  EXPECT_EQ(data.series[0].type, MetricType::label);
  EXPECT_THAT(data.series[0].numbers, IsEmpty());
  EXPECT_THAT(data.series[0].labels, ElementsAre("beta", "stable"));
  EXPECT_THAT(data.series[0].label_indexes, ElementsAre(0, 1, HistorySeries::kNoLabel, 0));
  EXPECT_THAT(data.series[1].numbers, ElementsAre(IsNan(), 1, 2, IsNan()));
  EXPECT_THAT(data.series[1].label_indexes, IsEmpty());
}

TEST(Load, ValuesOfAnEarlierTypeHaveNoPlaceInTheColumn) {
  const TempHistory file;
  History history = History::open(file.path(), OpenMode::create, Verification::quick, Durability::cached);
  history.record(build("c1", "1", "2025-01-01T00:00:00Z"), {number("version", 1)});
  history.record(build("c2", "2", "2025-01-02T00:00:00Z"), {label("version", "two")});
  const HistoryData data = history.load("main");
  EXPECT_THAT(commits(data), ElementsAre("c2"));
  EXPECT_THAT(data.series[0].labels, ElementsAre("two"));
  EXPECT_EQ(history.value_count(), 2);
}

TEST(Load, TextsAreValidAndBounded) {
  const TempHistory file;
  create_with(file, "INSERT INTO metric_definitions VALUES ('l', 'label', NULL, CAST(x'ff41' AS TEXT));" +
                        build_row(1, "main", "push", "2025-01-01T00:00:00.000Z") +
                        "INSERT INTO metric_values (metric_id, build_id, value_label) VALUES ('l', 1, "
                        "'x' || replace(hex(zeroblob(1000)), '00', 'é'))");
  const HistoryData data = open_to_read(file).load("main");
  EXPECT_EQ(data.series[0].description,
            "\xEF\xBF\xBD"
            "A");
  EXPECT_EQ(data.series[0].labels[0].size(), 1023U);  // not cut within a character
  EXPECT_EQ(bounded_text(std::string(2000, 'a')), std::string(1024, 'a'));
}

TEST(Load, EveryTextEncodingAndPageSizeIsRead) {
  for (const char* encoding : {"UTF-8", "UTF-16le", "UTF-16be"}) {
    for (const int page_size : {512, 4096, 65536}) {
      const TempHistory file;
      {
        RawDatabase raw(file.path());
        raw.execute(
            fmt::format("PRAGMA encoding='{}'; PRAGMA page_size={}; CREATE TABLE seed (x)", encoding, page_size));
        raw.execute(
            "CREATE TABLE schema_version (version TEXT PRIMARY KEY, applied_at DATETIME NOT NULL DEFAULT "
            "CURRENT_TIMESTAMP, description TEXT)");
      }
      History history = History::open(file.path(), OpenMode::read_write, Verification::full, Durability::cached);
      history.record(build("c1", "1", "2025-01-01T00:00:00Z"), {label("channel", "früh")});
      EXPECT_THAT(history.load("main").series[0].labels, ElementsAre("früh"));
    }
  }
}

// A branch with few builds is read through indexes, one with many in a scan; both must tell the same.
TEST(Load, SmallAndLargeBranchesAreReadAlike) {
  const TempHistory file;
  testing::generate_history(file.path(), {300, 7, 5});
  const History history = open_to_read(file);
  RawDatabase raw(file.path());
  for (const HistoryBranch& branch : history.load("").branches) {
    SCOPED_TRACE(branch.name);
    const HistoryData data = history.load(branch.name);
    EXPECT_EQ(static_cast<std::int64_t>(data.builds.size()), branch.builds);
    std::vector<std::string> got;
    for (std::size_t i = 0; i < data.builds.size(); ++i) {
      for (const HistorySeries& series : data.series) {
        const std::string place =
            fmt::format("{}|{}|{}|", data.builds[i].id, data.builds[i].commit_sha, series.metric_key);
        if (series.type == MetricType::numeric) {
          if (!std::isnan(series.numbers[i])) got.push_back(place + fmt::format("{:.3f}", series.numbers[i]));
        } else if (series.label_indexes[i] != HistorySeries::kNoLabel) {
          got.push_back(place + series.labels[series.label_indexes[i]]);
        }
      }
    }
    EXPECT_EQ(got, raw.query("SELECT b.id, b.commit_sha, v.metric_id, coalesce(printf('%.3f', v.value_numeric), "
                             "v.value_label) FROM metric_values v JOIN build_contexts b ON b.id = v.build_id "
                             "WHERE b.branch = '" +
                             branch.name +
                             "' AND b.event_name IN ('push', 'import', 'schedule', "
                             "'workflow_dispatch') ORDER BY b.timestamp, b.id, v.metric_id"));
  }
}

int statements_on_values = 0;

int count_statement(unsigned, void*, void* statement, void*) {
  const std::string sql = sqlite3_sql(static_cast<sqlite3_stmt*>(statement));
  if (sql.find("metric_values") != std::string::npos) ++statements_on_values;
  return 0;
}

int trace_connection(sqlite3* connection, const char**, const sqlite3_api_routines*) {
  return sqlite3_trace_v2(connection, SQLITE_TRACE_STMT, count_statement, nullptr);
}

TEST(Load, F137_OneQueryForAllMetrics) {
  const TempHistory file;
  testing::generate_history(file.path(), {50, 30, 1});
  const auto entry = reinterpret_cast<void (*)()>(&trace_connection);
  sqlite3_auto_extension(entry);
  const History history = open_to_read(file);
  sqlite3_cancel_auto_extension(entry);
  statements_on_values = 0;
  EXPECT_THAT(history.load("main").series, SizeIs(30));
  EXPECT_EQ(statements_on_values, 1);
}

TEST(Load, BuildIdsMayBeAnyNumbers) {
  const TempHistory file;
  std::string sql = kSize;
  for (const char* id : {"-9223372036854775808", "-5", "0", "3", "9223372036854775807"}) {
    sql += fmt::format(
        "INSERT INTO build_contexts VALUES ({0}, 'c{0}', 'main', '{0}', 1, 'push', '2025-01-01T00:00:00Z');"
        "INSERT INTO metric_values (metric_id, build_id, value_numeric) VALUES ('size', {0}, {0});",
        id);
  }
  create_with(file, sql);
  const HistoryData data = open_to_read(file).load("main");
  EXPECT_THAT(data.series[0].numbers, ElementsAre(-9223372036854775808.0, -5, 0, 3, 9223372036854775808.0));
}

TEST(Load, ColumnsThatWouldFillTheMemoryAreRefused) {
  const TempHistory file;
  create_with(file,
              "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 7000) "
              "INSERT INTO build_contexts SELECT i, 'c' || i, 'main', i, i, 'push', '2025-01-01T00:00:00Z' FROM n;"
              "INSERT INTO metric_values (metric_id, build_id, value_numeric) "
              "SELECT 'm' || id, id, 1.0 FROM build_contexts");
  const History history = open_to_read(file);
  try {
    history.load("main");
    FAIL() << "loaded";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::corrupt);
    EXPECT_EQ(error.message(), "reading the history `" + file.path().native() +
                                   "`: it has more than 5714 metrics in 7000 builds of one branch");
  }
}

// F110 is the gate's choice; what it needs is that the values of one build come together, with its commit.
TEST(Load, F110_ValuesComeWithTheBuildTheyBelongTo) {
  const TempHistory file;
  History history = History::open(file.path(), OpenMode::create, Verification::quick, Durability::cached);
  history.record(build("c1", "1", "2025-01-01T00:00:00Z"), {number("a", 1), number("b", 2)});
  history.record(build("c2", "2", "2025-01-02T00:00:00Z"), {number("a", 3)});
  const HistoryData data = history.load("main");
  EXPECT_THAT(commits(data), ElementsAre("c1", "c2"));
  EXPECT_THAT(data.series[0].numbers, ElementsAre(1, 3));
  EXPECT_THAT(data.series[1].numbers, ElementsAre(2, IsNan()));
}

std::vector<std::string> described(const std::map<std::string, PreviousValue>& values) {
  std::vector<std::string> result;
  for (const auto& [key, previous] : values) {
    const std::string value = std::holds_alternative<double>(previous.value)
                                  ? fmt::format("{}", std::get<double>(previous.value))
                                  : std::get<std::string>(previous.value);
    result.push_back(fmt::format("{}={}@{}", key, value, previous.commit_sha));
  }
  return result;
}

TEST(PreviousValues, AreTheNewestEarlierOnesOfTheBranchMetricByMetric) {
  const TempHistory file;
  History history = History::open(file.path(), OpenMode::create, Verification::quick, Durability::cached);
  history.record(build("c1", "1", "2025-01-01T00:00:00Z"), {number("a", 1), number("b", 2), label("l", "x")});
  history.record(build("c2", "2", "2025-01-02T00:00:00Z"), {number("a", 3)});
  BuildContext elsewhere = build("c3", "3", "2025-01-03T00:00:00Z");
  elsewhere.branch = "topic";
  history.record(elsewhere, {number("a", 4), number("only-there", 4)});
  BuildContext pull_request = build("c4", "4", "2025-01-03T00:00:00Z");
  pull_request.event_name = "pull_request_target";
  history.record(pull_request, {number("a", 5)});
  history.record(build("c6", "6", "2025-01-06T00:00:00Z"), {number("a", 6)});
  const BuildContext now = build("c5", "5", "2025-01-05T00:00:00Z");
  history.record(now, {number("a", 7)});
  EXPECT_THAT(described(history.previous_values("main", "c5", "5", now.timestamp)),
              ElementsAre("a=3@c2", "b=2@c1", "l=x@c1"));
  EXPECT_THAT(described(history.previous_values("main", "c2", "2", instant("2025-01-09T00:00:00Z"))),
              ElementsAre("a=6@c6", "b=2@c1", "l=x@c1"));
  EXPECT_THAT(history.previous_values("none", "c5", "5", now.timestamp), IsEmpty());
}

TEST(PreviousValues, InfinityIsNoValueAndInstantsAreCompared) {
  const TempHistory file;
  create_with(file, kSize + build_row(1, "main", "push", "2025-01-01T00:00:00.000Z") + value_row(1, "size", "1") +
                        build_row(2, "main", "push", "2025-01-02T23:00:00-05:00") + value_row(2, "size", "2") +
                        build_row(3, "main", "push", "2025-01-03T01:00:00.000Z") + value_row(3, "size", "3") +
                        build_row(4, "main", "push", "2025-01-04T00:00:00.000Z") + value_row(4, "size", "9e999"));
  EXPECT_THAT(described(open_to_read(file).previous_values("main", "x", "x", instant("2025-02-01T00:00:00Z"))),
              ElementsAre("size=2@c2"));
}

TEST(PreviousValues, AMetricThatHasLongBeenSilentIsStillFound) {
  const TempHistory file;
  std::string sql =
      "INSERT INTO metric_definitions VALUES ('a', 'numeric', NULL, NULL), ('silent', 'numeric', NULL, "
      "NULL), ('never', 'numeric', NULL, NULL);";
  for (int i = 1; i <= 100; ++i) {
    // Ids run against time.
    sql += build_row(i, "main", "push", fmt::format("2025-01-01T00:{:02}:{:02}.000Z", (200 - i) / 60, (200 - i) % 60));
    sql += value_row(i, "a", std::to_string(i));
    if (i > 97) sql += value_row(i, "silent", i == 98 ? "9e999" : std::to_string(i));
  }
  create_with(file, sql);
  EXPECT_THAT(described(open_to_read(file).previous_values("main", "x", "x", instant("2025-02-01T00:00:00Z"))),
              ElementsAre("a=1@c1", "silent=99@c99"));
}

}  // namespace
}  // namespace unentropy
