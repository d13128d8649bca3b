#include "store/condition_probe.h"

#include <functional>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/memory_store.h"
#include "store/testing/manual_clock.h"
#include "store/testing/s3_store_fixture.h"

namespace unentropy {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;
using Status = PutOutcome::Status;
using Kind = PutCondition::Kind;

// Changes what single calls do; everything else is the inner store's.
class TwistedStore final : public ObjectStore {
 public:
  explicit TwistedStore(ObjectStore& inner) : inner_(inner) {}

  std::function<void(PutRequest&)> before_put;
  std::function<void(PutOutcome&)> after_put;
  std::function<void()> before_remove;
  std::vector<std::string> keys;  // that were written

  std::optional<ObjectInfo> head(const std::string& key) override { return inner_.head(key); }
  std::optional<FetchedObject> get(const std::string& key, const std::filesystem::path& destination) override {
    return inner_.get(key, destination);
  }
  std::optional<std::string> get_bytes(const std::string& key, std::uint64_t max_bytes) override {
    return inner_.get_bytes(key, max_bytes);
  }
  PutOutcome put(const PutRequest& request) override {
    PutRequest twisted = request;
    keys.push_back(request.key);
    if (before_put) before_put(twisted);
    PutOutcome outcome = inner_.put(twisted);
    if (after_put) after_put(outcome);
    return outcome;
  }
  ObjectListing list(const std::string& prefix) override { return inner_.list(prefix); }
  void remove(const std::string& key) override {
    if (before_remove) before_remove();
    inner_.remove(key);
  }
  CopyOutcome copy(const std::string& source, const std::string& etag, const std::string& target) override {
    return inner_.copy(source, etag, target);
  }
  std::string describe() const override { return inner_.describe(); }

 private:
  ObjectStore& inner_;
};

std::vector<Status> answers(const ConditionReport& report) {
  return {report.create_on_absent, report.create_on_present, report.replace_stale, report.replace_current};
}

class ConditionProbe : public ::testing::Test {
 protected:
  // Every probe leaves the store as it found it.
  ConditionReport probe(ObjectStore& store) {
    ConditionReport report = probe_conditions(store, "m.db.probe");
    EXPECT_THAT(store.list("").objects, IsEmpty());
    EXPECT_FALSE(report.left_behind);
    EXPECT_EQ(report.server_time, clock_.now());
    return report;
  }

