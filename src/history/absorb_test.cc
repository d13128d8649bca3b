// Taking over another history, and telling whether anything is missing.
#include <random>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "history/difference.h"
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
using testing::number;
using testing::random_records;
using testing::RawDatabase;
using testing::TempHistory;
using Rows = std::vector<std::string>;

const Instant kNow = instant("2025-04-01T00:00:00Z");

History open(const TempHistory& file) {
  return History::open(file.path(), OpenMode::create, Verification::quick, Durability::cached);
}

void fold(const TempHistory& file, const std::vector<RunRecord>& records) {
  History history = open(file);
  for (const RunRecord& record : records) history.fold(record, kNow);
  history.close();
}

AbsorbReport absorb(const TempHistory& into, const TempHistory& from) {
  History mine = open(into);
  History theirs = open(from);
  AbsorbReport report = mine.absorb(theirs, kNow);
  theirs.close();
  mine.close();
  return report;
}

// What the tool that keeps no origins would write.
void write_foreign(const TempHistory& file, std::mt19937& random) {
  open(file).close();
  RawDatabase raw(file.path());
  for (int i = 0; i < 3; ++i) {
    const auto commit = fmt::format("c{}", random() % 3);
    raw.execute(
        fmt::format("INSERT OR IGNORE INTO build_contexts (commit_sha, branch, run_id, run_number, event_name, "
                    "timestamp) VALUES ('{}', 'main', '1', {}, 'push', '2025-02-0{}T00:00:00.000Z')",
                    commit, random() % 3, 1 + random() % 3));
    for (const char* key : {"a", "b", "d"}) {
      if (random() % 2 == 0) continue;
      raw.execute(
          fmt::format("INSERT OR IGNORE INTO metric_definitions (id, type, unit) VALUES ('{}', 'numeric', '{}')", key,
                      random() % 2 == 0 ? "bytes" : "integer"));
      raw.execute(
          fmt::format("INSERT OR IGNORE INTO metric_values (metric_id, build_id, value_numeric) SELECT '{}', id, "
                      "{} FROM build_contexts WHERE commit_sha = '{}'",
                      key, random() % 4, commit));
    }
  }
}

TEST(Absorb, EqualsFoldingTheRecordsOfBoth) {
  std::mt19937 random(7);
  for (int round = 0; round < 30; ++round) {
    SCOPED_TRACE(round);
    const std::vector<RunRecord> records = random_records(random, 6);
    const TempHistory all;
    fold(all, records);
    const TempHistory left;
    const TempHistory right;
    fold(left, {records.begin(), records.begin() + 4});
    fold(right, {records.begin() + 2, records.end()});
    absorb(left, right);
    ASSERT_EQ(contents(left.path()), contents(all.path()));
    const AbsorbReport again = absorb(left, right);
    EXPECT_EQ(again.builds_added, 0);
    EXPECT_EQ(again.values_written, 0);
    ASSERT_EQ(contents(left.path()), contents(all.path()));
  }
}

