#include "history/write.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "history/history.h"
#include "history/testing/fixture.h"
#include "history/testing/random_records.h"
#include "history/testing/raw.h"

namespace unentropy {
namespace {

using testing::build;
using testing::contents;
using ::testing::ElementsAre;
using testing::instant;
using ::testing::IsEmpty;
using testing::label;
using testing::number;
using testing::random_records;
using testing::RawDatabase;
using testing::TempHistory;
using Rows = std::vector<std::string>;

History create(const TempHistory& file) {
  return History::open(file.path(), OpenMode::create, Verification::quick, Durability::cached);
}

TEST(Record, WritesOneBuildWithItsDefinitionsAndValues) {
  const TempHistory file;
  History history = create(file);
  BuildContext context = build("c1", "77", "2025-02-03T04:05:06.7Z");
  context.run_number = 9;
  MetricOutcome size = number("size", 12.5, Unit::bytes);
  size.metric.description = "Size of it";
  const RecordReport report = history.record(context, {size, label("channel", "beta"), testing::failed("broken")});
  EXPECT_FALSE(report.existed_before);
  EXPECT_THAT(report.warnings, IsEmpty());
  EXPECT_EQ(history.build_count(), 1);
  EXPECT_EQ(history.value_count(), 2);
  history.close();
  RawDatabase raw(file.path());
  EXPECT_THAT(raw.query("SELECT * FROM build_contexts"), ElementsAre("1|c1|main|77|9|push|2025-02-03T04:05:06.700Z"));
  EXPECT_THAT(raw.query("SELECT * FROM metric_definitions ORDER BY id"),
              ElementsAre("channel|label|NULL|NULL", "size|numeric|bytes|Size of it"));
  EXPECT_THAT(raw.query("SELECT metric_id, build_id, value_numeric, value_label FROM metric_values ORDER BY id"),
              ElementsAre("size|1|12.5|NULL", "channel|1|NULL|beta"));
}

TEST(Record, AnEventThatIsNotSetIsNull) {
  const TempHistory file;
  History history = create(file);
  BuildContext context = build("c", "1", "2025-02-03T04:05:06Z");
  context.event_name.reset();
  history.record(context, {number("size", 1)});
  history.close();
  EXPECT_EQ(RawDatabase(file.path()).one("SELECT event_name FROM build_contexts"), "NULL");
}

TEST(Record, F014_ASecondAttemptOfARunReusesTheBuild) {
  const TempHistory file;
  History history = create(file);
  const RecordReport first =
      history.record(build("c", "1", "2025-02-03T04:00:00Z"), {number("size", 1), number("kept", 5)});
  BuildContext again = build("c", "1", "2025-02-03T05:00:00Z");
  again.run_attempt = 2;
  again.branch = "release";
  again.run_number = 4;
  again.event_name = "workflow_dispatch";
  const RecordReport second = history.record(again, {number("size", 2), number("new", 7)});
  EXPECT_TRUE(second.existed_before);
  EXPECT_EQ(second.build_id, first.build_id);
  EXPECT_THAT(second.warnings, IsEmpty());
  history.close();
  RawDatabase raw(file.path());
  EXPECT_THAT(raw.query("SELECT * FROM build_contexts"),
              ElementsAre("1|c|release|1|4|workflow_dispatch|2025-02-03T05:00:00.000Z"));
  EXPECT_THAT(raw.query("SELECT metric_id, value_numeric FROM metric_values ORDER BY metric_id"),
              ElementsAre("kept|5.0", "new|7.0", "size|2.0"));
}

TEST(Record, AnOlderAttemptThatComesLateReplacesNothing) {
  const TempHistory file;
  History history = create(file);
  BuildContext newer = build("c", "1", "2025-02-03T04:00:00Z");
  newer.run_attempt = 2;
  history.record(newer, {number("size", 2)});
  // Attempts decide before clocks do.
  const RecordReport report =
      history.record(build("c", "1", "2025-02-03T09:00:00Z"), {number("size", 1), number("only-first", 3)});
  EXPECT_TRUE(report.existed_before);
  history.close();
  RawDatabase raw(file.path());
  EXPECT_EQ(raw.one("SELECT timestamp FROM build_contexts"), "2025-02-03T04:00:00.000Z");
  EXPECT_THAT(raw.query("SELECT metric_id, value_numeric FROM metric_values ORDER BY metric_id"),
              ElementsAre("only-first|3.0", "size|2.0"));
}

TEST(Record, F014_TwoJobsOfOneRunAddUpAndAWarningNamesBoth) {
  const TempHistory file;
  History history = create(file);
  history.record(build("c", "1", "2025-02-03T04:00:00Z"), {number("size", 1), number("linux", 5)});
  const RecordReport report =
      history.record(build("c", "1", "2025-02-03T04:00:01Z"), {number("size", 2), number("windows", 6)});
  EXPECT_THAT(
      report.warnings,
      ElementsAre("metric `size` was measured twice in attempt 1 of run `1`, at 2025-02-03T04:00:00.000Z and at "
                  "2025-02-03T04:00:01.000Z; the later value is kept"));
  history.close();
  EXPECT_THAT(RawDatabase(file.path()).query("SELECT metric_id, value_numeric FROM metric_values ORDER BY metric_id"),
              ElementsAre("linux|5.0", "size|2.0", "windows|6.0"));
}

TEST(Record, F015_NothingIsWrittenWhenSomethingFails) {
  const TempHistory file;
  History history = create(file);
  history.record(build("before", "1", "2025-02-03T04:00:00Z"), {number("size", 1)});
  try {
    history.record(build("c", "2", "2025-02-03T05:00:00Z"), {number("size", 1), number("nan", std::nan(""))});
    FAIL() << "recorded";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::internal);
    EXPECT_EQ(error.message(), "recording the build of commit `c`: `nan` is not finite");
    EXPECT_EQ(error.hint(), "please report this with the log");
  }
  history.close();
  {
    // A failure in the middle of writing: the file makes the second value impossible.
    RawDatabase raw(file.path());
    raw.execute("CREATE UNIQUE INDEX mine ON metric_values (value_numeric)");
  }
  history = History::open(file.path(), OpenMode::read_write, Verification::quick, Durability::cached);
  try {
    history.record(build("c", "2", "2025-02-03T05:00:00Z"), {number("a", 7), number("b", 7)});
    FAIL() << "recorded";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::corrupt);
    EXPECT_EQ(error.message(), "recording a build in the history `" + file.path().native() +
                                   "`: UNIQUE constraint failed: metric_values.value_numeric");
  }
  EXPECT_EQ(history.build_count(), 1);
  EXPECT_EQ(history.value_count(), 1);
  // The connection is usable afterwards.
  history.record(build("d", "3", "2025-02-03T05:00:00Z"), {number("a", 8)});
  history.close();
  EXPECT_THAT(RawDatabase(file.path()).query("SELECT commit_sha FROM build_contexts"), ElementsAre("before", "d"));
  EXPECT_EQ(RawDatabase(file.path()).one("SELECT count(*) FROM metric_definitions"), "2");
}

