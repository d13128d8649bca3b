#include "sync/sync.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/file.h"
#include "history/history.h"
#include "store/memory_store.h"
#include "store/testing/manual_clock.h"
#include "sync/testing/hooked_store.h"

namespace unentropy {
namespace {

using ::testing::ElementsAre;

constexpr const char* kKey = "metrics.db";

class Sync : public ::testing::Test {
 protected:
  // One run: fetch, record one build, publish.
  PublishedHistory run(ObjectStore& store, const std::string& run_id, const PublishPolicy& policy = {}) {
    const TempDir directory(std::filesystem::temp_directory_path());
    const FetchedHistory fetched = fetch_history(store, kKey, directory.path());
    record(fetched.file, run_id);
    return publish_history(store, clock_, kKey, fetched, fetched.file, policy);
  }

  static void record(const std::filesystem::path& file, const std::string& run_id) {
    History history = History::open(file, OpenMode::create);
    BuildContext build;
    build.commit_sha = "0123456789abcdef0123456789abcdef01234567";
    build.branch = "main";
    build.run_id = run_id;
    build.event_name = "push";
    build.timestamp = Instant{std::chrono::seconds(1'700'000'000)};
    MetricOutcome outcome;
    outcome.metric.key = "m";
    outcome.result = MetricValue(1.0);
    history.record(build, {outcome});
    history.close();
  }

  std::int64_t builds(ObjectStore& store) {
    const TempDir directory(std::filesystem::temp_directory_path());
    return fetch_history(store, kKey, directory.path()).builds;
  }

  std::string stored_bytes() { return memory_.get_bytes(kKey, 100U << 20).value_or(""); }

  void store_bytes(const std::string& bytes) {
    memory_.put({kKey, ObjectContent::from_bytes(bytes), PutCondition::always(), "", {}});
  }

  template <typename Action>
  static std::string failure(const Action& action) {
    try {
      action();
    } catch (const Error& error) {
      return std::string(to_string(error.kind())) + ": " + error.message();
    }
    return "nothing thrown";
  }

  ManualClock clock_{Instant{std::chrono::seconds(1'700'000'000)}};
  MemoryStore memory_{clock_};
  HookedStore hooked_{memory_};
};

TEST_F(Sync, RunsAddUp) {
  for (int i = 0; i < 5; ++i) run(memory_, std::to_string(i));
  EXPECT_EQ(builds(memory_), 5);
  EXPECT_EQ(memory_.head(kKey)->content_type, "application/vnd.sqlite3");
}

TEST_F(Sync, F001_FailedDownloadIsNeverAFirstRun) {
  run(memory_, "1");
  const std::string before = stored_bytes();
  for (const ErrorKind kind : {ErrorKind::unavailable, ErrorKind::denied, ErrorKind::not_found}) {
    hooked_.before = [kind](const std::string& call) {
      if (call == "get") throw Error(kind, "no");
    };
    EXPECT_EQ(failure([&] { run(hooked_, "2"); }), std::string(to_string(kind)) + ": no");
    EXPECT_EQ(stored_bytes(), before);
  }
}

TEST_F(Sync, F003_LostRaceOverwritesNothing) {
  run(memory_, "1");
  hooked_.before = [this](const std::string& call) {
    if (call != "put") return;
    hooked_.before = {};
    run(memory_, "somebody else");
  };
  EXPECT_EQ(failure([&] { run(hooked_, "2"); }),
            "unavailable: uploading `metrics.db`: another run has published a newer history since this one read it");
  EXPECT_EQ(builds(memory_), 2);
}

TEST_F(Sync, F039_TwoFirstRunsDoNotOverwriteEachOther) {
  hooked_.before = [this](const std::string& call) {
    if (call != "put") return;
    hooked_.before = {};
    run(memory_, "somebody else");
  };
  EXPECT_EQ(failure([&] { run(hooked_, "2"); }),
            "unavailable: uploading `metrics.db`: another run has published a newer history since this one read it");
  EXPECT_EQ(builds(memory_), 1);
}

TEST_F(Sync, F007_FailedUploadIsTriedAgain) {
  run(memory_, "1");
  int failures = 2;
  hooked_.before = [&failures](const std::string& call) {
    if (call == "put" && failures-- > 0) throw Error(ErrorKind::unavailable, "503");
  };
  std::vector<int> tries;
  PublishPolicy policy;
  policy.on_retry = [&tries](const RetryNotice& notice) { tries.push_back(notice.attempt); };
  run(hooked_, "2", policy);
  EXPECT_THAT(tries, ElementsAre(1, 2));
  EXPECT_EQ(builds(memory_), 2);
}

TEST_F(Sync, F007_TriesEnd) {
  run(memory_, "1");
  int puts = 0;
  hooked_.before = [&puts](const std::string& call) {
    if (call != "put") return;
    ++puts;
    throw Error(ErrorKind::unavailable, "503");
  };
  PublishPolicy policy;
  policy.attempts = 2;
  EXPECT_EQ(failure([&] { run(hooked_, "2", policy); }), "unavailable: 503");
  EXPECT_EQ(puts, 3);
  EXPECT_EQ(builds(memory_), 1);
}

TEST_F(Sync, LostAnswerOfASuccessfulUploadIsASuccess) {
  run(memory_, "1");
  hooked_.after = [this](const std::string& call) {
    if (call != "put") return;
    hooked_.after = {};
    throw Error(ErrorKind::unavailable, "the answer was lost");
  };
  EXPECT_THAT(run(hooked_, "2").warnings, ElementsAre("the answer to the upload was lost, but the upload took effect"));
  EXPECT_EQ(builds(memory_), 2);
}

TEST_F(Sync, DeniedUploadIsNotRepeated) {
  int puts = 0;
  hooked_.before = [&puts](const std::string& call) {
    if (call != "put") return;
    ++puts;
    throw Error(ErrorKind::denied, "403");
  };
  EXPECT_EQ(failure([&] { run(hooked_, "1"); }), "denied: 403");
  EXPECT_EQ(puts, 1);
}

TEST_F(Sync, F012_UploadThatWasNotStoredIsNoticed) {
  run(memory_, "1");
  const std::string before = stored_bytes();
  hooked_.after = [&](const std::string& call) {
    if (call == "put") store_bytes(before);
  };
  EXPECT_EQ(failure([&] { run(hooked_, "2"); }),
            "unavailable: verifying the upload of `metrics.db`: the store accepted it and does not have it");
}

TEST_F(Sync, SuccessorPublishedAtOnceIsFine) {
  run(memory_, "1");
  hooked_.after = [this](const std::string& call) {
    if (call != "put") return;
    hooked_.after = {};
    run(memory_, "3");
  };
  run(hooked_, "2");
  EXPECT_EQ(builds(memory_), 3);
}

TEST_F(Sync, F012_FewerBuildsAreNeverPublished) {
  run(memory_, "1");
  run(memory_, "2");
  const std::string before = stored_bytes();
  const TempDir directory(std::filesystem::temp_directory_path());
  const FetchedHistory fetched = fetch_history(memory_, kKey, directory.path());
  const auto other = directory.path() / "other.db";
  record(other, "1");
  EXPECT_EQ(failure([&] { publish_history(memory_, clock_, kKey, fetched, other, {}); }),
            "internal: uploading `metrics.db`: the new history has fewer builds or values than the old");
  EXPECT_EQ(stored_bytes(), before);
}

TEST_F(Sync, F010_DamageIsReadTwiceAndReported) {
  store_bytes("this is no database, whatever one may think of its length, which is more than a header's");
  int gets = 0;
  hooked_.before = [&gets](const std::string& call) { gets += call == "get"; };
  EXPECT_THAT(failure([&] { run(hooked_, "1"); }),
              ::testing::StartsWith("corrupt: verifying `metrics.db` from a store in memory: "));
  EXPECT_EQ(gets, 2);
}

TEST_F(Sync, DamageOfOneDownloadIsSurvived) {
  run(memory_, "1");
  const std::string good = stored_bytes();
  store_bytes(std::string(good.size(), 'x'));
  int gets = 0;
  hooked_.before = [&](const std::string& call) {
    if (call == "get" && ++gets == 2) store_bytes(good);
  };
  run(hooked_, "2");
  EXPECT_EQ(builds(memory_), 2);
}

TEST_F(Sync, DigestThatDoesNotFitIsAWarningByItself) {
  run(memory_, "1");
  PutRequest request{kKey, ObjectContent::from_bytes(stored_bytes()), PutCondition::always(), "", {}};
  request.metadata["unentropy-sha256"] = std::string(64, '0');
  memory_.put(request);
  const TempDir directory(std::filesystem::temp_directory_path());
  EXPECT_THAT(fetch_history(memory_, kKey, directory.path()).warnings,
              ElementsAre("`metrics.db` does not have the digest that its metadata names; another tool may have "
                          "replaced it"));
}

TEST_F(Sync, WithoutConditionalWritesItSaysSo) {
  MemoryStore plain(clock_, ConditionSupport::refused);
  run(plain, "1");
  EXPECT_THAT(run(plain, "2").warnings,
              ElementsAre("a store in memory supports no conditional writes; runs at the same moment can overwrite "
                          "each other's history"));
  EXPECT_EQ(builds(plain), 2);
}

}  // namespace
}  // namespace unentropy