// What may be done to a small file must not be in proportion to that file alone.
TEST(Absorb, ALargeHistoryFitsIntoAnEmptyOne) {
  constexpr int kBuilds = 2000;
  const TempHistory large;
  const TempHistory empty;
  RunRecord record{"record", {}, {}};
  for (int i = 0; i < kBuilds; ++i) {
    RecordedBuild recorded{build(fmt::format("c{}", i), "1", "2025-02-03T04:05:06Z"), {}};
    recorded.metrics.push_back({"a", MetricType::numeric, "", "", MetricValue(1.0)});
    record.builds.push_back(std::move(recorded));
  }
  fold(large, {record});
  open(empty).close();
  const Database theirs(large.path(), Access::read_only, Durability::cached, "reading");
  const Database mine(empty.path(), Access::read_only, Durability::cached, "reading");
  Difference difference({theirs}, {mine});
  const std::vector<std::int64_t> ids = build_ids(theirs);
  // Enough for some hundred builds.
  theirs.limit_work(100'000, std::chrono::seconds(20));
  mine.limit_work(100'000, std::chrono::seconds(20));
  std::size_t builds = 0;
  for (const std::int64_t id : ids) builds += difference.of_build(id).size();
  EXPECT_EQ(builds, kBuilds);
}

TEST(Absorb, SaysThatNothingTellsWhichValueIsNewer) {
  const TempHistory left;
  const TempHistory right;
  for (const auto& [file, value] : {std::pair(&left, 1.0), {&right, 2.0}}) {
    RecordedBuild recorded{build("c", "1", "2025-02-03T04:05:06Z"), {}};
    recorded.build.run_attempt = 0;
    recorded.metrics = {{"a", MetricType::numeric, "", "", MetricValue(value)},
                        {"b", MetricType::numeric, "", "", MetricValue(3.0)}};
    fold(*file, {{"", {recorded}, {}}});
  }
  EXPECT_THAT(absorb(left, right).warnings, ElementsAre(::testing::StartsWith("1 values differ from those")));
  EXPECT_EQ(RawDatabase(left.path()).query("SELECT metric_id, value_numeric FROM metric_values ORDER BY 1"),
            RawDatabase(right.path()).query("SELECT metric_id, value_numeric FROM metric_values ORDER BY 1"));
  EXPECT_EQ(RawDatabase(left.path()).one("SELECT count(*) FROM unentropy_record"), "0");
}

// Three histories, some of them written by a tool without origins, joined in every grouping and order.
TEST(Absorb, IsIdempotentCommutativeAndAssociative) {
  std::mt19937 random(11);
  for (int round = 0; round < 15; ++round) {
    SCOPED_TRACE(round);
    const auto seed = random();
    const auto make = [&](int which, const TempHistory& file) {
      std::mt19937 own(seed + static_cast<unsigned>(which));
      std::vector<RunRecord> records = random_records(own, 3);
      for (RunRecord& record : records) record.name += fmt::format("-of-{}", which);
      if (which != 0) write_foreign(file, own);
      if (which != 1) fold(file, records);
    };
    const auto joined = [&](const std::vector<int>& order) {
      const TempHistory result;
      make(order[0], result);
      for (std::size_t i = 1; i < order.size(); ++i) {
        const TempHistory other;
        make(order[i], other);
        absorb(result, other);
      }
      return contents(result.path());
    };
    const Rows expected = joined({0, 1, 2});
    EXPECT_EQ(joined({2, 1, 0}), expected);
    EXPECT_EQ(joined({1, 0, 2, 1, 0}), expected);
    const TempHistory tail;
    make(1, tail);
    const TempHistory last;
    make(2, last);
    absorb(tail, last);
    const TempHistory grouped;
    make(0, grouped);
    absorb(grouped, tail);
    EXPECT_EQ(contents(grouped.path()), expected);
  }
}

TEST(Absorb, KeepsWhatAnotherToolWroteAsItIs) {
  const TempHistory other;
  open(other).close();
  RawDatabase(other.path())
      .execute(
          "INSERT INTO metric_definitions (id, type) VALUES ('odd_key', 'numeric');"
          "INSERT INTO build_contexts (commit_sha, branch, run_id, run_number, timestamp) VALUES ('c', 'main', '1', 1, "
          "'2025-02-03T04:05:06+02:00');"
          "INSERT INTO metric_values (metric_id, build_id, value_numeric) VALUES ('odd_key', 1, 9e999)");
  const TempHistory file;
  const AbsorbReport report = absorb(file, other);
  EXPECT_EQ(report.builds_added, 1);
  EXPECT_THAT(report.warnings, IsEmpty());
  RawDatabase raw(file.path());
  EXPECT_EQ(raw.one("SELECT timestamp FROM build_contexts"), "2025-02-03T02:05:06.000Z");
  EXPECT_EQ(raw.one("SELECT metric_id, value_numeric FROM metric_values"), "odd_key|Inf");
  EXPECT_EQ(raw.one("SELECT count(*) FROM unentropy_build_origin"), "0");
}

TEST(Absorb, ARemovedBuildStaysRemoved) {
  const TempHistory file;
  fold(file, {{"r1", {{build("c", "1", "2025-02-03T04:00:00Z"), {}}}, {}},
              {"r2", {}, {{"c", "1", instant("2025-02-04T00:00:00Z")}}}});
  const TempHistory other;
  fold(other, {{"r1", {{build("c", "1", "2025-02-03T04:00:00Z"), {}}}, {}}});
  absorb(file, other);
  absorb(other, file);
  EXPECT_EQ(RawDatabase(file.path()).one("SELECT count(*) FROM build_contexts"), "0");
  EXPECT_EQ(RawDatabase(other.path()).one("SELECT count(*) FROM build_contexts"), "0");
}

TEST(Absorb, DamagedPagesAreLeftOutWhenThatIsWanted) {
  const TempHistory other;
  {
    History history = open(other);
    for (int i = 0; i < 400; ++i) {
      history.record(build(fmt::format("commit-{:04}", i), "1", "2025-02-03T04:00:00Z"), {number("size", i)});
    }
    history.close();
  }
  std::string bytes = testing::read_bytes(other.path());
  // A leaf of the values, in the middle of the file.
  const std::string page = RawDatabase(other.path())
                               .one(
                                   "SELECT pageno FROM dbstat WHERE name = 'metric_values' AND pagetype = 'leaf' "
                                   "ORDER BY pageno LIMIT 1 OFFSET 1");
  const std::size_t size = static_cast<std::size_t>(std::stoul(RawDatabase(other.path()).one("PRAGMA page_size")));
  bytes.replace((std::stoul(page) - 1) * size, size, std::string(size, '\xa5'));
  testing::write_bytes(other.path(), bytes);
  const TempHistory file;
  History mine = open(file);
  History theirs =
      History::open(other.path(), OpenMode::read_write, Verification::header_and_layout, Durability::cached);
  EXPECT_THROW(mine.absorb(theirs, kNow), Error);
  EXPECT_EQ(mine.build_count(), 0);
  const AbsorbReport report = mine.absorb(theirs, kNow, Damage::leave_out);
  EXPECT_GT(report.builds_added, 100);
  EXPECT_LT(report.builds_added, 400);
  ASSERT_EQ(report.warnings.size(), 1U);
  EXPECT_THAT(report.warnings[0], ::testing::MatchesRegex("[0-9]+ parts of it are damaged and were left out"));
}

std::vector<RecordedBuild> missing(const TempHistory& file, const TempHistory& other, std::vector<Tombstone>& removed) {
  std::vector<RecordedBuild> builds;
  const History mine = open(file);
  const History theirs = open(other);
  const auto warnings = mine.for_each_missing(
      theirs, [&](const Tombstone& tombstone) { removed.push_back(tombstone); },
      [&](RecordedBuild recorded) { builds.push_back(std::move(recorded)); });
  EXPECT_THAT(warnings, IsEmpty());
  return builds;
}

// The difference, folded as one record, gives what absorbing gives; then nothing is missing.
TEST(Difference, AsARecordItBringsEverything) {
  std::mt19937 random(13);
  for (int round = 0; round < 20; ++round) {
    SCOPED_TRACE(round);
    const std::vector<RunRecord> records = random_records(random, 6);
    const TempHistory left;
    const TempHistory right;
    fold(left, {records.begin(), records.begin() + 3});
    fold(right, {records.begin() + 3, records.end()});
    write_foreign(right, random);
    RunRecord merge{"merge", {}, {}};
    merge.builds = missing(left, right, merge.tombstones);
    fold(left, {merge});
    const Rows carried = contents(left.path());
    std::vector<Tombstone> removed;
    EXPECT_THAT(missing(left, right, removed), IsEmpty());
    EXPECT_THAT(removed, IsEmpty());
    // The records that the builds first came in are not contained as a whole, so they will be folded when they appear.
    History history = open(left);
    for (std::size_t i = 3; i < records.size(); ++i) EXPECT_FALSE(history.contains_record(records[i].name));
    EXPECT_TRUE(history.contains_record("merge"));
    history.close();
    absorb(left, right);
    Rows absorbed = contents(left.path());
    std::erase_if(absorbed, [](const std::string& row) { return row.starts_with("record|"); });
    Rows expected = carried;
    std::erase_if(expected, [](const std::string& row) { return row.starts_with("record|"); });
    const auto is_definition = [](const std::string& row) { return row.starts_with("definition|"); };
    std::erase_if(absorbed, is_definition);
    std::erase_if(expected, is_definition);
    EXPECT_EQ(absorbed, expected);
  }
}

TEST(Counts, TellWhenSomethingIsGone) {
  const TempHistory file;
  History history = open(file);
  history.record(build("a", "1", "2025-02-03T04:00:00Z"), {number("x", 1), number("y", 2)});
  history.record(build("b", "2", "2025-02-03T05:00:00Z"), {number("x", 1)});
  history.fold({"r", {{build("c", "3", "2025-02-03T06:00:00Z"), {}}}, {}}, kNow);
  const HistoryCounts before = history.counts();
  EXPECT_EQ(before, (HistoryCounts{3, 3, 1, 0, 3, 3}));
  EXPECT_TRUE(history.keeps(before));
  history.record(build("d", "4", "2025-02-03T07:00:00Z"), {number("x", 1)});
  EXPECT_TRUE(history.keeps(before));
  history.fold({"removal", {}, {{"a", "1", kNow}}}, kNow);
  EXPECT_TRUE(history.keeps(before));  // explained by the tombstone
  const HistoryCounts later = history.counts();
  history.close();
  {
    RawDatabase raw(file.path());
    raw.execute("DELETE FROM metric_values WHERE id = 3");
    raw.execute("INSERT INTO metric_values (metric_id, build_id, value_numeric) VALUES ('y', 2, 5)");
  }
  History changed = open(file);
  EXPECT_EQ(changed.counts().values, later.values);
  EXPECT_FALSE(changed.keeps(later));  // as many values as before, but not the same ones
  changed.close();
  RawDatabase(file.path()).execute("DELETE FROM unentropy_record");
  EXPECT_FALSE(open(file).keeps(before));
}

TEST(StoreVerdict, IsRememberedPerStore) {
  const TempHistory file;
  History history = open(file);
  EXPECT_FALSE(history.store_verdict("s3://a"));
  history.remember_store_verdict("s3://a", {"ignored", kNow});
  history.remember_store_verdict("s3://a", {"honoured", kNow});
  ASSERT_TRUE(history.store_verdict("s3://a"));
  EXPECT_EQ(history.store_verdict("s3://a")->conditions, "honoured");
  EXPECT_EQ(history.store_verdict("s3://a")->probed_at, kNow);
  EXPECT_FALSE(history.store_verdict("s3://b"));
}

}  // namespace
}  // namespace unentropy
