#include "history/migrate.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/text.h"
#include "history/history.h"
#include "history/old_layout.h"
#include "history/testing/fixture.h"
#include "history/testing/raw.h"

namespace unentropy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::make_from_fixtures;
using testing::RawDatabase;
using testing::TempHistory;
using Rows = std::vector<std::string>;

std::vector<std::string> upgrade(const TempHistory& file) {
  History history = History::open(file.path(), OpenMode::read_write, Verification::quick, Durability::cached);
  std::vector<std::string> warnings = history.warnings();
  history.close();
  return warnings;
}

constexpr const char* kTriples =
    "SELECT v.id, v.metric_id, b.id, b.commit_sha, b.run_id, v.value_numeric, v.value_label FROM metric_values v "
    "JOIN build_contexts b ON b.id = v.build_id ORDER BY v.id";

// What layout-1.0.0.sql holds, in today's words.
const Rows& expected_triples() {
  static const Rows rows{
      "1|test-coverage|1|aaaa|1001|81.25|NULL", "2|bundle|1|aaaa|1001|512.0|NULL",
      "4|test-coverage|2|bbbb|1002|82.0|NULL",  "5|channel|2|bbbb|1002|NULL|beta",
      "6|loc|2|bbbb|1002|20413.0|NULL",         "7|build-time|5|cccc|1003|Inf|NULL",
      "8|test-coverage|6|dddd|1004|0.1|NULL",
  };
  return rows;
}

void expect_sound(RawDatabase& raw) {
  EXPECT_EQ(raw.one("PRAGMA integrity_check"), "ok");
  EXPECT_THAT(raw.query("PRAGMA foreign_key_check"), IsEmpty());
}

TEST(Migrate, F016_Layout100IsReallyUpgraded) {
  const TempHistory file;
  make_from_fixtures(file.path(), {"layout-1.0.0.sql"});
  EXPECT_THAT(upgrade(file),
              ElementsAre("the history was layout 1.0.0 and is layout 2.0.0 now; 4 builds and 7 values kept"));
  RawDatabase raw(file.path());
  expect_sound(raw);
  EXPECT_EQ(raw.query(kTriples), expected_triples());
  EXPECT_THAT(
      raw.query("SELECT * FROM metric_definitions ORDER BY id"),
      ElementsAre("build-time|numeric|duration|NULL", "bundle|numeric|KB|NULL", "channel|label|NULL|Release channel",
                  "loc|numeric|integer|", "test-coverage|numeric|percent|Lines covered"));
  EXPECT_THAT(raw.query("SELECT * FROM build_contexts"),
              ElementsAre("1|aaaa|main|1001|1|push|2025-10-20T08:00:00.000Z",
                          "2|bbbb|main|1002|2|push|2025-10-21T09:30:00.000Z",
                          "5|cccc|refs/pull/7/merge|1003|3|pull_request|2025-10-22T10:00:00.000Z",
                          "6|dddd|main|1004|4|NULL|2025-10-23T10:00:00.000Z"));
  EXPECT_THAT(raw.query("SELECT version FROM schema_version ORDER BY version"), ElementsAre("1.0.0", "2.0.0"));
}