  ManualClock clock_{*parse_instant("2025-02-03T04:05:06Z")};
  MemoryStore honest_{clock_};
  TwistedStore twisted_{honest_};
};

TEST_F(ConditionProbe, AStoreThatHonoursThem) {
  const ConditionReport report = probe(honest_);
  EXPECT_EQ(report.support, ConditionSupport::honoured);
  EXPECT_THAT(answers(report), ElementsAre(Status::written, Status::conflict, Status::conflict, Status::written));
}

TEST_F(ConditionProbe, AStoreThatRefusesThem) {
  MemoryStore store(clock_, ConditionSupport::refused);
  const ConditionReport report = probe(store);
  EXPECT_EQ(report.support, ConditionSupport::refused);
  EXPECT_THAT(answers(report),
              ElementsAre(Status::unsupported, Status::unsupported, Status::unsupported, Status::unsupported));
}

TEST_F(ConditionProbe, AStoreThatIgnoresThem) {
  MemoryStore store(clock_, ConditionSupport::ignored);
  const ConditionReport report = probe(store);
  EXPECT_EQ(report.support, ConditionSupport::ignored);
  EXPECT_THAT(answers(report), ElementsAre(Status::written, Status::written, Status::written, Status::written));
}

TEST_F(ConditionProbe, CreatingWithoutReplacingCountsAsIgnoring) {
  twisted_.before_put = [](PutRequest& request) {
    if (request.condition.kind == Kind::matches) request.condition = PutCondition::always();
  };
  ConditionReport report = probe(twisted_);
  EXPECT_EQ(report.support, ConditionSupport::ignored);
  EXPECT_THAT(answers(report), ElementsAre(Status::written, Status::conflict, Status::written, Status::written));

  bool replacing = false;
  twisted_.before_put = [&](PutRequest& request) { replacing = request.condition.kind == Kind::matches; };
  twisted_.after_put = [&](PutOutcome& outcome) {
    if (replacing) outcome.status = Status::unsupported;
  };
  report = probe(twisted_);
  EXPECT_EQ(report.support, ConditionSupport::ignored);
  EXPECT_THAT(answers(report),
              ElementsAre(Status::written, Status::conflict, Status::unsupported, Status::unsupported));
}

TEST_F(ConditionProbe, ReplacingWithoutCreatingCountsAsIgnoring) {
  twisted_.before_put = [](PutRequest& request) {
    if (request.condition.kind == Kind::absent) request.condition = PutCondition::always();
  };
  const ConditionReport report = probe(twisted_);
  EXPECT_EQ(report.support, ConditionSupport::ignored);
  EXPECT_THAT(answers(report), ElementsAre(Status::written, Status::written, Status::conflict, Status::written));
}

// Ceph's posix back end had the test the wrong way round (ceph #69991).
TEST_F(ConditionProbe, AnInvertedTestCountsAsIgnoring) {
  twisted_.before_put = [&](PutRequest& request) {
    if (request.condition.kind != Kind::matches) return;
    const auto stored = honest_.head(request.key);
    request.condition.etag = stored->etag == request.condition.etag ? "\"other\"" : stored->etag;
  };
  const ConditionReport report = probe(twisted_);
  EXPECT_EQ(report.support, ConditionSupport::ignored);
  EXPECT_THAT(answers(report), ElementsAre(Status::written, Status::conflict, Status::written, Status::conflict));
}

TEST_F(ConditionProbe, AStoreThatWritesNoneOfThemIsNotTakenForOneThatRefuses) {
  // Refuses to create and overwrites all the same when it is asked to replace.
  bool creating = false;
  twisted_.before_put = [&](PutRequest& request) {
    creating = request.condition.kind == Kind::absent;
    if (request.condition.kind == Kind::matches) request.condition = PutCondition::always();
  };
  twisted_.after_put = [&](PutOutcome& outcome) {
    if (creating) outcome.status = Status::unsupported;
  };
  EXPECT_EQ(probe(twisted_).support, ConditionSupport::ignored);
}

TEST_F(ConditionProbe, AnEtagThatAPutDoesNotTellIsLookedUp) {
  twisted_.after_put = [](PutOutcome& outcome) { outcome.etag.clear(); };
  EXPECT_EQ(probe(twisted_).support, ConditionSupport::honoured);
}

TEST_F(ConditionProbe, WhatStoodUnderTheKeyIsNotTouched) {
  honest_.put({"m.db.probe", ObjectContent::from_bytes("mine"), {}, "", {}});
  EXPECT_EQ(probe_conditions(honest_, "m.db.probe").support, ConditionSupport::honoured);
  EXPECT_EQ(honest_.get_bytes("m.db.probe", 10), "mine");
}

TEST_F(ConditionProbe, TwoProbesDoNotMeet) {
  probe(twisted_);
  const std::string first = twisted_.keys.front();
  EXPECT_THAT(twisted_.keys, ::testing::Each(first));
  EXPECT_THAT(first, StartsWith("m.db.probe-"));
  twisted_.keys.clear();
  probe(twisted_);
  EXPECT_NE(twisted_.keys.front(), first);
}

TEST_F(ConditionProbe, ARefusedDeletionIsReported) {
  twisted_.before_remove = [] { throw Error(ErrorKind::denied, "deleting: access denied", "ask for it"); };
  const ConditionReport report = probe_conditions(twisted_, "m.db.probe");
  EXPECT_EQ(report.support, ConditionSupport::honoured);
  ASSERT_TRUE(report.left_behind);
  EXPECT_EQ(report.left_behind->message(), "deleting: access denied");
  EXPECT_EQ(report.left_behind->hint(), "ask for it");
  EXPECT_EQ(honest_.list("").objects.size(), 1U);
}

TEST_F(ConditionProbe, AFailureOnTheWayIsThrownAndTheObjectDeleted) {
  for (const std::size_t failing : {0U, 1U, 2U, 3U}) {
    twisted_.keys.clear();
    twisted_.before_put = [&](PutRequest&) {
      if (twisted_.keys.size() == failing + 1)
        throw Error(ErrorKind::unavailable, "write no. " + std::to_string(failing));
    };
    try {
      probe_conditions(twisted_, "m.db.probe");
      ADD_FAILURE() << "nothing was thrown";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::unavailable);
      EXPECT_EQ(error.message(), "write no. " + std::to_string(failing));
    }
    EXPECT_THAT(honest_.list("").objects, IsEmpty());
  }
}