TEST(Record, F017_ATypeThatChangesIsUpdatedWithAWarning) {
  const TempHistory file;
  History history = create(file);
  history.record(build("c", "1", "2025-02-03T04:00:00Z"), {number("version", 1)});
  const RecordReport report = history.record(build("d", "2", "2025-02-03T05:00:00Z"), {label("version", "one")});
  EXPECT_THAT(report.warnings, ElementsAre("metric `version` is of type `label` now; the history had it as `numeric`"));
  history.close();
  EXPECT_EQ(RawDatabase(file.path()).one("SELECT type FROM metric_definitions"), "label");
}

TEST(Record, AnAbsentUnitOrDescriptionTakesNothingAway) {
  const TempHistory file;
  History history = create(file);
  MetricOutcome described = number("size", 1, Unit::bytes);
  described.metric.description = "Size";
  history.record(build("c", "1", "2025-02-03T04:00:00Z"), {described});
  history.record(build("d", "2", "2025-02-03T05:00:00Z"), {number("size", 2)});
  history.close();
  EXPECT_EQ(RawDatabase(file.path()).one("SELECT unit, description FROM metric_definitions"), "bytes|Size");
}

TEST(Record, ALateBuildDoesNotBringBackAnOldDefinition) {
  const TempHistory file;
  History history = create(file);
  history.record(build("d", "2", "2025-02-03T05:00:00Z"), {number("size", 2, Unit::bytes)});
  history.record(build("c", "1", "2025-02-03T04:00:00Z"), {number("size", 1, Unit::integer)});
  history.close();
  EXPECT_EQ(RawDatabase(file.path()).one("SELECT unit FROM metric_definitions"), "bytes");
}

TEST(Record, OriginsAreOneRowPerBuildAsLongAsItHasOneSource) {
  const TempHistory file;
  History history = create(file);
  std::vector<MetricOutcome> outcomes;
  outcomes.reserve(20);
  for (int i = 0; i < 20; ++i) outcomes.push_back(number(fmt::format("m{}", i), i));
  history.record(build("c", "1", "2025-02-03T04:00:00Z"), outcomes);
  BuildContext again = build("c", "1", "2025-02-03T05:00:00Z");
  again.run_attempt = 2;
  history.record(again, outcomes);
  history.close();
  RawDatabase raw(file.path());
  EXPECT_EQ(raw.one("SELECT count(*) FROM unentropy_build_origin"), "1");
  EXPECT_EQ(raw.one("SELECT count(*) FROM unentropy_value_origin"), "0");
}

RunRecord record_of(std::string name, std::vector<RecordedBuild> builds) {
  return {std::move(name), std::move(builds), {}};
}