TEST(Migrate, WhatLayout2HasNoColumnForIsKeptBesideIt) {
  const TempHistory file;
  make_from_fixtures(file.path(), {"layout-1.0.0.sql", "layout-1.1.0-additions.sql"});
  EXPECT_THAT(upgrade(file),
              ElementsAre("the history was layout 1.1.0 and is layout 2.0.0 now; 4 builds and 7 values kept"));
  RawDatabase raw(file.path());
  EXPECT_THAT(
      raw.query("SELECT metric_id, old_id, old_name, old_unit, created_at FROM unentropy_old_metric_definitions "
                "ORDER BY old_id"),
      ElementsAre("test-coverage|1|test-coverage|%|2025-10-20 08:00:01", "bundle|3|bundle|KB|2025-10-20 08:00:02",
                  "loc|4|loc|lines|2025-10-21 09:30:00", "channel|5|channel|NULL|2025-10-21 09:30:00",
                  "build-time|6|build-time|s|2025-10-22 10:00:00"));
  EXPECT_THAT(raw.query("SELECT id, actor, created_at, pull_request_number, pull_request_base, pull_request_head "
                        "FROM unentropy_old_build_contexts"),
              ElementsAre("1|alice|2025-10-20 08:00:03|NULL|NULL|NULL", "2|bob|2025-10-21 09:30:01|NULL|NULL|NULL",
                          "5|NULL|2025-10-22 10:00:01|7|main|topic", "6|alice|2025-10-23 10:00:01|NULL|NULL|NULL"));
  EXPECT_THAT(raw.query("SELECT id, collected_at, collection_duration_ms FROM unentropy_old_metric_values LIMIT 2"),
              ElementsAre("1|2025-10-20T08:00:02.000Z|1200", "2|2025-10-20T08:00:02.500Z|NULL"));
  EXPECT_THAT(raw.query("SELECT version FROM schema_version ORDER BY version"), ElementsAre("1.0.0", "1.1.0", "2.0.0"));
}

TEST(Migrate, IndexesAreTodaysAndIdsAreNeverGivenOutTwice) {
  const TempHistory file;
  make_from_fixtures(file.path(), {"layout-1.0.0.sql"});
  upgrade(file);
  {
    RawDatabase raw(file.path());
    EXPECT_THAT(raw.query("SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY name"),
                ElementsAre("idx_build_branch", "idx_build_commit", "idx_build_event_timestamp", "idx_build_timestamp",
                            "idx_metric_value_build"));
    EXPECT_THAT(raw.query("SELECT name, seq FROM sqlite_sequence ORDER BY name"),
                ElementsAre("build_contexts|9", "metric_values|20"));
  }
  History history = History::open(file.path(), OpenMode::read_write);
  EXPECT_THAT(history.warnings(), IsEmpty());
  const RecordReport report = history.record(testing::build("ffff", "2000", "2026-02-01T00:00:00Z"),
                                             {testing::number("test-coverage", 83, Unit::percent)});
  EXPECT_EQ(report.build_id, 10);
  const HistoryData data = history.load("main");
  EXPECT_EQ(data.builds.size(), 3U);  // event null and pull requests are not shown
}

TEST(Migrate, F016_FilesStampedAsCurrentAreUpgradedToo) {
  const TempHistory file;
  make_from_fixtures(file.path(), {"layout-1.0.0.sql", "layout-1.1.0-additions.sql", "stamped-2.0.0-additions.sql"});
  upgrade(file);
  RawDatabase raw(file.path());
  expect_sound(raw);
  EXPECT_EQ(raw.query(kTriples), expected_triples());
  EXPECT_EQ(raw.one("SELECT id || commit_sha FROM build_contexts WHERE run_id = '1005'"), "10eeee");
  EXPECT_EQ(raw.one("SELECT description FROM schema_version WHERE version = '2.0.0'"), "Current schema");
}

TEST(Migrate, UpgradingTwiceChangesNothing) {
  const TempHistory file;
  make_from_fixtures(file.path(), {"layout-1.0.0.sql", "layout-1.1.0-additions.sql"});
  upgrade(file);
  const std::string once = testing::read_bytes(file.path());
  EXPECT_THAT(upgrade(file), IsEmpty());
  EXPECT_EQ(testing::read_bytes(file.path()), once);
}

// An interrupted migration may have stopped after any of these steps; each file must come out the same.
TEST(Migrate, HalfFinishedMigrationsOfAnotherToolComeOutTheSame) {
  const Rows steps{
      "DROP TABLE metric_values;",      "ALTER TABLE metric_values_new RENAME TO metric_values;",
      "DROP TABLE build_contexts;",     "ALTER TABLE build_contexts_new RENAME TO build_contexts;",
      "DROP TABLE metric_definitions;", "ALTER TABLE metric_definitions_new RENAME TO metric_definitions;"};
  for (std::size_t done = 0; done < steps.size(); ++done) {
    SCOPED_TRACE(done);
    const TempHistory file;
    make_from_fixtures(file.path(), {"layout-1.0.0.sql", "half-migrated-copies.sql"});
    {
      RawDatabase raw(file.path());
      for (std::size_t i = 0; i < done; ++i) raw.execute(steps[i]);
    }
    EXPECT_THAT(upgrade(file),
                ElementsAre("the history was a half-finished migration of layout 1 and is layout 2.0.0 now; 4 builds "
                            "and 7 values kept"));
    RawDatabase raw(file.path());
    expect_sound(raw);
    EXPECT_EQ(raw.query(kTriples), expected_triples());
    EXPECT_EQ(raw.one("SELECT count(*) FROM sqlite_master WHERE name LIKE '%\\_new' ESCAPE '\\'"), "0");
  }
}

