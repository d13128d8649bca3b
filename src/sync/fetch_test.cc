// Fetching, rule by rule.
#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/file.h"
#include "sync/record_format.h"
#include "sync/snapshot.h"
#include "sync/testing/sync_case.h"

namespace unentropy {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using testing::foreign_history;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kKey;
using testing::Runs;
using ::testing::StartsWith;
using testing::write_run;
using testing::Written;
using State = PublishedHistory::State;

class Fetching : public testing::SyncCase {};

TEST_F(Fetching, RunsAddUp) {
  for (const char* name : {"1", "2", "3"}) EXPECT_EQ(run(name).published.state, State::published);
  EXPECT_EQ(snapshot(), (Runs{"1", "2", "3"}));
  EXPECT_EQ(memory_.head(kKey)->content_type, "application/vnd.sqlite3");
  EXPECT_EQ(counts_in(memory_.head(kKey)->metadata)->builds, 3);
  EXPECT_EQ(keys("m.db.runs/").size(), 3U);
}

TEST_F(Fetching, RecordsAreListedBeforeTheSnapshotIsRead) {
  run("1");
  hooked_.calls.clear();
  run("2");
  EXPECT_EQ(hooked_.calls[0], "list m.db.runs/");
  EXPECT_EQ(hooked_.calls[1], "get m.db");
}

TEST_F(Fetching, F001_NoFailureIsEverAFirstRun) {
  run("1");
  const std::string before = bytes();
  for (const char* call : {"list", "get m.db", "head m.db.backup"}) {
    for (const ErrorKind kind : {ErrorKind::unavailable, ErrorKind::not_found, ErrorKind::usage}) {
      SCOPED_TRACE(call);
      fail(call, kind);
      EXPECT_EQ(failure([&] { run("2"); }).kind(), kind);
      EXPECT_TRUE(bytes() == before);
    }
  }
  fail("get m.db", ErrorKind::denied);
  EXPECT_EQ(failure([&] { run("2"); }).kind(), ErrorKind::denied);
  EXPECT_TRUE(bytes() == before);
}

TEST_F(Fetching, ASnapshotThatWasDeletedIsRebuiltFromBackupAndRecords) {
  for (const char* name : {"1", "2", "3"}) run(name);
  ASSERT_THAT(keys("m.db.backup"), ElementsAre("m.db.backup"));
  // Old records have been collected; the backup has their builds.
  memory_.remove(keys("m.db.runs/").front());
  memory_.remove(kKey);
  const Written written = run("4");
  EXPECT_THAT(written.fetch_warnings, Contains("the history was restored from its backup, which holds 1 build"));
  EXPECT_THAT(written.fetch_warnings,
              Contains("`m.db` is gone; the history is rebuilt from its backup and 2 run records"));
  EXPECT_EQ(snapshot(), (Runs{"1", "2", "3", "4"}));
}

TEST_F(Fetching, RecordsAloneAreEnoughToRebuild) {
  run("1");
  run("2");
  memory_.remove(kKey);
  memory_.remove("m.db.backup");
  EXPECT_THAT(run("3").fetch_warnings, ElementsAre("`m.db` is gone; the history is rebuilt from 2 run records"));
  EXPECT_EQ(snapshot(), (Runs{"1", "2", "3"}));
}

TEST_F(Fetching, AHistoryThatAnotherToolPutInItsPlaceIsJoinedWithTheBackup) {
  for (const char* name : {"1", "2", "3"}) run(name);
  memory_.remove(keys("m.db.runs/").front());
  store_bytes(foreign_history({"foreign"}));
  EXPECT_THAT(run("4").fetch_warnings,
              Contains("`m.db` was replaced by a history that lacks 1 build and 1 value of its backup; they were put "
                       "back"));
  EXPECT_EQ(snapshot(), (Runs{"1", "2", "3", "4", "foreign"}));
}

// More builds than the backup has, so the counts alone would not tell.
TEST_F(Fetching, ALargerForeignHistoryIsJoinedAsWell) {
  run("1");
  run("2");
  for (const std::string& key : keys("m.db.runs/")) memory_.remove(key);
  store_bytes(foreign_history({"f1", "f2", "f3", "f4"}));
  run("3");
  EXPECT_EQ(snapshot(), (Runs{"1", "3", "f1", "f2", "f3", "f4"}));
}

TEST_F(Fetching, F010_DamageIsReadTwiceKeptAsideAndRestored) {
  for (const char* name : {"1", "2"}) run(name);
  const std::string damaged =
      "this is no database, whatever one may think of its length, which is more than a header's";
  store_bytes(damaged);
  hooked_.calls.clear();
  const Written written = run("3");
  EXPECT_EQ(std::count(hooked_.calls.begin(), hooked_.calls.end(), "get m.db"), 2);
  EXPECT_EQ(snapshot(), (Runs{"1", "2", "3"}));
  ASSERT_EQ(keys("m.db.corrupt-").size(), 1U);
  EXPECT_TRUE(bytes(keys("m.db.corrupt-").front()) == damaged);
  EXPECT_THAT(written.fetch_warnings,
              Contains(StartsWith("verifying `m.db` from a store in memory: opening the history")));
}

TEST_F(Fetching, DamageOfOneDownloadIsSurvived) {
  run("1");
  const std::string good = bytes();
  const ObjectMetadata metadata = memory_.head(kKey)->metadata;
  store_bytes(std::string(good.size(), 'x'));
  int gets = 0;
  hooked_.before = [&](const std::string& call) {
    if (call == "get m.db" && ++gets == 2) store_bytes(good, kKey, metadata);
  };
  run("2");
  EXPECT_EQ(snapshot(), (Runs{"1", "2"}));
  EXPECT_THAT(keys("m.db.corrupt-"), IsEmpty());
}

TEST_F(Fetching, F011_WithoutAGoodBackupDamageStopsTheRunUnlessToldOtherwise) {
  run("1");
  run("2");
  const std::string damaged(5000, 'x');
  store_bytes(damaged);
  store_bytes("y", "m.db.backup");
  const Error error = failure([&] { run("3"); });
  EXPECT_EQ(error.kind(), ErrorKind::corrupt);
  EXPECT_THAT(error.message(), HasSubstr(", and there is no good backup of it"));
  EXPECT_THAT(error.hint(), HasSubstr("on-corrupt: recreate"));
  EXPECT_TRUE(bytes() == damaged);
  SyncOptions recreate = options();
  recreate.on_corrupt = OnCorrupt::recreate;
  write_run(hooked_, clock_, recreate, "4");
  EXPECT_EQ(snapshot(), (Runs{"1", "2", "4"}));
}

TEST_F(Fetching, F011_OnCorruptFailReplacesNothing) {
  run("1");
  run("2");
  store_bytes("no database");
  SyncOptions stop = options();
  stop.on_corrupt = OnCorrupt::fail;
  EXPECT_EQ(failure([&] { write_run(hooked_, clock_, stop, "3"); }).kind(), ErrorKind::corrupt);
  EXPECT_EQ(bytes(), "no database");
  EXPECT_EQ(bytes(keys("m.db.corrupt-").front()), "no database");
}

TEST_F(Fetching, AReaderWritesNothingWhateverItFinds) {
  run("1");
  run("2");
  store_bytes("no database");
  const auto before = keys("");
  EXPECT_EQ(failure([&] { all(); }).kind(), ErrorKind::corrupt);
  EXPECT_EQ(keys(""), before);
}

TEST_F(Fetching, AReaderAsksForNoMoreThanItNeeds) {
  run("1");
  run("2");
  hooked_.calls.clear();
  EXPECT_EQ(testing::runs_in(hooked_, clock_, kKey), (Runs{"1", "2"}));
  EXPECT_THAT(hooked_.calls, ElementsAre("list m.db.runs/", "get m.db"));
}

// The bytes of an upload are believed by their digest; without it, or with another one, every page is looked at.
TEST_F(Fetching, AReaderChecksEveryPageUnlessTheDigestIsThatOfTheUpload) {
  run("1");
  run("2");
  const ObjectMetadata metadata = memory_.head(kKey)->metadata;
  const std::string good = bytes();
  const auto read = [&] {
    const TempDir directory(std::filesystem::temp_directory_path());
    SyncOptions reader = options();
    reader.repair = Repair::read_only;
    reader.directory = directory.path();
    fetch_history(memory_, clock_, reader);
  };
  std::size_t believed = 0;
  for (std::size_t page = 1; page < good.size() / 4096; ++page) {
    std::string damaged = good;
    std::fill_n(damaged.begin() + static_cast<std::ptrdiff_t>(page * 4096), 8, '\xff');
    ObjectMetadata forged = metadata;
    forged["unentropy-sha256"] = hex(ObjectContent::from_bytes(damaged).sha256());
    store_bytes(damaged, kKey, metadata);
    EXPECT_EQ(failure([&] { read(); }).kind(), ErrorKind::corrupt) << page;
    store_bytes(damaged, kKey);
    EXPECT_EQ(failure([&] { read(); }).kind(), ErrorKind::corrupt) << page;
    store_bytes(damaged, kKey, forged);
    try {
      read();
      ++believed;
    } catch (const Error& error) {  // a page that the reader needs
      EXPECT_EQ(error.kind(), ErrorKind::corrupt) << error.message();
    }
    // A run that writes believes nothing.
    EXPECT_THAT(run("3").fetch_warnings, Contains(HasSubstr("was kept as")));
    store_bytes(good, kKey, metadata);
  }
  EXPECT_GT(believed, 0U);
}

TEST_F(Fetching, F018_ANewerLayoutIsLeftUntouched) {
  run("1");
  const TempDir directory(std::filesystem::temp_directory_path());
  std::string newer = bytes();
  // The version row; same length, so the page stays valid.
  for (std::size_t at = newer.find("2.0.0"); at != std::string::npos; at = newer.find("2.0.0", at + 1)) newer[at] = '3';
  store_bytes(newer);
  const auto before = keys("");
  const Error error = failure([&] { run("2"); });
  EXPECT_EQ(error.kind(), ErrorKind::usage);
  EXPECT_THAT(error.message(), HasSubstr("layout 3.0.0, newer than layout 2.0.0"));
  EXPECT_TRUE(bytes() == newer);
  EXPECT_EQ(keys(""), before);
}

TEST_F(Fetching, ABadRecordIsLeftWhereItIsAndKeepsNobodyOut) {
  run("1");
  const std::string name = "m.db.runs/20990101T000000000Z-x-1-00.json";
  store_bytes("{}", name);
  const Written written = run("2");
  EXPECT_THAT(written.fetch_warnings, Contains(StartsWith("`" + name + "` was left out: reading a run record: ")));
  EXPECT_EQ(snapshot(), (Runs{"1", "2"}));
  clock_.turn(std::chrono::hours(48));
  run("3");
  clock_.turn(std::chrono::hours(48));
  run("4");
  EXPECT_THAT(keys("m.db.runs/"), Contains(name));
}

TEST_F(Fetching, ARecordThatVanishedMeansToLookAgain) {
  run("1");
  const RunRecord record = testing::record_of_run("other", clock_.now());
  store_record(memory_, kKey, record);
  meanwhile("get_bytes", [&] {
    // Another run folds the record, and it is old enough to be deleted.
    run(memory_, "2");
    memory_.remove(record_key(kKey, record.name));
  });
  run("3");
  EXPECT_EQ(snapshot(), (Runs{"1", "2", "3", "other"}));
}

TEST_F(Fetching, WithoutAListingAConditionIsNeeded) {
  run("1");
  fail("list", ErrorKind::denied);
  const Written written = run("2");
  EXPECT_EQ(written.published.state, State::published);
  EXPECT_THAT(written.fetch_warnings, Contains(HasSubstr("builds of other runs that are not in the history yet")));

  MemoryStore lying(clock_, ConditionSupport::ignored);
  HookedStore hooked(lying);
  run(lying, "1");
  hooked.before = [](const std::string& call) {
    if (call.starts_with("list"))
      throw Error(ErrorKind::denied, "no list").with_retry({.after = {}, .only_this_operation = true});
  };
  const Error error = failure([&] { run(hooked, "2"); });
  EXPECT_EQ(error.kind(), ErrorKind::denied);
  EXPECT_THAT(error.message(), HasSubstr("does not honour conditional writes"));
}

TEST_F(Fetching, ADigestThatDoesNotFitIsReadAgainAndThenBelieved) {
  run("1");
  ObjectMetadata metadata = memory_.head(kKey)->metadata;
  metadata["unentropy-sha256"] = std::string(64, '0');
  store_bytes(bytes(), kKey, metadata);
  hooked_.calls.clear();
  const Written written = run("2");
  EXPECT_EQ(std::count(hooked_.calls.begin(), hooked_.calls.end(), "get m.db"), 2);
  EXPECT_THAT(written.fetch_warnings, Contains("`m.db` does not have the digest that its metadata names; another tool "
                                               "may have replaced it"));
}

}  // namespace
}  // namespace unentropy
