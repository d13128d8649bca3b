// Publishing, rule by rule.
#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/file.h"
#include "sync/testing/sync_case.h"

namespace unentropy {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using testing::foreign_history;
using ::testing::HasSubstr;
using testing::kKey;
using ::testing::Not;
using testing::Runs;
using testing::runs_in_snapshot;
using ::testing::StartsWith;
using testing::write_run;
using testing::Written;
using State = PublishedHistory::State;

class Publishing : public testing::SyncCase {};

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

// What many writers at one moment would otherwise spend most of their time on.
TEST_F(Publishing, WhereTheRecordIsInTheSnapshotOthersAreNotRead) {
  run("1");
  meanwhile("put m.db", [this] {
    run(memory_, "other");
    const std::string snapshot_with_both = bytes();
    const ObjectMetadata metadata = memory_.head(kKey)->metadata;
    run(memory_, "third");  // its record is there, its snapshot is replaced by the one before
    store_bytes(snapshot_with_both, kKey, metadata);
    hooked_.calls.clear();
  });
  const Written written = run("2");
  EXPECT_EQ(written.published.state, State::published);
  EXPECT_EQ(snapshot(), (Runs{"1", "2", "other"}));
  EXPECT_EQ(all(), (Runs{"1", "2", "other", "third"}));
  EXPECT_THAT(hooked_.calls, Not(Contains(StartsWith("get_bytes"))));
  EXPECT_THAT(hooked_.calls, Not(Contains("head m.db.backup")));
}

// The record is there, and yet what stood beside it before is not.
TEST_F(Publishing, ASnapshotThatHasTheRecordAndLacksAnotherBuildIsNotEnough) {
  store_bytes(foreign_history({"k1", "k2", "k3", "k4", "k5"}));
  meanwhile("put m.db", [this] {
    MemoryStore elsewhere(clock_);
    for (const std::string& key : keys("m.db.runs/")) {
      elsewhere.put({key, ObjectContent::from_bytes(bytes(key)), PutCondition::always(), "", {}});
    }
    run(elsewhere, "other");
    store_bytes(*elsewhere.get_bytes(kKey, 100U << 20), kKey, elsewhere.head(kKey)->metadata);
  });
  EXPECT_EQ(run("2").published.state, State::published);
  EXPECT_THAT(snapshot(), ::testing::IsSupersetOf(Runs{"2", "other", "k1", "k5"}));
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

}  // namespace
}  // namespace unentropy
