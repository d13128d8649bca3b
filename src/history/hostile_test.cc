// Files made to hurt: every one is refused with a reason or read without doing what it asks for.
#include <filesystem>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include "base/error.h"
#include "history/history.h"
#include "history/sqlite.h"
#include "history/testing/fixture.h"
#include "history/testing/generate.h"
#include "history/testing/raw.h"

namespace unentropy {
namespace {

namespace fs = std::filesystem;
using ::testing::AnyOf;
using testing::build;
using testing::number;
using testing::RawDatabase;
using testing::read_bytes;
using ::testing::StartsWith;
using testing::TempHistory;
using testing::write_bytes;

// `kind: cause (hint)`, or "opened".
std::string outcome(const fs::path& path, OpenMode mode, Verification verification = Verification::quick) {
  try {
    History::open(path, mode, verification, Durability::cached);
    return "opened";
  } catch (const Error& error) {
    const std::string prefix = "opening the history `" + path.native() + "`: ";
    EXPECT_THAT(error.message(), StartsWith(prefix));
    return fmt::format("{}: {} ({})", to_string(error.kind()), error.message().substr(prefix.size()), error.hint());
  }
}

// Refused in every mode, with the bytes left as they are.
std::string refusal(const fs::path& path) {
  const std::string before = read_bytes(path);
  const std::string reading = outcome(path, OpenMode::read_only);
  EXPECT_EQ(outcome(path, OpenMode::read_write), reading);
  EXPECT_EQ(outcome(path, OpenMode::create), reading);
  EXPECT_EQ(read_bytes(path), before);
  return reading;
}

void create_with(const TempHistory& file, const std::string& sql) {
  testing::generate_history(file.path(), {20, 4, 1});
  RawDatabase(file.path()).execute(sql);
}

constexpr const char* kRestore = "the file was left as it is; restore an older copy of it";
constexpr const char* kTampered =
    "nothing of it was executed; somebody else has changed the file, restore an older copy of it";
constexpr const char* kForeign = "check that the path or key is the right one; nothing was written to it";

TEST(Hostile, F010_WhatIsNoDatabaseOrCutOffIsToldApart) {
  const TempHistory file;
  testing::generate_history(file.path(), {20, 4, 1});
  const std::string whole = read_bytes(file.path());
  struct Case {
    std::string bytes;
    std::string cause;
  };
  std::string odd_page_size = whole;
  odd_page_size[16] = 3;
  for (const Case& bad :
       {Case{"<html>502 Bad Gateway</html>", "it is not an SQLite database"},
        {"S", "it is cut off after 1 bytes"},
        {whole.substr(0, 99), "it is cut off after 99 bytes"},
        {whole.substr(0, 4096), fmt::format("it has 4096 of the {} bytes that its header names", whole.size())},
        {whole.substr(0, whole.size() - 1),
         fmt::format("it has {} of the {} bytes that its header names", whole.size() - 1, whole.size())},
        {odd_page_size, "its header names a page size of 768 bytes"}}) {
    write_bytes(file.path(), bad.bytes);
    EXPECT_EQ(refusal(file.path()), fmt::format("corrupt: {} ({})", bad.cause, kRestore));
  }
  // More than the header says is harmless.
  write_bytes(file.path(), whole + std::string(5000, 'x'));
  EXPECT_EQ(outcome(file.path(), OpenMode::read_write), "opened");
}

TEST(Hostile, F010_DamageWithinIsFound) {
  const TempHistory file;
  testing::generate_history(file.path(), {200, 10, 1});
  std::string bytes = read_bytes(file.path());
  for (std::size_t i = bytes.size() / 2; i < bytes.size() / 2 + 4096; ++i) bytes[i] = 'z';
  write_bytes(file.path(), bytes);
  EXPECT_THAT(refusal(file.path()),
              AnyOf(StartsWith("corrupt: it is damaged: "), StartsWith("corrupt: database disk image is malformed")));
  // Without reading the pages nobody can know.
  EXPECT_EQ(outcome(file.path(), OpenMode::read_only, Verification::header_and_layout), "opened");
}

TEST(Hostile, ASchemaThatAHistoryNeverHasIsRefused) {
  struct Case {
    const char* sql;
    const char* cause;
  };
  for (const Case& bad : {
           Case{"CREATE TRIGGER t AFTER INSERT ON metric_values BEGIN DELETE FROM build_contexts; END",
                "it has a trigger `t` on table `metric_values`"},
           {"CREATE TRIGGER t AFTER INSERT ON UNENTROPY_RECORD BEGIN DELETE FROM build_contexts; END",
            "it has a trigger `t` on table `unentropy_record`"},
           {"DROP TABLE metric_values; CREATE VIEW Metric_Values AS SELECT 1 AS id",
            "`metric_values` is a view instead of a table"},
           {"DROP TABLE metric_values; CREATE VIRTUAL TABLE metric_values USING fts5(id, metric_id, build_id, "
            "value_numeric, value_label)",
            "`metric_values` is a virtual table"},
           {"ALTER TABLE build_contexts ADD COLUMN x AS (hex(zeroblob(1000)))",
            "column `x` of table `build_contexts` is computed"},
           {"CREATE INDEX evil ON metric_values (abs(value_numeric))",
            "index `evil` on table `metric_values` computes"},
           {"CREATE INDEX evil ON metric_values (build_id) WHERE value_numeric > 1",
            "index `evil` on table `metric_values` has a condition"},
       }) {
    SCOPED_TRACE(bad.sql);
    const TempHistory file;
    create_with(file, bad.sql);
    EXPECT_EQ(refusal(file.path()), fmt::format("corrupt: {} ({})", bad.cause, kTampered));
  }
}

TEST(Hostile, TablesThatOnlyHaveOurNamesAreRefused) {
  struct Case {
    const char* sql;
    const char* cause;
  };
  for (const Case& bad : {
           Case{"CREATE TABLE users (id)", "it is not a metrics history; it has a table `users` and none of ours"},
           {"CREATE TABLE metric_values (a)",
            "table `metric_values` has no column `id`, so it is not a metrics history"},
           {"CREATE TABLE metric_definitions (id INTEGER PRIMARY KEY, type, unit, description)",
            "column `id` of table `metric_definitions` is not what it is in a metrics history"},
           {"CREATE TABLE build_contexts (id TEXT PRIMARY KEY, commit_sha, branch, run_id, run_number, event_name, "
            "timestamp)",
            "column `id` of table `build_contexts` is not what it is in a metrics history"},
           {"CREATE TABLE schema_version (version TEXT); CREATE TABLE unentropy_record (a)",
            "table `schema_version` has no column `applied_at`, so it is not a metrics history"},
       }) {
    const TempHistory file;
    RawDatabase(file.path()).execute(bad.sql);
    const std::string got = refusal(file.path());
    if (std::string(bad.sql).find("unentropy_record") != std::string::npos) {
      EXPECT_EQ(got, fmt::format("corrupt: table `unentropy_record` has no column `id`, so it is not a metrics history "
                                 "({})",
                                 kForeign));
    } else {
      EXPECT_EQ(got, fmt::format("corrupt: {} ({})", bad.cause, kForeign));
    }
  }
}

TEST(Hostile, F018_ANewerLayoutIsRefusedUntouched) {
  for (const char* version : {"3.0.0", "10.0.0", "3", "2000.1"}) {
    const TempHistory file;
    create_with(file,
                fmt::format("INSERT INTO schema_version (version) VALUES ('{}'); PRAGMA journal_mode=WAL", version));
    EXPECT_EQ(
        refusal(file.path()),
        fmt::format("usage: it has layout {}, newer than layout 2.0.0, the newest this program knows (nothing was "
                    "changed; use a newer version of unentropy)",
                    version));
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(file.directory())) names.push_back(entry.path().filename());
    EXPECT_EQ(names, std::vector<std::string>{"history.db"});
  }
  for (const char* version : {"2.9.0", "2.10.1", "1.99.0", "3.x", "", "-3.0.0"}) {
    const TempHistory file;
    create_with(file, fmt::format("INSERT INTO schema_version (version) VALUES ('{}')", version));
    EXPECT_EQ(outcome(file.path(), OpenMode::read_write), "opened") << version;
  }
}

TEST(Hostile, CodeOfTheFileIsNeverRun) {
  const TempHistory file;
  {
    RawDatabase raw(file.path());
    // Each of these would fail or take very long if it were evaluated once.
    raw.execute(
        "CREATE TABLE metric_values (id INTEGER PRIMARY KEY, metric_id TEXT CHECK (abs(-9223372036854775807 - 1) > 0), "
        "build_id INTEGER, value_numeric REAL, value_label TEXT, UNIQUE (metric_id, build_id), "
        "CHECK (length(hex(randomblob(500000000))) > 5));"
        "CREATE TABLE notes (x); CREATE TRIGGER harmless AFTER INSERT ON notes BEGIN DELETE FROM notes; END;"
        "CREATE VIEW endless AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i FROM n) SELECT * FROM n");
  }
  History history = History::open(file.path(), OpenMode::read_write, Verification::full, Durability::cached);
  history.record(build("c", "1", "2025-01-01T00:00:00Z"), {number("size", 1)});
  history.close();
  history = History::open(file.path(), OpenMode::read_only, Verification::full);
  EXPECT_EQ(history.load("").builds.size(), 1U);
}

TEST(Hostile, ADefaultThatFailsFailsTheWriteAndNothingElse) {
  const TempHistory file;
  {
    RawDatabase raw(file.path());
    raw.execute(
        "CREATE TABLE build_contexts (id INTEGER PRIMARY KEY, commit_sha, branch, run_id, run_number, event_name, "
        "timestamp, x DEFAULT (abs(-9223372036854775807 - 1)), UNIQUE (commit_sha, run_id))");
  }
  History history = History::open(file.path(), OpenMode::read_write, Verification::quick, Durability::cached);
  try {
    history.record(build("c", "1", "2025-01-01T00:00:00Z"), {number("size", 1)});
    FAIL() << "recorded";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::corrupt);
    EXPECT_EQ(error.message(), "recording a build in the history `" + file.path().native() + "`: integer overflow");
  }
  EXPECT_EQ(history.build_count(), 0);
}

