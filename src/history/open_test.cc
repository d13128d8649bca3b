#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/error.h"
#include "history/history.h"
#include "history/testing/fixture.h"
#include "history/testing/raw.h"

namespace unentropy {
namespace {

namespace fs = std::filesystem;
using testing::build;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::number;
using testing::RawDatabase;
using testing::read_bytes;
using testing::TempHistory;
using testing::write_bytes;

std::vector<std::string> names_in(const fs::path& directory) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(directory)) names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  return names;
}

void create_with_builds(const fs::path& path, int builds) {
  History history = History::open(path, OpenMode::create, Verification::quick, Durability::cached);
  for (int i = 0; i < builds; ++i) {
    history.record(build(fmt::format("c{}", i), std::to_string(i), fmt::format("2025-01-01T00:{:02}:00Z", i)),
                   {number("size", i)});
  }
  history.close();
}

// What opening says, as `kind: message (hint)` without the path, or "opened".
std::string outcome(const fs::path& path, OpenMode mode, Verification verification = Verification::quick) {
  try {
    History::open(path, mode, verification, Durability::cached);
    return "opened";
  } catch (const Error& error) {
    std::string message = error.message();
    const std::string quoted = " `" + path.native() + "`";
    if (const auto at = message.find(quoted); at != std::string::npos) message.erase(at, quoted.size());
    return fmt::format("{}: {} ({})", to_string(error.kind()), message, error.hint());
  }
}

TEST(Open, CreatesAMissingAndCompletesAnEmptyFile) {
  const TempHistory file;
  EXPECT_EQ(outcome(file.path(), OpenMode::create), "opened");
  EXPECT_EQ(History::open(file.path(), OpenMode::read_only).build_count(), 0);
  write_bytes(file.path(), "");
  EXPECT_EQ(outcome(file.path(), OpenMode::create), "opened");
  EXPECT_EQ(History::open(file.path(), OpenMode::read_only).build_count(), 0);
}

TEST(Open, AMissingFileIsCreatedOnlyOnRequest) {
  const TempHistory file;
  for (const OpenMode mode : {OpenMode::read_only, OpenMode::read_write}) {
    try {
      History::open(file.path(), mode);
      FAIL() << "opened";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::not_found);
      EXPECT_THAT(error.message(), HasSubstr(file.path().native()));
    }
  }
  EXPECT_THAT(names_in(file.directory()), IsEmpty());
}

TEST(Open, AnEmptyFileIsADamagedHistoryUnlessOneMayBeCreated) {
  const TempHistory file;
  write_bytes(file.path(), "");
  for (const OpenMode mode : {OpenMode::read_only, OpenMode::read_write}) {
    EXPECT_EQ(
        outcome(file.path(), mode),
        "corrupt: opening the history: the file is empty (the file was left as it is; restore an older copy of it)");
  }
}

TEST(Open, DirectoriesAndPipesAreRefusedWithoutWaiting) {
  const TempHistory file;
  const fs::path pipe = file.directory() / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  for (const OpenMode mode : {OpenMode::read_only, OpenMode::read_write, OpenMode::create}) {
    EXPECT_THROW(History::open(pipe, mode), Error);
    EXPECT_THROW(History::open(file.directory(), mode), Error);
  }
}

TEST(Open, ReadingLeavesFileAndDirectoryAlone) {
  const TempHistory file;
  create_with_builds(file.path(), 3);
  const std::string before = read_bytes(file.path());
  fs::permissions(file.directory(), fs::perms::owner_read | fs::perms::owner_exec);
  {
    History history = History::open(file.path(), OpenMode::read_only, Verification::full);
    EXPECT_EQ(history.load("").builds.size(), 3U);
    EXPECT_THAT(names_in(file.directory()), ElementsAre("history.db"));
    EXPECT_THROW(history.record(build("x", "9", "2025-01-01T00:00:00Z"), {number("size", 1)}), Error);
    history.close();
  }
  fs::permissions(file.directory(), fs::perms::owner_all);
  EXPECT_THAT(names_in(file.directory()), ElementsAre("history.db"));
  EXPECT_EQ(read_bytes(file.path()), before);
}

TEST(Open, AFileWithoutOurTablesIsReadableOnlyAsAHistoryOfAnotherTool) {
  const TempHistory file;
  create_with_builds(file.path(), 1);
  RawDatabase(file.path()).execute("DROP TABLE unentropy_build_origin; DROP TABLE unentropy_record");
  EXPECT_EQ(History::open(file.path(), OpenMode::read_only).load("").builds.size(), 1U);
  EXPECT_FALSE(History::open(file.path(), OpenMode::read_only).contains_record("r"));
  RawDatabase(file.path()).execute("DROP TABLE metric_values");
  EXPECT_EQ(outcome(file.path(), OpenMode::read_only),
            "usage: opening the history: some of its tables are missing (open a copy of the file for writing, which "
            "brings the copy up to date)");
}

void make_wal(const fs::path& path) {
  create_with_builds(path, 2);
  RawDatabase raw(path);
  raw.execute("PRAGMA journal_mode=WAL; CREATE TABLE touched (x)");
}

