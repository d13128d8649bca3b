// Fetching and publishing, rule by rule, over a store in memory that fails as told.
#include "sync/sync.h"

#include <algorithm>
#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/file.h"
#include "store/memory_store.h"
#include "store/testing/manual_clock.h"
#include "sync/record_format.h"
#include "sync/snapshot.h"
#include "sync/testing/hooked_store.h"
#include "sync/testing/writer.h"

namespace unentropy {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using testing::foreign_history;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::runs_in;
using testing::runs_in_snapshot;
using ::testing::StartsWith;
using testing::write_run;
using testing::Written;
using Runs = std::set<std::string>;
using State = PublishedHistory::State;

constexpr const char* kKey = "m.db";

class Sync : public ::testing::Test {
 protected:
  SyncOptions options() {
    SyncOptions options;
    options.key = kKey;
    options.first_delay = Milliseconds(10);
    options.random = [] { return 0.5; };
    return options;
  }
  Written run(ObjectStore& store, const std::string& name) { return write_run(store, clock_, options(), name); }
  Written run(const std::string& name) { return run(hooked_, name); }
  Runs all() { return runs_in(memory_, clock_, kKey); }
  Runs snapshot() { return runs_in_snapshot(memory_, kKey); }
  std::string bytes(const std::string& key = kKey) { return memory_.get_bytes(key, 100U << 20).value_or(""); }
  void store_bytes(const std::string& bytes, const std::string& key = kKey, ObjectMetadata metadata = {}) {
    memory_.put({key, ObjectContent::from_bytes(bytes), PutCondition::always(), "", std::move(metadata)});
  }
  std::vector<std::string> keys(const std::string& prefix) {
    std::vector<std::string> keys;
    for (const ListedObject& object : memory_.list(prefix).objects) keys.push_back(object.key);
    return keys;
  }
  // Calls that begin with `call` fail so.
  void fail(const std::string& call, ErrorKind kind) {
    hooked_.before = [=](const std::string& what) {
      if (!what.starts_with(call)) return;
      throw Error(kind, "no `" + call + "`").with_retry({.only_this_operation = kind == ErrorKind::denied});
    };
  }
  // Once, before the first such call; `get_bytes` for one of a record.
  void meanwhile(const std::string& call, const std::function<void()>& action) {
    hooked_.before = [=, this](const std::string& what) {
      if (what != call && (call != "get_bytes" || !what.starts_with(call))) return;
      hooked_.before = {};
      action();
    };
  }
  template <typename Action>
  static Error failure(const Action& action) {
    try {
      action();
    } catch (const Error& error) {
      return error;
    }
    return Error(ErrorKind::internal, "nothing was thrown");
  }

