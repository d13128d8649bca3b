#include "history/layout.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "history/history.h"
#include "history/testing/fixture.h"
#include "history/testing/raw.h"

namespace unentropy {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using testing::RawDatabase;
using testing::TempHistory;
using ::testing::UnorderedElementsAre;
using Rows = std::vector<std::string>;

void create_empty(const TempHistory& file) { History::open(file.path(), OpenMode::create).close(); }

// Table by table what another tool relies on, written down independently of the code.
struct ExpectedTable {
  std::string name;
  Rows columns;       // name|declared type|not null|default|place in the primary key
  Rows unique;        // column lists of uniqueness
  Rows foreign_keys;  // table|from|to|on update|on delete
  std::string autoincrement;
};

const std::vector<ExpectedTable>& expected_tables() {
  static const std::vector<ExpectedTable> tables{
      {"schema_version",
       {"version|TEXT|0|NULL|1", "applied_at|DATETIME|1|CURRENT_TIMESTAMP|0", "description|TEXT|0|NULL|0"},
       {"version"},
       {},
       "0"},
      {"metric_definitions",
       {"id|TEXT|0|NULL|1", "type|TEXT|1|NULL|0", "unit|TEXT|0|NULL|0", "description|TEXT|0|NULL|0"},
       {"id"},
       {},
       "0"},
      {"build_contexts",
       {"id|INTEGER|0|NULL|1", "commit_sha|TEXT|1|NULL|0", "branch|TEXT|1|NULL|0", "run_id|TEXT|1|NULL|0",
        "run_number|INTEGER|1|NULL|0", "event_name|TEXT|0|NULL|0", "timestamp|DATETIME|1|NULL|0"},
       {"commit_sha,run_id"},
       {},
       "1"},
      {"metric_values",
       {"id|INTEGER|0|NULL|1", "metric_id|TEXT|1|NULL|0", "build_id|INTEGER|1|NULL|0", "value_numeric|REAL|0|NULL|0",
        "value_label|TEXT|0|NULL|0"},
       {"metric_id,build_id"},
       {"build_contexts|build_id|id|NO ACTION|NO ACTION", "metric_definitions|metric_id|id|NO ACTION|NO ACTION"},
       "1"},
  };
  return tables;
}

TEST(Layout, TablesColumnsAndConstraintsAreThoseOfLayout2) {
  const TempHistory file;
  create_empty(file);
  RawDatabase raw(file.path());
  for (const ExpectedTable& table : expected_tables()) {
    SCOPED_TRACE(table.name);
    EXPECT_THAT(
        raw.query("SELECT name, type, \"notnull\", dflt_value, pk FROM pragma_table_xinfo('" + table.name + "')"),
        ElementsAreArray(table.columns));
    EXPECT_THAT(
        raw.query("SELECT (SELECT group_concat(name, ',') FROM pragma_index_info(l.name)) FROM pragma_index_list('" +
                  table.name + "') l WHERE \"unique\" = 1"),
        ElementsAreArray(table.unique));
    EXPECT_THAT(raw.query("SELECT \"table\", \"from\", \"to\", on_update, on_delete FROM pragma_foreign_key_list('" +
                          table.name + "') ORDER BY 1"),
                ElementsAreArray(table.foreign_keys));
    EXPECT_EQ(raw.one("SELECT wr || strict FROM pragma_table_list WHERE name = '" + table.name + "'"), "00");
    EXPECT_EQ(raw.one("SELECT sql LIKE '%AUTOINCREMENT%' FROM sqlite_master WHERE name = '" + table.name + "'"),
              table.autoincrement);
  }
}

TEST(Layout, IndexesAreThoseOfLayout2) {
  const TempHistory file;
  create_empty(file);
  RawDatabase raw(file.path());
  EXPECT_THAT(
      raw.query("SELECT m.name, m.tbl_name, (SELECT group_concat(name, ',') FROM pragma_index_info(m.name)), "
                "(SELECT \"unique\" || partial FROM pragma_index_list(m.tbl_name) WHERE name = m.name) "
                "FROM sqlite_master m WHERE m.type = 'index' AND m.sql IS NOT NULL"),
      UnorderedElementsAre("idx_build_timestamp|build_contexts|timestamp|00",
                           "idx_build_branch|build_contexts|branch|00", "idx_build_commit|build_contexts|commit_sha|00",
                           "idx_build_event_timestamp|build_contexts|event_name,timestamp|00",
                           "idx_metric_value_build|metric_values|build_id|00"));
}

TEST(Layout, HasNothingElseButTablesWithOurPrefix) {
  const TempHistory file;
  create_empty(file);
  RawDatabase raw(file.path());
  EXPECT_THAT(raw.query("SELECT type, name FROM sqlite_master WHERE type <> 'index' AND name NOT LIKE 'sqlite\\_%' "
                        "ESCAPE '\\' AND name NOT LIKE 'unentropy\\_%' ESCAPE '\\'"),
              UnorderedElementsAre("table|schema_version", "table|metric_definitions", "table|build_contexts",
                                   "table|metric_values"));
  EXPECT_THAT(
      raw.query("SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'unentropy\\_%' ESCAPE '\\'"),
      UnorderedElementsAre("unentropy_record", "unentropy_build_origin", "unentropy_value_origin",
                           "unentropy_metric_origin", "unentropy_tombstone", "unentropy_store"));
  EXPECT_EQ(raw.one("PRAGMA user_version"), "0");
  EXPECT_EQ(raw.one("PRAGMA journal_mode"), "delete");
  EXPECT_THAT(raw.query("SELECT version FROM schema_version"), ElementsAre("2.0.0"));
}

TEST(Layout, ChecksRefuseWhatTheyAreDocumentedToRefuse) {
  const TempHistory file;
  create_empty(file);
  RawDatabase raw(file.path());
  raw.execute("INSERT INTO metric_definitions VALUES ('ok', 'numeric', NULL, NULL)");
  raw.execute("INSERT INTO metric_definitions VALUES ('a/b', 'label', NULL, NULL)");  // only the first character counts
  raw.execute("INSERT INTO build_contexts VALUES (1, 'c', 'main', '1', 1, NULL, '2025-01-01T00:00:00.000Z')");
  for (const char* const row :
       {"metric_definitions VALUES ('A', 'numeric', NULL, NULL)", "metric_definitions VALUES ('b', 'text', NULL, NULL)",
        "metric_values (metric_id, build_id) VALUES ('ok', 1)",
        "metric_values (metric_id, build_id, value_numeric, value_label) VALUES ('ok', 1, 1.0, 'x')",
        "build_contexts VALUES (2, 'c', 'main', '1', 1, NULL, '2025-01-02T00:00:00.000Z')"}) {
    EXPECT_THROW(raw.execute(std::string("INSERT INTO ") + row), std::runtime_error) << row;
  }
}

// The statements of the other tool, whose conflict targets must exist as they are named here.
TEST(Layout, AnotherToolCanExtendOurFileAndWeReadIt) {
  const TempHistory file;
  {
    History history = History::open(file.path(), OpenMode::create);
    history.record(testing::build("ours", "1", "2025-02-01T00:00:00Z"), {testing::number("size", 1)});
    history.close();
  }
  {
    RawDatabase raw(file.path());
    raw.execute("PRAGMA foreign_keys=ON; PRAGMA journal_mode=DELETE; PRAGMA synchronous=NORMAL");
    for (int round = 0; round < 2; ++round) {
      raw.execute(
          "INSERT INTO schema_version (version, description) VALUES ('2.0.0', 'again') ON CONFLICT DO NOTHING;"
          "INSERT INTO metric_definitions (id, type, unit, description) VALUES ('size', 'numeric', 'bytes', 'Size') "
          "  ON CONFLICT(id) DO UPDATE SET unit = excluded.unit, description = excluded.description;"
          "INSERT INTO build_contexts (commit_sha, branch, run_id, run_number, event_name, timestamp) "
          "  VALUES ('theirs', 'main', '2', 2, 'push', '2025-02-02T00:00:00.000Z') "
          "  ON CONFLICT(commit_sha, run_id) DO UPDATE SET timestamp = excluded.timestamp;"
          "INSERT INTO metric_values (metric_id, build_id, value_numeric) "
          "  SELECT 'size', id, 2.5 FROM build_contexts WHERE commit_sha = 'theirs' "
          "  ON CONFLICT(metric_id, build_id) DO UPDATE SET value_numeric = excluded.value_numeric;");
    }
    EXPECT_EQ(raw.one("PRAGMA integrity_check"), "ok");
    EXPECT_THAT(raw.query("PRAGMA foreign_key_check"), ElementsAre());
  }
  History history = History::open(file.path(), OpenMode::read_write, Verification::full);
  const HistoryData data = history.load("main");
  ASSERT_EQ(data.builds.size(), 2U);
  EXPECT_EQ(data.builds[1].commit_sha, "theirs");
  ASSERT_EQ(data.series.size(), 1U);
  EXPECT_THAT(data.series[0].numbers, ElementsAre(1.0, 2.5));
  EXPECT_EQ(data.series[0].unit, "bytes");
  // A value that another tool wrote has no origin; anything of ours takes its place.
  history.record(testing::build("theirs", "2", "2025-02-02T00:00:00Z"), {testing::number("size", 3)});
  EXPECT_THAT(history.load("main").series[0].numbers, ElementsAre(1.0, 3.0));
}

TEST(Layout, ExtraColumnsTablesAndIndexesOfOthersAreKept) {
  const TempHistory file;
  create_empty(file);
  {
    RawDatabase raw(file.path());
    raw.execute(
        "ALTER TABLE build_contexts ADD COLUMN note TEXT; ALTER TABLE metric_values ADD COLUMN weight REAL NOT NULL "
        "DEFAULT 1; CREATE TABLE dashboard (x); INSERT INTO dashboard VALUES (1); CREATE INDEX mine ON build_contexts "
        "(run_number); CREATE VIEW wide AS SELECT * FROM metric_values; INSERT INTO schema_version (version) "
        "VALUES ('2.0.0-extra'), ('1.9.9')");
  }
  History history = History::open(file.path(), OpenMode::read_write);
  history.record(testing::build("c", "1", "2025-02-01T00:00:00Z"), {testing::number("size", 1)});
  EXPECT_EQ(history.load("main").builds.size(), 1U);
  history.close();
  RawDatabase raw(file.path());
  EXPECT_EQ(raw.one("SELECT note FROM build_contexts"), "NULL");
  EXPECT_EQ(raw.one("SELECT x FROM dashboard"), "1");
  EXPECT_EQ(raw.one("SELECT count(*) FROM sqlite_master WHERE name IN ('mine', 'wide')"), "2");
}

TEST(Layout, OpeningAgainChangesNoByte) {
  const TempHistory file;
  create_empty(file);
  const std::string before = testing::read_bytes(file.path());
  create_empty(file);
  History::open(file.path(), OpenMode::read_write, Verification::full).close();
  EXPECT_EQ(testing::read_bytes(file.path()), before);
}

TEST(Layout, MissingTablesIndexesAndVersionAreCompleted) {
  const TempHistory file;
  testing::RawDatabase(file.path())
      .execute(
          "CREATE TABLE metric_definitions (id TEXT PRIMARY KEY, type TEXT NOT NULL, unit TEXT, description TEXT);"
          "INSERT INTO metric_definitions VALUES ('kept', 'numeric', NULL, NULL)");
  History history = History::open(file.path(), OpenMode::read_write);
  history.record(testing::build("c", "1", "2025-02-01T00:00:00Z"), {testing::number("size", 1)});
  history.close();
  RawDatabase raw(file.path());
  EXPECT_THAT(raw.query("SELECT id FROM metric_definitions ORDER BY id"), ElementsAre("kept", "size"));
  EXPECT_THAT(raw.query("SELECT version FROM schema_version"), ElementsAre("2.0.0"));
  EXPECT_EQ(raw.one("SELECT count(*) FROM sqlite_master WHERE name LIKE 'idx\\_%' ESCAPE '\\'"), "5");
}

TEST(Layout, MissingUniquenessIsRestored) {
  const TempHistory file;
  testing::RawDatabase(file.path())
      .execute(
          "CREATE TABLE build_contexts (id INTEGER PRIMARY KEY, commit_sha TEXT, branch TEXT, run_id TEXT, "
          "run_number INTEGER, event_name TEXT, timestamp DATETIME);"
          "CREATE TABLE metric_values (id INTEGER PRIMARY KEY, metric_id TEXT, build_id INTEGER, "
          "value_numeric REAL, value_label TEXT)");
  History::open(file.path(), OpenMode::read_write).close();
  RawDatabase raw(file.path());
  raw.execute("INSERT INTO build_contexts VALUES (1, 'c', 'main', '1', 1, 'push', '2025-01-01T00:00:00.000Z')");
  EXPECT_THROW(
      raw.execute("INSERT INTO build_contexts VALUES (2, 'c', 'main', '1', 1, 'push', '2025-01-01T00:00:00.000Z')"),
      std::runtime_error);
  raw.execute("INSERT INTO metric_values VALUES (1, 'm', 1, 1.0, NULL)");
  EXPECT_THROW(raw.execute("INSERT INTO metric_values VALUES (2, 'm', 1, 1.0, NULL)"), std::runtime_error);
}

}  // namespace
}  // namespace unentropy