TEST(Open, WriteAheadModeIsReadWithoutMakingFiles) {
  for (const char* name : {"history.db", "odd ?#%41&name.db"}) {
    const TempHistory file;
    const fs::path path = file.directory() / name;
    make_wal(path);
    const std::string before = read_bytes(path);
    ASSERT_EQ(before[18], 2);
    {
      const History history = History::open(path, OpenMode::read_only);
      EXPECT_EQ(history.load("").builds.size(), 2U);
      EXPECT_THAT(names_in(file.directory()), ElementsAre(name));
    }
    EXPECT_EQ(read_bytes(path), before);
  }
}

TEST(Open, WriteAheadModeIsLeftWhenTheFileIsOpenedForWriting) {
  for (const Durability durability : {Durability::cached, Durability::synced}) {
    const TempHistory file;
    make_wal(file.path());
    History history = History::open(file.path(), OpenMode::read_write, Verification::quick, durability);
    history.record(build("c9", "9", "2025-01-02T00:00:00Z"), {number("size", 9)});
    history.close();
    const std::string bytes = read_bytes(file.path());
    EXPECT_EQ(bytes[18], 1);
    EXPECT_EQ(bytes[19], 1);
    EXPECT_THAT(names_in(file.directory()), ElementsAre("history.db"));
    EXPECT_EQ(RawDatabase(file.path()).one("SELECT count(*) FROM build_contexts"), "3");
  }
}

// A copy of a database and of what lies beside it, taken while somebody writes.
TEST(Open, BuildsThatAreStillInTheLogAreNotOverlooked) {
  const TempHistory source;
  const TempHistory copy;
  create_with_builds(source.path(), 1);
  RawDatabase raw(source.path());
  raw.execute(
      "PRAGMA journal_mode=WAL; INSERT INTO build_contexts VALUES (2, 'c', 'main', '2', 1, 'push', "
      "'2025-01-01T00:00:00.000Z')");
  fs::copy_file(source.path(), copy.path());
  fs::copy_file(source.path().native() + "-wal", copy.path().native() + "-wal");
  EXPECT_EQ(outcome(copy.path(), OpenMode::read_only),
            fmt::format("unavailable: opening the history: its newest builds are still in `{}-wal` (wait until the "
                        "process that writes to it is done; if there is none, open it once for writing)",
                        copy.path().native()));
  History history = History::open(copy.path(), OpenMode::read_write);
  EXPECT_EQ(history.build_count(), 2);
  history.close();
  EXPECT_THAT(names_in(copy.directory()), ElementsAre("history.db"));
}

TEST(Open, AnInterruptedWriteIsUndoneOnlyByAWriter) {
  const TempHistory source;
  const TempHistory copy;
  create_with_builds(source.path(), 5);
  {
    RawDatabase raw(source.path());
    raw.execute(
        "PRAGMA synchronous=FULL; PRAGMA cache_size=1; BEGIN; UPDATE build_contexts SET branch = 'gone'; "
        "CREATE TABLE filler (x); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500) "
        "INSERT INTO filler SELECT randomblob(500) FROM n");
    fs::copy_file(source.path(), copy.path());
    fs::copy_file(source.path().native() + "-journal", copy.path().native() + "-journal");
  }
  const std::string before = read_bytes(copy.path());
  EXPECT_EQ(outcome(copy.path(), OpenMode::read_only),
            "unavailable: opening the history: a process was stopped while it wrote to it, and what it left must be "
            "undone (open the file once for writing, for example by recording a build)");
  EXPECT_EQ(read_bytes(copy.path()), before);
  History history = History::open(copy.path(), OpenMode::read_write);
  EXPECT_EQ(history.load("main").builds.size(), 5U);
  history.close();
  EXPECT_THAT(names_in(copy.directory()), ElementsAre("history.db"));
}

TEST(Open, WritersOfOneFileWaitForEachOther) {
  const TempHistory file;
  std::vector<std::thread> writers;
  for (int writer = 0; writer < 4; ++writer) {
    writers.emplace_back([&file, writer] {
      for (int i = 0; i < 10; ++i) {
        History history = History::open(file.path(), OpenMode::create, Verification::quick, Durability::cached);
        const std::string id = fmt::format("{}-{}", writer, i);
        history.record(build(id, id, "2025-01-01T00:00:00Z"), {number("size", i)});
        history.close();
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  EXPECT_EQ(History::open(file.path(), OpenMode::read_only, Verification::full).build_count(), 40);
}

TEST(Open, TheFileStandsByItselfAfterClosing) {
  for (const Durability durability : {Durability::cached, Durability::synced}) {
    const TempHistory file;
    History history = History::open(file.path(), OpenMode::create, Verification::quick, durability);
    history.record(build("c", "1", "2025-01-01T00:00:00Z"), {number("size", 1)});
    history.close();
    EXPECT_THAT(names_in(file.directory()), ElementsAre("history.db"));
    RawDatabase raw(file.path());
    EXPECT_EQ(raw.one("PRAGMA journal_mode"), "delete");
    EXPECT_EQ(raw.one("PRAGMA integrity_check"), "ok");
  }
}

}  // namespace
}  // namespace unentropy