  ManualClock clock_{Instant{std::chrono::seconds(1'700'000'000)}};
  MemoryStore memory_{clock_};
  HookedStore hooked_{memory_};
};

class Fetching : public Sync {};
class Publishing : public Sync {};
class Keeping : public Sync {};

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
    if (call.starts_with("list")) throw Error(ErrorKind::denied, "no list").with_retry({.only_this_operation = true});
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

TEST_F(Publishing, F003_ALostRaceIsFoldedAndTriedAgain) {
  run("1");
  meanwhile("put m.db", [this] { run(memory_, "other"); });
  EXPECT_EQ(run("2").published.state, State::published);
  EXPECT_EQ(snapshot(), (Runs{"1", "2", "other"}));
}

TEST_F(Publishing, F039_TwoFirstRunsAddUp) {
  meanwhile("put m.db", [this] { run(memory_, "other"); });
  run("1");
  EXPECT_EQ(snapshot(), (Runs{"1", "other"}));
}

TEST_F(Publishing, ASnapshotThatHasTheRecordAlreadyIsEnough) {
  run("1");
  meanwhile("put m.db", [this] { run(memory_, "other"); });  // lists our record and folds it
  hooked_.calls.clear();
  run("2");
  EXPECT_EQ(std::count(hooked_.calls.begin(), hooked_.calls.end(), "put m.db"), 1);
  EXPECT_EQ(snapshot(), (Runs{"1", "2", "other"}));
}

TEST_F(Publishing, TheRecordComesBeforeTheSnapshot) {
  run("1");
  hooked_.calls.clear();
  run("2");
  const auto record = std::find_if(hooked_.calls.begin(), hooked_.calls.end(),
                                   [](const std::string& call) { return call.starts_with("put m.db.runs/"); });
  const auto published = std::find(hooked_.calls.begin(), hooked_.calls.end(), "put m.db");
  EXPECT_LT(record, published);
}

TEST_F(Publishing, F007_AFailedUploadIsTriedAgain) {
  run("1");
  int failures = 2;
  hooked_.before = [&failures](const std::string& call) {
    if (call == "put m.db" && failures-- > 0) throw Error(ErrorKind::unavailable, "503");
  };
  EXPECT_EQ(run("2").published.state, State::published);
  EXPECT_EQ(snapshot(), (Runs{"1", "2"}));
}

TEST_F(Publishing, F007_TriesEndAndTheRecordStays) {
  run("1");
  const std::string before = bytes();
  hooked_.before = [](const std::string& call) {
    if (call == "put m.db") throw Error(ErrorKind::unavailable, "503");
  };
  const Written written = run("2");
  EXPECT_EQ(written.published.state, State::pending);
  EXPECT_EQ(written.published.pending_records, 1);
  EXPECT_EQ(written.published.error->message(), "503 (gave up after 4 tries)");
  EXPECT_TRUE(bytes() == before);
  EXPECT_EQ(all(), (Runs{"1", "2"}));
  hooked_.before = {};
  run("3");
  EXPECT_EQ(snapshot(), (Runs{"1", "2", "3"}));
}

TEST_F(Publishing, TheLostAnswerOfASuccessfulUploadIsASuccess) {
  run("1");
  hooked_.after = [this](const std::string& call) {
    if (call != "put m.db") return;
    hooked_.after = {};
    throw Error(ErrorKind::unavailable, "the answer was lost");
  };
  const Written written = run("2");
  EXPECT_EQ(written.published.state, State::published);
  EXPECT_THAT(written.published.warnings, ElementsAre("the answer to the upload was lost, but the upload took effect"));
  EXPECT_EQ(snapshot(), (Runs{"1", "2"}));
}

TEST_F(Publishing, ADeniedUploadIsNotRepeated) {
  run("1");
  hooked_.before = [](const std::string& call) {
    if (call == "put m.db") throw Error(ErrorKind::denied, "403");
  };
  hooked_.calls.clear();
  const Written written = run("2");
  EXPECT_EQ(written.published.state, State::refused);
  EXPECT_EQ(written.published.error->message(), "403");
  EXPECT_EQ(std::count(hooked_.calls.begin(), hooked_.calls.end(), "put m.db"), 1);
}

TEST_F(Publishing, ADeniedRecordLeavesTheConditionalUpload) {
  run("1");
  fail("put m.db.runs/", ErrorKind::denied);
  const Written written = run("2");
  EXPECT_EQ(written.published.state, State::published);
  EXPECT_TRUE(written.published.was_conditional);
  EXPECT_EQ(snapshot(), (Runs{"1", "2"}));
}

TEST_F(Publishing, F012_AnUploadThatWasNotStoredIsNoticed) {
  run("1");
  const std::string before = bytes();
  const ObjectMetadata metadata = memory_.head(kKey)->metadata;
  hooked_.after = [&](const std::string& call) {
    if (call == "put m.db") store_bytes(before, kKey, metadata);
  };
  const Written written = run("2");
  EXPECT_EQ(written.published.state, State::pending);
  EXPECT_THAT(written.published.error->message(),
              StartsWith("verifying the upload of `m.db`: the store accepted it and "
                         "does not have it"));
}

TEST_F(Publishing, ASuccessorPublishedAtOnceIsFine) {
  run("1");
  hooked_.after = [this](const std::string& call) {
    if (call != "put m.db") return;
    hooked_.after = {};
    run(memory_, "3");
  };
  EXPECT_EQ(run("2").published.state, State::published);
  EXPECT_EQ(snapshot(), (Runs{"1", "2", "3"}));
}

TEST_F(Publishing, ASnapshotThatWasDeletedMeanwhileIsStoredAgain) {
  run("1");
  for (const std::string& key : keys("m.db.")) memory_.remove(key);
  meanwhile("put m.db", [this] { memory_.remove(kKey); });
  const Written written = run("2");
  EXPECT_EQ(written.published.state, State::published);
  EXPECT_EQ(snapshot(), (Runs{"1", "2"}));
  EXPECT_THAT(written.published.warnings, Contains(HasSubstr("was deleted during the run")));
}

TEST_F(Publishing, AForeignWriterInBetweenLosesNothingAndTakesNothing) {
  run("1");
  meanwhile("put m.db", [this] {
    store_bytes(foreign_history({"foreign"}));
    for (const std::string& key : keys("m.db.runs/")) memory_.remove(key);
  });
  run("2");
  EXPECT_EQ(snapshot(), (Runs{"1", "2", "foreign"}));
}

TEST_F(Publishing, AnOldCopyIsReadAgainBeforeItReplacesAnything) {
  MemoryStore lying(clock_, ConditionSupport::ignored);
  HookedStore hooked(lying);
  run(lying, "1");
  hooked.before = [&](const std::string& call) {
    if (!call.starts_with("put m.db.runs/")) return;
    hooked.before = {};
    clock_.turn(std::chrono::minutes(11));  // metrics that take their time
    run(lying, "other");
  };
  run(hooked, "2");
  EXPECT_EQ(runs_in_snapshot(lying, kKey), (Runs{"1", "2", "other"}));
}

TEST_F(Publishing, F012_NothingThatWasReadMayBeMissing) {
  for (const char* name : {"1", "2", "3"}) run(name);
  const std::string before = bytes();
  const TempDir directory(std::filesystem::temp_directory_path());
  SyncOptions mine = options();
  mine.directory = directory.path();
  FetchedHistory fetched = fetch_history(memory_, clock_, mine);
  write_file_atomically(fetched.file, foreign_history({"1"}));
  const Error error = failure(
      [&] { publish_history(memory_, clock_, mine, fetched, {testing::record_of_run("4", clock_.now())}, Upkeep{}); });
  EXPECT_EQ(error.kind(), ErrorKind::internal);
  EXPECT_EQ(error.message(), "uploading `m.db`: the new history lacks something that the old one had");
  EXPECT_TRUE(bytes() == before);
}

TEST_F(Publishing, ContentionEndsAtItsLimit) {
  run("1");
  int others = 0;
  hooked_.before = [&](const std::string& call) {
    if (call == "put m.db") store_bytes(foreign_history({"1", "f" + std::to_string(others++)}));
  };
  SyncOptions impatient = options();
  impatient.contention_limit = Milliseconds(500);
  const Written written = write_run(hooked_, clock_, impatient, "2");
  EXPECT_EQ(written.published.state, State::pending);
  EXPECT_EQ(written.published.error->message(), "uploading `m.db`: other runs have been storing theirs for 500 ms");
  EXPECT_THAT(all(), Contains("2"));
}

TEST_F(Publishing, AStoreWithoutConditionsIsWrittenPlainly) {
  MemoryStore plain(clock_, ConditionSupport::refused);
  HookedStore hooked(plain);
  for (const char* name : {"1", "2", "3"}) EXPECT_EQ(run(hooked, name).published.state, State::published);
  EXPECT_EQ(runs_in_snapshot(plain, kKey), (Runs{"1", "2", "3"}));
  // Known by now, so no body is sent in vain.
  hooked.calls.clear();
  run(hooked, "4");
  EXPECT_EQ(std::count(hooked.calls.begin(), hooked.calls.end(), "put m.db"), 1);
}

TEST_F(Publishing, WhatAnOverwriteLosesTheNextRunBringsBack) {
  MemoryStore lying(clock_, ConditionSupport::ignored);
  HookedStore hooked(lying);
  run(lying, "1");
  const std::string older = lying.get_bytes(kKey, 100U << 20).value();
  const ObjectMetadata metadata = lying.head(kKey)->metadata;
  run(hooked, "2");
  lying.put({kKey, ObjectContent::from_bytes(older), PutCondition::always(), "", metadata});
  EXPECT_EQ(runs_in_snapshot(lying, kKey), (Runs{"1"}));
  run(hooked, "3");
  EXPECT_EQ(runs_in_snapshot(lying, kKey), (Runs{"1", "2", "3"}));
}

// As a versioned bucket of Ceph 16 does.
TEST_F(Publishing, AConditionThatFailsAlthoughItHoldsIsGivenUp) {
  run("1");
  struct Refusing final : ObjectStore {
    explicit Refusing(ObjectStore& inner) : inner_(inner) {}
    std::optional<ObjectInfo> head(const std::string& key) override { return inner_.head(key); }
    std::optional<FetchedObject> get(const std::string& key, const std::filesystem::path& to) override {
      return inner_.get(key, to);
    }
    std::optional<std::string> get_bytes(const std::string& key, std::uint64_t max) override {
      return inner_.get_bytes(key, max);
    }
    PutOutcome put(const PutRequest& request) override {
      if (request.condition.kind == PutCondition::Kind::matches) return {PutOutcome::Status::conflict, "", {}};
      return inner_.put(request);
    }
    ObjectListing list(const std::string& prefix) override { return inner_.list(prefix); }
    void remove(const std::string& key) override { inner_.remove(key); }
    CopyOutcome copy(const std::string& a, const std::string& b, const std::string& c) override {
      return inner_.copy(a, b, c);
    }
    std::string describe() const override { return "a versioned bucket"; }
    ObjectStore& inner_;
  } refusing(memory_);
  const TempDir directory(std::filesystem::temp_directory_path());
  SyncOptions mine = options();
  mine.directory = directory.path();
  FetchedHistory fetched = fetch_history(refusing, clock_, mine);
  const PublishedHistory published =
      publish_history(refusing, clock_, mine, fetched, {testing::record_of_run("2", clock_.now())}, Upkeep{});
  EXPECT_EQ(published.state, State::published);
  EXPECT_THAT(published.warnings,
              Contains("a versioned bucket refuses a condition that holds; the history is stored without one"));
  EXPECT_EQ(snapshot(), (Runs{"1", "2"}));
}

TEST_F(Keeping, TheBackupIsACopyOfWhatWasReadAndNotMadeEveryTime) {
  run("1");
  EXPECT_THAT(keys("m.db.backup"), IsEmpty());
  const std::string first = bytes();
  run("2");
  EXPECT_TRUE(bytes("m.db.backup") == first);
  run("3");
  EXPECT_TRUE(bytes("m.db.backup") == first);  // young enough
  clock_.turn(std::chrono::hours(2));
  const std::string third = bytes();
  run("4");
  EXPECT_TRUE(bytes("m.db.backup") == third);
}

TEST_F(Keeping, ABackupThatHasMoreIsNotReplaced) {
  run("1");
  run("2");
  clock_.turn(std::chrono::hours(2));
  store_bytes(foreign_history({"foreign"}));
  const std::string backup = bytes("m.db.backup");
  run("3");
  EXPECT_TRUE(bytes("m.db.backup") == backup);
  clock_.turn(std::chrono::hours(2));
  run("4");
  EXPECT_FALSE(bytes("m.db.backup") == backup);
  EXPECT_EQ(runs_in_snapshot(memory_, "m.db.backup"), (Runs{"1", "2", "3", "foreign"}));
}

TEST_F(Keeping, ADeniedCopyIsANotice) {
  run("1");
  fail("copy", ErrorKind::denied);
  const Written written = run("2");
  EXPECT_EQ(written.published.state, State::published);
  EXPECT_THAT(written.upkeep.warnings, ElementsAre("bringing the backup up to date: no `copy`"));
}

TEST_F(Keeping, RecordsAreDeletedOnlyWhenSnapshotAndBackupHaveHadThemForADay) {
  run("1");
  run("2");
  clock_.turn(std::chrono::hours(23));
  run("3");
  EXPECT_EQ(keys("m.db.runs/").size(), 3U);
  clock_.turn(std::chrono::hours(2));
  fail("copy", ErrorKind::denied);  // no backup that has them: nothing is deleted
  EXPECT_EQ(run("4").garbage.deleted, 0);
  EXPECT_EQ(keys("m.db.runs/").size(), 4U);
  hooked_.before = {};
  EXPECT_EQ(run("5").garbage.deleted, 2);
  EXPECT_EQ(keys("m.db.runs/").size(), 3U);
  EXPECT_EQ(all(), (Runs{"1", "2", "3", "4", "5"}));
}

TEST_F(Keeping, ARestoredHistoryDeletesNothingAtFirst) {
  run("1");
  run("2");
  clock_.turn(std::chrono::hours(48));
  memory_.remove(kKey);
  EXPECT_EQ(run("3").garbage.deleted, 0);
}

TEST_F(Keeping, ADeniedDeletionIsANotice) {
  run("1");
  clock_.turn(std::chrono::hours(48));
  fail("remove m.db.runs/", ErrorKind::denied);
  const Written written = run("2");
  EXPECT_EQ(written.published.state, State::published);
  EXPECT_EQ(written.garbage.deleted, 0);
  EXPECT_THAT(written.garbage.warnings,
              ElementsAre("no `remove m.db.runs/`; old run records stay where they are, which costs only their space"));
}

TEST_F(Keeping, ConditionsAreAskedForOnceAWeek) {
  const auto probes = [this] {
    return std::count_if(hooked_.calls.begin(), hooked_.calls.end(),
                         [](const std::string& call) { return call.starts_with("put m.db.probe"); });
  };
  run("1");
  const auto once = probes();
  EXPECT_GT(once, 0);
  EXPECT_EQ(run("2").upkeep.conditions, ConditionSupport::honoured);
  EXPECT_EQ(probes(), once);
  clock_.turn(std::chrono::hours(24 * 8));
  run("3");
  EXPECT_EQ(probes(), 2 * once);
  EXPECT_THAT(keys("m.db.probe"), IsEmpty());
}

}  // namespace
}  // namespace unentropy