TEST_F(ConditionProbe, AFailureOutlivesThatOfCleaningUp) {
  twisted_.before_put = [&](PutRequest&) {
    if (twisted_.keys.size() == 2) throw Error(ErrorKind::unavailable, "the write");
  };
  twisted_.before_remove = [] { throw Error(ErrorKind::denied, "the deletion"); };
  EXPECT_THROW(
      try { probe_conditions(twisted_, "m.db.probe"); } catch (const Error& error) {
        EXPECT_EQ(error.message(), "the write");
        throw;
      },
      Error);
}

// Over HTTP: which requests are made, and that a store which wants an unquoted ETag is recognised as honouring.
TEST_F(S3StoreTest, ConditionProbeOverHttp) {
  const HttpHeader second{"ETag", "\"def\""};
  http_
      .then(200, {kEtag, kDate})              // create
      .then_error(412, "PreconditionFailed")  // create again
      .then_error(412, "PreconditionFailed")  // stale: and a look whether the spelling is to blame
      .then(200, {kEtag})                     //
      .then_error(412, "PreconditionFailed")  // current, quoted
      .then(200, {kEtag})                     //
      .then(200, {second, kDate})             // current, unquoted
      .then(204);
  const ConditionReport report = probe_conditions(store(), "m.db.probe");
  EXPECT_EQ(report.support, ConditionSupport::honoured);
  const auto& seen = http_.seen();
  EXPECT_EQ(seen[0].header("if-none-match"), "*");
  EXPECT_EQ(seen[1].header("if-none-match"), "*");
  EXPECT_EQ(seen[2].header("if-match"), "\"d41d8cd98f00b204e9800998ecf8427e\"");
  EXPECT_EQ(seen[4].header("if-match"), "\"abc\"");
  EXPECT_EQ(seen[6].header("if-match"), "abc");
  EXPECT_EQ(seen[7].method, "DELETE");
  EXPECT_EQ(seen[7].url, seen[0].url);
}

TEST_F(S3StoreTest, ConditionProbeWithoutPermissionToWriteIsDenied) {
  http_.then_error(403, "AccessDenied").then_error(403, "AccessDenied");
  const Error error = error_of([&] { probe_conditions(store(), "m.db.probe"); });
  EXPECT_EQ(error.kind(), ErrorKind::denied);
  EXPECT_THAT(error.message(), StartsWith("writing `m.db.probe-"));
  EXPECT_THAT(error.hint(), StartsWith("the key needs `s3:PutObject` for `history/m.db.probe-"));
}

TEST(ConditionSupport, HasNames) {
  EXPECT_EQ(to_string(ConditionSupport::honoured), "honoured");
  EXPECT_EQ(to_string(ConditionSupport::refused), "refused");
  EXPECT_EQ(to_string(ConditionSupport::ignored), "ignored");
}

}  // namespace
}  // namespace unentropy