TEST(Fold, ARecordIsFoldedOnce) {
  const TempHistory file;
  History history = create(file);
  const RunRecord record =
      record_of("r1", {{build("c", "1", "2025-02-03T04:00:00Z"), {{"size", MetricType::numeric, "KB", "Size", 1.0}}},
                       {build("d", "2", "2025-02-03T05:00:00Z"), {{"name", MetricType::label, "", "", "x"}}}});
  EXPECT_FALSE(history.contains_record("r1"));
  const FoldReport report = history.fold(record, instant("2025-02-04T00:00:00Z"));
  EXPECT_TRUE(report.was_new);
  EXPECT_EQ(report.builds.size(), 2U);
  EXPECT_TRUE(history.contains_record("r1"));
  EXPECT_FALSE(history.contains_record("r2"));
  EXPECT_FALSE(history.fold(record, instant("2025-02-05T00:00:00Z")).was_new);
  EXPECT_EQ(history.build_count(), 2);
  history.close();
  RawDatabase raw(file.path());
  EXPECT_EQ(raw.one("SELECT name, folded_at FROM unentropy_record"), "r1|1738627200000");
  EXPECT_EQ(raw.one("SELECT unit FROM metric_definitions WHERE id = 'size'"), "KB");
}

TEST(Fold, ARemovedBuildNeverComesBack) {
  const TempHistory file;
  History history = create(file);
  const BuildContext context = build("c", "1", "2025-02-03T04:00:00Z");
  history.record(context, {number("size", 1)});
  history.record(build("d", "2", "2025-02-03T05:00:00Z"), {number("size", 2)});
  history.fold({"removal", {}, {{"c", "1", instant("2025-02-04T00:00:00Z")}}}, instant("2025-02-04T00:00:00Z"));
  EXPECT_EQ(history.build_count(), 1);
  EXPECT_EQ(history.value_count(), 1);
  history.fold(record_of("late", {{context, {{"size", MetricType::numeric, "", "", 1.0}}}}),
               instant("2025-02-05T00:00:00Z"));
  EXPECT_EQ(history.build_count(), 1);
  try {
    history.record(context, {number("size", 1)});
    FAIL() << "recorded";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    EXPECT_EQ(error.message(), "recording a build: the build of commit `c` and run `1` was removed for good");
    EXPECT_EQ(error.hint(), "start a new run instead of repeating the old one");
  }
}

Rows folded(const std::vector<RunRecord>& records) {
  const TempHistory file;
  History history = create(file);
  for (const RunRecord& record : records) history.fold(record, instant("2025-04-01T00:00:00Z"));
  history.close();
  return contents(file.path());
}

TEST(Fold, OrderAndRepetitionDoNotMatter) {
  std::mt19937 random(20250203);
  for (int round = 0; round < 30; ++round) {
    SCOPED_TRACE(round);
    std::vector<RunRecord> records = random_records(random, 5);
    const Rows expected = folded(records);
    for (int order = 0; order < 4; ++order) {
      std::shuffle(records.begin(), records.end(), random);
      std::vector<RunRecord> repeated = records;
      repeated.insert(repeated.end(), records.begin(), records.begin() + 2);
      ASSERT_EQ(folded(repeated), expected);
    }
  }
}

// Without names of records a tie of attempt and time is decided by the values themselves.
TEST(Record, OrderOfAttemptsAndJobsDoesNotMatter) {
  std::mt19937 random(42);
  for (int round = 0; round < 12; ++round) {
    SCOPED_TRACE(round);
    std::vector<std::pair<BuildContext, std::vector<MetricOutcome>>> jobs;
    for (int i = 0; i < 4; ++i) {
      BuildContext context = build("c", "1", fmt::format("2025-02-03T04:00:0{}Z", random() % 3));
      context.run_attempt = 1 + static_cast<std::int64_t>(random() % 2);
      context.run_number = static_cast<std::int64_t>(random() % 3);
      std::vector<MetricOutcome> outcomes;
      for (const char* key : {"a", "b", "c", "d"}) {
        if (random() % 2 == 0) outcomes.push_back(number(key, static_cast<double>(random() % 5)));
      }
      jobs.emplace_back(context, outcomes);
    }
    std::sort(jobs.begin(), jobs.end(), [](const auto& x, const auto& y) { return x.second.size() < y.second.size(); });
    std::vector<std::size_t> order{0, 1, 2, 3};
    std::optional<Rows> expected;
    do {
      const TempHistory file;
      History history = create(file);
      for (const std::size_t job : order) history.record(jobs[job].first, jobs[job].second);
      history.close();
      const Rows got = contents(file.path());
      if (!expected) expected = got;
      ASSERT_EQ(got, *expected);
    } while (std::next_permutation(order.begin(), order.end()));
  }
}

}  // namespace
}  // namespace unentropy
