#include "store/retrying_store.h"

#include <deque>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/testing/manual_clock.h"

namespace unentropy {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Fails with the given errors, then succeeds with everything. Each call takes `duration`.
class FailingStore final : public ObjectStore {
 public:
  explicit FailingStore(ManualClock& clock) : clock_(clock) {}

  std::optional<ObjectInfo> head(const std::string&) override {
    return call("head", ObjectInfo{"e", 1, {}, {}, {}, {}});
  }
  std::optional<FetchedObject> get(const std::string&, const std::filesystem::path&) override {
    return call("get", FetchedObject{});
  }
  std::optional<std::string> get_bytes(const std::string&, std::uint64_t) override {
    return call("get_bytes", std::string("x"));
  }
  PutOutcome put(const PutRequest&) override { return call("put", PutOutcome{}); }
  ObjectListing list(const std::string&) override { return call("list", ObjectListing{}); }
  void remove(const std::string&) override { call("remove", 0); }
  CopyOutcome copy(const std::string&, const std::string&, const std::string&) override {
    return call("copy", CopyOutcome::copied);
  }
  std::string describe() const override { return "a failing store"; }

  std::deque<Error> errors;
  Milliseconds duration{0};
  int calls = 0;

 private:
  template <typename T>
  T call(const char*, T value) {
    ++calls;
    clock_.turn(duration);
    if (errors.empty()) return value;
    const Error error = errors.front();
    errors.pop_front();
    throw error;
  }

  ManualClock& clock_;
};

class RetryingStoreTest : public ::testing::Test {
 protected:
  RetryingStoreTest() {
    policy_.random = [this] { return random_; };
    policy_.on_retry = [this](const RetryNotice& notice) {
      notices_.push_back(std::to_string(notice.attempt) + "/" + std::to_string(notice.attempts) + " " +
                         std::to_string(notice.delay.count()) + " " + notice.error.message());
    };
  }
  ObjectStore& store() {
    store_ = make_retrying_store(inner_, clock_, policy_);
    return *store_;
  }
  void fail(int times, Error error = Error(ErrorKind::unavailable, "busy", "wait")) {
    for (int i = 0; i < times; ++i) inner_.errors.push_back(error);
  }
  template <typename Call>
  Error error_of(const Call& call) {
    try {
      call();
    } catch (const Error& error) {
      return error;
    }
    throw std::runtime_error("nothing was thrown");
  }
  static PutRequest put(PutCondition condition) {
    return {"k", ObjectContent::from_bytes(""), std::move(condition), "", {}};
  }

