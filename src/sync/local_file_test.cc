#include "sync/local_file.h"

#include <thread>

#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>

#include "base/error.h"
#include "base/file.h"
#include "store/testing/manual_clock.h"
#include "sync/testing/writer.h"

namespace unentropy {
namespace {

class LocalFile : public ::testing::Test {
 protected:
  void record(const std::string& run) {
    SystemClock clock;
    update_local_history(
        file_, clock, [&](History& history) { history.fold(testing::record_of_run(run, clock.now()), clock.now()); });
  }
  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(directory_.path())) {
      names.push_back(entry.path().filename().string());
    }
    return names;
  }
  TempDir directory_{std::filesystem::temp_directory_path()};
  std::filesystem::path file_ = directory_.path() / "m.db";
};

TEST_F(LocalFile, RunsAddUpAndLeaveNothingElse) {
  record("1");
  record("2");
  EXPECT_EQ(testing::runs_in_file(file_), (std::set<std::string>{"1", "2"}));
  EXPECT_THAT(names(), ::testing::ElementsAre("m.db"));
}

TEST_F(LocalFile, RunsAtTheSameTimeLoseNothing) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) threads.emplace_back([this, i] { record(std::to_string(i)); });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(testing::runs_in_file(file_).size(), 8U);
}

TEST_F(LocalFile, AFailureLeavesTheFileAsItWas) {
  record("1");
  const std::string before = read_file(file_, 100U << 20);
  SystemClock clock;
  EXPECT_THROW(update_local_history(file_, clock,
                                    [&](History& history) {
                                      history.fold(testing::record_of_run("2", clock.now()), clock.now());
                                      throw Error(ErrorKind::io, "no");
                                    }),
               Error);
  EXPECT_EQ(read_file(file_, 100U << 20), before);
  EXPECT_THAT(names(), ::testing::ElementsAre("m.db"));
}

TEST_F(LocalFile, LeftoversOfKilledRunsAreRemoved) {
  write_file_atomically(directory_.path() / ".m.db-0011.unentropy-tmp", "half");
  write_file_atomically(directory_.path() / ".m.db-0011.unentropy-tmp-journal", "half");
  write_file_atomically(directory_.path() / "mine.unentropy-tmp", "not ours");
  record("1");
  EXPECT_THAT(names(), ::testing::UnorderedElementsAre("m.db", "mine.unentropy-tmp"));
}

TEST_F(LocalFile, ARunThatHoldsTheLockForTooLongIsNamed) {
  const UniqueFd other(::open(directory_.path().c_str(), O_RDONLY | O_DIRECTORY));
  ASSERT_EQ(::flock(other.get(), LOCK_EX), 0);
  ManualClock clock{Instant{}};
  try {
    update_local_history(file_, clock, [](History&) {});
    FAIL() << "got the lock";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::unavailable);
    EXPECT_EQ(error.message(),
              fmt::format("locking `{}`: another run has held it for 1 min 0 s", directory_.path().string()));
    EXPECT_EQ(error.hint(), "wait for the other run, or end it if it hangs");
  }
}

TEST_F(LocalFile, ACopyHasWhatIsThere) {
  EXPECT_FALSE(copy_local_history(file_, directory_.path() / "copy.db"));
  record("1");
  EXPECT_TRUE(copy_local_history(file_, directory_.path() / "copy.db"));
  EXPECT_EQ(testing::runs_in_file(directory_.path() / "copy.db"), (std::set<std::string>{"1"}));
}

TEST_F(LocalFile, AHistoryBeginsWithAnotherOneOnlyWhereThereIsNone) {
  record("1");
  const std::filesystem::path other = directory_.path() / "other.db";
  SystemClock clock;
  EXPECT_TRUE(begin_local_history(other, clock, file_));
  EXPECT_EQ(read_file(other, 100U << 20), read_file(file_, 100U << 20));
  record("2");
  EXPECT_FALSE(begin_local_history(other, clock, file_));
  EXPECT_EQ(testing::runs_in_file(other), (std::set<std::string>{"1"}));
  EXPECT_THAT(names(), ::testing::UnorderedElementsAre("m.db", "other.db"));
}

}  // namespace
}  // namespace unentropy