TEST(Hostile, AConstraintThatReplacesRowsDeletesNoBuild) {
  const TempHistory file;
  {
    RawDatabase raw(file.path());
    raw.execute(
        "CREATE TABLE build_contexts (id INTEGER PRIMARY KEY, commit_sha, branch UNIQUE ON CONFLICT REPLACE, run_id, "
        "run_number, event_name, timestamp, UNIQUE (commit_sha, run_id) ON CONFLICT REPLACE)");
  }
  History history = History::open(file.path(), OpenMode::read_write, Verification::quick, Durability::cached);
  history.record(build("c", "1", "2025-01-01T00:00:00Z"), {number("size", 1)});
  EXPECT_THROW(history.record(build("d", "2", "2025-01-02T00:00:00Z"), {number("size", 2)}), Error);
  EXPECT_EQ(history.load("main").builds.at(0).commit_sha, "c");
}

TEST(Hostile, WorkIsBounded) {
  const TempHistory file;
  testing::generate_history(file.path(), {20, 4, 1});
  const Database database(file.path(), Access::read_only, Durability::cached, "reading the history");
  constexpr const char* kEndless =
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n";
  const auto run = [&](std::int64_t steps, std::chrono::milliseconds time) -> std::string {
    database.limit_work(steps, time);
    try {
      database.query_integer(kEndless);
      return "finished";
    } catch (const Error& error) {
      return fmt::format("{}: {}", to_string(error.kind()), error.message());
    }
  };
  const std::string expected = "corrupt: reading the history `" + file.path().native() +
                               "`: it takes far more work than a history of its size needs";
  EXPECT_EQ(run(100'000, std::chrono::hours(1)), expected);
  EXPECT_EQ(run(std::numeric_limits<std::int64_t>::max(), std::chrono::milliseconds(20)), expected);
  database.begin_activity("reading the history");
  EXPECT_EQ(database.query_integer("SELECT count(*) FROM build_contexts"), 20);
}

TEST(Hostile, HugeTextsAreRefused) {
  const TempHistory file;
  create_with(file, "UPDATE build_contexts SET branch = replace(hex(zeroblob(1000000)), '00', 'xx') WHERE id = 3");
  const History history = History::open(file.path(), OpenMode::read_only, Verification::header_and_layout);
  try {
    history.load("");
    FAIL() << "loaded";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::corrupt);
    EXPECT_EQ(error.message(), "reading the history `" + file.path().native() + "`: string or blob too big");
  }
}

TEST(Hostile, RandomDamageNeverDoesMoreThanFail) {
  const TempHistory file;
  testing::generate_history(file.path(), {60, 6, 3});
  const std::string whole = read_bytes(file.path());
  std::mt19937 random(1);
  int survived = 0;
  for (int round = 0; round < 300; ++round) {
    std::string bytes = whole;
    const std::size_t flips = 1 + random() % 20;
    for (std::size_t i = 0; i < flips; ++i) {
      // Half of them where the structure is: in the first two pages.
      const std::size_t range = random() % 2 == 0 ? 8192 : bytes.size();
      bytes[random() % range] = static_cast<char>(random() % 256);
    }
    if (random() % 10 == 0) bytes.resize(random() % bytes.size());
    write_bytes(file.path(), bytes);
    try {
      const Verification verification = random() % 2 == 0 ? Verification::quick : Verification::header_and_layout;
      History history = History::open(file.path(), OpenMode::create, verification, Durability::cached);
      history.load("");
      history.previous_values("main", "x", "y", testing::instant("2030-01-01T00:00:00Z"));
      history.record(build("c", "1", "2025-01-01T00:00:00Z"), {number("coverage-0", 1)});
      history.close();
      ++survived;
    } catch (const Error& error) {
      EXPECT_NE(error.kind(), ErrorKind::internal) << error.message();
    }
    for (const char* suffix : {"-journal", "-wal", "-shm"}) fs::remove(file.path().native() + suffix);
  }
  EXPECT_GT(survived, 0);
  EXPECT_LT(survived, 300);
}

TEST(Sqlite, EveryCodeHasAKind) {
  struct Case {
    int code;
    ErrorKind kind;
  };
  for (const Case& item : {Case{SQLITE_BUSY, ErrorKind::unavailable},
                           {SQLITE_LOCKED, ErrorKind::unavailable},
                           {SQLITE_READONLY, ErrorKind::denied},
                           {SQLITE_PERM, ErrorKind::denied},
                           {SQLITE_CANTOPEN, ErrorKind::io},
                           {SQLITE_IOERR_READ, ErrorKind::io},
                           {SQLITE_FULL, ErrorKind::io},
                           {SQLITE_NOMEM, ErrorKind::io},
                           {SQLITE_CORRUPT, ErrorKind::corrupt},
                           {SQLITE_NOTADB, ErrorKind::corrupt},
                           {SQLITE_CONSTRAINT_UNIQUE, ErrorKind::corrupt},
                           {SQLITE_TOOBIG, ErrorKind::corrupt},
                           {SQLITE_INTERRUPT, ErrorKind::corrupt},
                           {SQLITE_ERROR, ErrorKind::corrupt},
                           {SQLITE_MISUSE, ErrorKind::internal},
                           {SQLITE_RANGE, ErrorKind::internal}}) {
    EXPECT_EQ(sqlite_error_kind(item.code), item.kind) << item.code;
    EXPECT_FALSE(sqlite_error_hint(item.kind).empty());
  }
}

}  // namespace
}  // namespace unentropy