  ManualClock clock_{Instant{}};
  FailingStore inner_{clock_};
  RetryPolicy policy_;
  double random_ = 0.5;
  std::vector<std::string> notices_;
  std::unique_ptr<ObjectStore> store_;
};

TEST_F(RetryingStoreTest, F007_TransientFailuresAreTriedAgainAndLogged) {
  fail(3);
  EXPECT_EQ(store().get_bytes("k", 1), "x");
  EXPECT_EQ(inner_.calls, 4);
  EXPECT_THAT(notices_, ElementsAre("1/3 250 busy", "2/3 500 busy", "3/3 1000 busy"));
  EXPECT_EQ(clock_.slept(), Milliseconds(1750));
}

TEST_F(RetryingStoreTest, EveryOperationIsTriedAgain) {
  store();
  const std::function<void()> calls[] = {
      [&] { store_->head("k"); },          [&] { store_->get("k", "p"); },
      [&] { store_->get_bytes("k", 1); },  [&] { store_->put(put(PutCondition::always())); },
      [&] { store_->list("k"); },          [&] { store_->remove("k"); },
      [&] { store_->copy("a", "e", "b"); }};
  for (const auto& call : calls) {
    inner_.calls = 0;
    fail(1);
    call();
    EXPECT_EQ(inner_.calls, 2);
  }
}

TEST_F(RetryingStoreTest, AttemptsAreReallyUsed) {
  for (const int attempts : {0, 1, 5}) {
    inner_.calls = 0;
    inner_.errors.clear();
    fail(100);
    policy_.attempts = attempts;
    error_of([&] { store().list("k"); });
    EXPECT_EQ(inner_.calls, attempts + 1);
  }
}

TEST_F(RetryingStoreTest, GivingUpSaysAfterHowManyTries) {
  fail(100);
  const Error error = error_of([&] { store().list("k"); });
  EXPECT_EQ(error.kind(), ErrorKind::unavailable);
  EXPECT_EQ(error.message(), "busy (gave up after 4 tries)");
  EXPECT_EQ(error.hint(), "wait");
  policy_.attempts = 0;
  EXPECT_EQ(error_of([&] { store().list("k"); }).message(), "busy");
}

TEST_F(RetryingStoreTest, PermanentFailuresStopAtOnce) {
  for (const ErrorKind kind : {ErrorKind::denied, ErrorKind::not_found, ErrorKind::usage, ErrorKind::io,
                               ErrorKind::corrupt, ErrorKind::internal}) {
    inner_.calls = 0;
    fail(1, Error(kind, "no"));
    EXPECT_EQ(error_of([&] { store().list("k"); }).message(), "no");
    EXPECT_EQ(inner_.calls, 1);
  }
  EXPECT_THAT(notices_, IsEmpty());
}

TEST_F(RetryingStoreTest, APermanentFailureAfterATransientOneIsReported) {
  fail(1);
  fail(1, Error(ErrorKind::denied, "no"));
  const Error error = error_of([&] { store().list("k"); });
  EXPECT_EQ(error.kind(), ErrorKind::denied);
  EXPECT_EQ(error.message(), "no");
}

// Its first try may have taken effect; the caller has to look.
TEST_F(RetryingStoreTest, AConditionalWriteOfUnknownOutcomeIsPassedOn) {
  for (const PutCondition& condition : {PutCondition::if_absent(), PutCondition::if_matches("e")}) {
    inner_.calls = 0;
    fail(1);
    EXPECT_EQ(error_of([&] { store().put(put(condition)); }).message(), "busy");
    EXPECT_EQ(inner_.calls, 1);
  }
}

TEST_F(RetryingStoreTest, AConditionalWriteThatNeverLeftIsTriedAgain) {
  fail(2, Error(ErrorKind::unavailable, "refused").with_retry({{}, true}));
  EXPECT_EQ(store().put(put(PutCondition::if_absent())).status, PutOutcome::Status::written);
  EXPECT_EQ(inner_.calls, 3);
}

TEST_F(RetryingStoreTest, JitterIsFullAndCapped) {
  policy_.attempts = 8;
  policy_.first_delay = Milliseconds(1000);
  policy_.longest_delay = Milliseconds(6000);
  policy_.budget = std::chrono::hours(1);
  fail(5);
  random_ = 0;
  store().list("k");
  EXPECT_EQ(clock_.slept(), Milliseconds(0));
  notices_.clear();
  fail(5);
  random_ = 0.999;
  store().list("k");
  EXPECT_THAT(notices_,
              ElementsAre("1/8 999 busy", "2/8 1998 busy", "3/8 3996 busy", "4/8 5994 busy", "5/8 5994 busy"));
}

TEST_F(RetryingStoreTest, RetryAfterIsHonoured) {
  fail(1, Error(ErrorKind::unavailable, "slow").with_retry({std::chrono::seconds(7), false}));
  store().list("k");
  EXPECT_THAT(notices_, ElementsAre("1/3 7250 slow"));
}

TEST_F(RetryingStoreTest, ARetryAfterBeyondTheBudgetEndsIt) {
  policy_.budget = std::chrono::seconds(60);
  fail(1, Error(ErrorKind::unavailable, "slow").with_retry({std::chrono::seconds(600), false}));
  EXPECT_EQ(error_of([&] { store().list("k"); }).message(),
            "slow (gave up after 1 try, the store asks to wait for 10 min 0 s)");
  EXPECT_EQ(clock_.slept(), Milliseconds(0));
}

TEST_F(RetryingStoreTest, TheBudgetIsForAllCallsTogetherAndOnlyForThem) {
  policy_.budget = std::chrono::seconds(30);
  inner_.duration = std::chrono::seconds(10);
  store().list("k");
  clock_.turn(std::chrono::hours(1));  // measuring metrics is not storage
  fail(5);
  EXPECT_EQ(error_of([&] { store_->list("k"); }).message(),
            "busy (gave up after 2 tries, the time for storage (30.0 s) is used up)");
}

TEST_F(RetryingStoreTest, AnInterruptionEndsWaiting) {
  bool interrupted = false;
  policy_.interrupted = [&] { return interrupted || clock_.slept() >= Milliseconds(300); };
  policy_.first_delay = std::chrono::seconds(10);
  fail(3);
  EXPECT_EQ(error_of([&] { store().list("k"); }).message(), "busy (gave up after 1 try, interrupted)");
  EXPECT_EQ(clock_.slept(), Milliseconds(300));
  interrupted = true;
  inner_.calls = 0;
  EXPECT_EQ(error_of([&] { store_->list("k"); }).message(), "busy");
  EXPECT_EQ(inner_.calls, 1);
}

TEST_F(RetryingStoreTest, OutcomesPassThrough) {
  EXPECT_EQ(store().describe(), "a failing store");
  EXPECT_EQ(store_->head("k")->etag, "e");
  EXPECT_EQ(store_->copy("a", "e", "b"), CopyOutcome::copied);
}

TEST_F(RetryingStoreTest, WithoutARandomSourceTheSystemsIsUsed) {
  policy_.random = {};
  fail(3);
  store().list("k");
  EXPECT_LT(clock_.slept(), Milliseconds(3500));
}

}  // namespace
}  // namespace unentropy
