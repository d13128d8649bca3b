// The backup, old records, and what is known of the store.
#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "sync/testing/sync_case.h"

namespace unentropy {
namespace {

using ::testing::ElementsAre;
using testing::foreign_history;
using ::testing::IsEmpty;
using testing::kKey;
using testing::Runs;
using testing::runs_in_snapshot;
using testing::Written;
using State = PublishedHistory::State;

class Keeping : public testing::SyncCase {};

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

// A history of another tool, adopted: its first backup is a copy that says nothing of itself.
TEST_F(Keeping, ABackupThatDoesNotSayWhatItHoldsIsReadOnce) {
  store_bytes(foreign_history({"foreign"}));
  run("1");
  const auto reads = [this](const std::string& name) {
    hooked_.calls.clear();
    run(name);
    return std::count(hooked_.calls.begin(), hooked_.calls.end(), "get m.db.backup");
  };
  EXPECT_EQ(reads("2"), 1);
  EXPECT_EQ(reads("3"), 0);
  EXPECT_EQ(runs_in_snapshot(memory_, "m.db.backup"), (Runs{"1", "foreign"}));
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