TEST(Migrate, DefinitionsDroppedFirstAreFoundInTheCopies) {
  const TempHistory file;
  make_from_fixtures(file.path(), {"layout-1.0.0.sql", "half-migrated-copies.sql"});
  RawDatabase(file.path()).execute("DROP TABLE metric_definitions; DROP TABLE build_contexts;");
  upgrade(file);
  RawDatabase raw(file.path());
  expect_sound(raw);
  EXPECT_EQ(raw.query(kTriples), expected_triples());
}

TEST(Migrate, OrphansAreKeptWithPlaceholders) {
  const TempHistory file;
  make_from_fixtures(file.path(), {"layout-1.0.0.sql"});
  RawDatabase(file.path())
      .execute("DELETE FROM metric_definitions WHERE name = 'channel'; DELETE FROM build_contexts WHERE id = 1;");
  EXPECT_THAT(
      upgrade(file),
      ElementsAre("the history was layout 1.0.0 and is layout 2.0.0 now; 3 builds and 7 values kept",
                  "the definition of a metric was missing; its 1 values are kept as `unknown-metric-5`",
                  "1 builds that have values were missing; placeholders of commit `unknown` stand in for them"));
  RawDatabase raw(file.path());
  expect_sound(raw);
  EXPECT_EQ(raw.one("SELECT type FROM metric_definitions WHERE id = 'unknown-metric-5'"), "label");
  EXPECT_EQ(raw.one("SELECT * FROM build_contexts WHERE id = 1"),
            "1|unknown|unknown|unknown:1|0|NULL|1970-01-01T00:00:00.000Z");
  EXPECT_EQ(raw.one("SELECT count(*) FROM metric_values"), "7");
}

TEST(Migrate, NamesEditedByHandAreMadeToFitAndUnique) {
  const TempHistory file;
  make_from_fixtures(file.path(), {"layout-1.0.0.sql"});
  RawDatabase(file.path())
      .execute(
          "UPDATE metric_definitions SET name = 'LOC' WHERE id = 1; UPDATE metric_definitions SET name = 'Build "
          "Time' WHERE id = 3; UPDATE metric_definitions SET name = '' WHERE id = 5;");
  EXPECT_THAT(
      upgrade(file),
      ElementsAre(
          "the history was layout 1.0.0 and is layout 2.0.0 now; 4 builds and 7 values kept",
          "metric `LOC` is called `loc-2` from now on, because its name does not fit today's rules",
          "metric `Build Time` is called `build-time-2` from now on, because its name does not fit today's rules",
          "metric `` is called `metric` from now on, because its name does not fit today's rules"));
  RawDatabase raw(file.path());
  EXPECT_EQ(raw.one("SELECT old_name FROM unentropy_old_metric_definitions WHERE metric_id = 'loc-2'"), "LOC");
  EXPECT_EQ(raw.one("SELECT metric_id FROM metric_values WHERE id = 6"), "loc");
  EXPECT_EQ(raw.one("SELECT metric_id FROM metric_values WHERE id = 8"), "loc-2");
}

TEST(Migrate, MetricsNamedLikeNumbersAreNotTakenForOldIds) {
  const TempHistory file;
  make_from_fixtures(file.path(), {"layout-1.0.0.sql"});
  RawDatabase(file.path()).execute("UPDATE metric_definitions SET name = '1' WHERE id = 3;");
  upgrade(file);
  RawDatabase raw(file.path());
  EXPECT_THAT(raw.query("SELECT metric_id, value_numeric FROM metric_values WHERE build_id = 1 ORDER BY id"),
              ElementsAre("test-coverage|81.25", "1|512.0"));
}

TEST(Migrate, UnitsAreRenamedOnlyWithinTheirScale) {
  struct Case {
    const char* before;
    const char* after;
  };
  for (const Case& unit : {Case{"%", "percent"},
                           {"lines", "integer"},
                           {"count", "integer"},
                           {"B", "bytes"},
                           {"bytes", "bytes"},
                           {"s", "duration"},
                           {"sec", "duration"},
                           {"seconds", "duration"},
                           {"KB", "KB"},
                           {"MB", "MB"},
                           {"ms", "ms"},
                           {"percent", "percent"},
                           {"duration", "duration"},
                           {"Lines", "Lines"},
                           {"", ""}}) {
    EXPECT_EQ(renamed_unit(unit.before), unit.after);
  }
}

TEST(Migrate, KeysAreMadeOfAnyText) {
  EXPECT_EQ(make_metric_key("Size (KB)", {}), "size--kb-");
  EXPECT_EQ(make_metric_key("", {}), "metric");
  EXPECT_EQ(make_metric_key("a", {"a", "a-2"}), "a-3");
  EXPECT_EQ(make_metric_key(std::string(80, 'x'), {}), std::string(64, 'x'));
  EXPECT_EQ(make_metric_key(std::string(80, 'x'), {std::string(64, 'x')}), std::string(62, 'x') + "-2");
  EXPECT_EQ(make_metric_key("\xC3\xA9", {}), "--");
}

TEST(Migrate, ADamagedOldFileIsRefusedUntouched) {
  const TempHistory file;
  make_from_fixtures(file.path(), {"layout-1.0.0.sql"});
  // A row that an index does not know.
  RawDatabase(file.path())
      .execute(
          "PRAGMA writable_schema=ON; UPDATE sqlite_master SET sql = 'CREATE INDEX idx_build_branch ON "
          "build_contexts (commit_sha)' WHERE name = 'idx_build_branch'");
  const std::string before = testing::read_bytes(file.path());
  try {
    upgrade(file);
    FAIL() << "opened";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::corrupt);
    EXPECT_THAT(error.message(), HasSubstr("upgrading the history `" + file.path().native() + "`: it is damaged: "));
  }
  EXPECT_EQ(testing::read_bytes(file.path()), before);
}

TEST(Migrate, AnUpgradeThatFailsHalfWayLeavesEveryByte) {
  const TempHistory file;
  const std::string sql = replace_all(testing::fixture("layout-1.0.0.sql"), "  UNIQUE (metric_id, build_id),\n", "");
  RawDatabase(file.path())
      .execute(sql + "INSERT INTO metric_values (metric_id, build_id, value_numeric) VALUES (1, 1, 5)");
  const std::string before = testing::read_bytes(file.path());
  for (const Durability durability : {Durability::cached, Durability::synced}) {
    try {
      History::open(file.path(), OpenMode::read_write, Verification::quick, durability);
      FAIL() << "opened";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::corrupt);
      EXPECT_EQ(error.message(), "upgrading the history `" + file.path().native() +
                                     "`: UNIQUE constraint failed: metric_values.metric_id, metric_values.build_id");
      EXPECT_EQ(error.hint(), "the file was left as it is; restore an older copy of it");
    }
    EXPECT_EQ(testing::read_bytes(file.path()), before);
  }
}

TEST(Migrate, AnOldFileIsNotOpenedForReading) {
  const TempHistory file;
  make_from_fixtures(file.path(), {"layout-1.0.0.sql"});
  const std::string before = testing::read_bytes(file.path());
  try {
    History::open(file.path(), OpenMode::read_only);
    FAIL() << "opened";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    EXPECT_EQ(error.message(), "opening the history `" + file.path().native() + "`: its layout is an old one");
    EXPECT_EQ(error.hint(), "open a copy of the file for writing, which brings the copy up to date");
  }
  EXPECT_EQ(testing::read_bytes(file.path()), before);
}

}  // namespace
}  // namespace unentropy
