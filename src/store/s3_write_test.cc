// Writing through the S3 store: conditions, outcomes, the spelling of ETags.
#include <fstream>
#include <tuple>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/hash.h"
#include "store/testing/s3_store_fixture.h"

namespace unentropy {
namespace {

using ::testing::HasSubstr;
using Status = PutOutcome::Status;

TEST_F(S3StoreTest, PutSendsContentTypeMetadataAndDigest) {
  http_.then(200, {{"ETag", "\"new\""}, kDate});
  const PutOutcome outcome = store().put(request());
  EXPECT_EQ(outcome.status, Status::written);
  EXPECT_EQ(outcome.etag, "\"new\"");
  EXPECT_EQ(outcome.server_time, parse_instant("2025-02-03T04:05:06Z"));
  const SeenRequest& seen = http_.seen()[0];
  EXPECT_EQ(seen.method, "PUT");
  EXPECT_EQ(seen.body, "hello");
  EXPECT_EQ(seen.header("content-type"), "application/vnd.sqlite3");
  EXPECT_EQ(seen.header("x-amz-meta-a"), "b");
  EXPECT_EQ(seen.header("x-amz-content-sha256"), hex(sha256("hello")));
  EXPECT_EQ(seen.header("if-match"), "(none)");
  EXPECT_EQ(seen.header("if-none-match"), "(none)");
  EXPECT_THAT(seen.header("authorization"),
              HasSubstr("SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date;x-amz-meta-a,"));
}

TEST_F(S3StoreTest, F039_ConditionsAreSentAndSigned) {
  http_.then(200).then(200);
  EXPECT_EQ(store().put(request(PutCondition::if_absent())).status, Status::written);
  EXPECT_EQ(store_->put(request(PutCondition::if_matches("\"abc\""))).status, Status::written);
  EXPECT_EQ(http_.seen()[0].header("if-none-match"), "*");
  EXPECT_THAT(http_.seen()[0].header("authorization"), HasSubstr(";if-none-match;"));
  EXPECT_EQ(http_.seen()[1].header("if-match"), "\"abc\"");
  EXPECT_THAT(http_.seen()[1].header("authorization"), HasSubstr(";if-match;"));
}

TEST_F(S3StoreTest, AnEtagThatCameWithoutQuotesIsQuoted) {
  http_.then(200).then(200);
  store().put(request(PutCondition::if_matches("abc")));
  store_->put(request(PutCondition::if_matches("W/\"abc\"")));
  EXPECT_EQ(http_.seen()[0].header("if-match"), "\"abc\"");
  EXPECT_EQ(http_.seen()[1].header("if-match"), "W/\"abc\"");
}

struct OutcomeCase {
  PutCondition condition;
  int status;
  const char* code;
  Status outcome;
};

TEST_F(S3StoreTest, OutcomesOfAConditionalPut) {
  const PutCondition create = PutCondition::if_absent();
  const PutCondition replace = PutCondition::if_matches("\"old\"");
  const OutcomeCase cases[] = {
      {create, 412, "PreconditionFailed", Status::conflict},
      {create, 409, "ConditionalRequestConflict", Status::conflict},
      {create, 409, "OperationAborted", Status::conflict},
      {create, 304, "", Status::conflict},
      {create, 412, "", Status::conflict},
      {create, 501, "NotImplemented", Status::unsupported},
      {create, 501, "", Status::unsupported},
      {create, 400, "NotImplemented", Status::unsupported},
      {replace, 409, "ConditionalRequestConflict", Status::conflict},
      {replace, 404, "NoSuchKey", Status::missing},
      {replace, 501, "NotImplemented", Status::unsupported},
  };
  for (const OutcomeCase& tested : cases) {
    if (*tested.code == '\0') {
      http_.then(tested.status, {kDate});
    } else {
      http_.then_error(tested.status, tested.code);
    }
    EXPECT_EQ(store().put(request(tested.condition)).status, tested.outcome) << tested.status << tested.code;
  }
}

TEST_F(S3StoreTest, WhatIsNoOutcomeIsAnError) {
  const std::tuple<PutCondition, int, const char*, ErrorKind> cases[] = {
      {PutCondition::if_absent(), 500, "UnknownError", ErrorKind::unavailable},
      {PutCondition::if_absent(), 503, "SlowDown", ErrorKind::unavailable},
      {PutCondition::if_absent(), 404, "NoSuchBucket", ErrorKind::not_found},
      {PutCondition::if_matches("x"), 404, "NoSuchBucket", ErrorKind::not_found},
      {PutCondition::if_matches("x"), 500, "InternalError", ErrorKind::unavailable},
      {PutCondition::if_absent(), 403, "AccessDenied", ErrorKind::denied},
      {PutCondition::if_absent(), 200, "InternalError", ErrorKind::unavailable},
      {PutCondition::always(), 412, "PreconditionFailed", ErrorKind::usage},
      {PutCondition::always(), 409, "OperationAborted", ErrorKind::unavailable},
      {PutCondition::always(), 501, "NotImplemented", ErrorKind::usage},
      {PutCondition::always(), 400, "BadDigest", ErrorKind::unavailable},
  };
  for (const auto& [condition, status, code, kind] : cases) {
    http_.then_error(status, code);
    EXPECT_EQ(error_of([&, condition = condition] { store().put(request(condition)); }).kind(), kind) << status << code;
  }
  http_.then(404, {}, "<html/>");
  EXPECT_EQ(error_of([&] { store().put(request(PutCondition::if_matches("x"))); }).kind(), ErrorKind::not_found);
}

TEST_F(S3StoreTest, ARefusedConditionThatHoldsMeansAnotherSpelling) {
  http_.then_error(412, "PreconditionFailed").then(200, {kEtag}).then(200, {{"ETag", "\"new\""}});
  EXPECT_EQ(store().put(request(PutCondition::if_matches("\"abc\""))).status, Status::written);
  EXPECT_EQ(http_.seen()[0].header("if-match"), "\"abc\"");
  EXPECT_EQ(http_.seen()[1].method, "HEAD");
  EXPECT_EQ(http_.seen()[2].header("if-match"), "abc");
  // It stays so, and is never asked again.
  http_.then(200, {{"ETag", "\"newer\""}}).then_error(412, "PreconditionFailed");
  EXPECT_EQ(store_->put(request(PutCondition::if_matches("\"new\""))).status, Status::written);
  EXPECT_EQ(store_->put(request(PutCondition::if_matches("\"new\""))).status, Status::conflict);
  EXPECT_EQ(http_.seen()[3].header("if-match"), "new");
  EXPECT_EQ(http_.seen()[4].header("if-match"), "new");
}

TEST_F(S3StoreTest, ARefusedConditionThatDoesNotHoldIsAConflict) {
  http_.then_error(412, "PreconditionFailed").then(200, {{"ETag", "\"other\""}});
  EXPECT_EQ(store().put(request(PutCondition::if_matches("\"abc\""))).status, Status::conflict);
  http_.then_error(412, "PreconditionFailed").then(404).then_error(404, "NoSuchKey");
  EXPECT_EQ(store_->put(request(PutCondition::if_matches("\"abc\""))).status, Status::conflict);
  // Refused in both spellings: somebody was faster after all, and the spelling is not known yet.
  http_.then_error(412, "PreconditionFailed").then(200, {kEtag}).then_error(412, "PreconditionFailed");
  EXPECT_EQ(store_->put(request(PutCondition::if_matches("\"abc\""))).status, Status::conflict);
  http_.then(200);
  EXPECT_EQ(store_->put(request(PutCondition::if_matches("\"abc\""))).status, Status::written);
  EXPECT_EQ(http_.seen().back().header("if-match"), "\"abc\"");
}

TEST_F(S3StoreTest, CephsGatewayIsKnownByItsRequestIds) {
  const HttpHeader id{"x-amz-request-id", "tx00000e5b2a0c1d7f3a9b4-0067a03f12-1043-default"};
  http_.then(200, {kEtag, id}, "x").then(200);
  store().get_bytes("m.db", 10);
  store_->put(request(PutCondition::if_matches("\"abc\"")));
  EXPECT_EQ(http_.seen()[1].header("if-match"), "abc");
}

TEST_F(S3StoreTest, AGatewayThatWantsQuotesGetsThem) {
  const HttpHeader id{"x-amz-request-id", "tx00000e5b2a0c1d7f3a9b4-0067a03f12-1043-default"};
  http_.then(200, {kEtag, id}, "x").then_error(412, "PreconditionFailed").then(200, {kEtag, id}).then(200);
  store().get_bytes("m.db", 10);
  EXPECT_EQ(store_->put(request(PutCondition::if_matches("\"abc\""))).status, Status::written);
  EXPECT_EQ(http_.seen()[1].header("if-match"), "abc");
  EXPECT_EQ(http_.seen()[3].header("if-match"), "\"abc\"");
}

TEST_F(S3StoreTest, OtherRequestIdsAreNotTakenForIts) {
  for (const char* id : {"tx00000e5b2a0c1d7f3a9b4-0067a03f12", "4442587FB7D0A2F9", "a-b-c-d", ""}) {
    http_.then(200, {kEtag, {"x-amz-request-id", id}}, "x").then(200);
    store().get_bytes("m.db", 10);
    store_->put(request(PutCondition::if_matches("\"abc\"")));
    EXPECT_EQ(http_.seen().back().header("if-match"), "\"abc\"") << id;
  }
}

TEST_F(S3StoreTest, MetadataMustFitIntoAHeader) {
  PutRequest put = request();
  put.metadata = {{"a", "b\r\nx: y"}};
  EXPECT_EQ(error_of([&] { store().put(put); }).message(), "the metadata `a` cannot be sent");
}

TEST_F(S3StoreTest, AFileIsSentAsItIs) {
  const auto path = directory_.path() / "in";
  std::ofstream(path) << "from a file";
  http_.then(200);
  PutRequest put = request();
  put.content = ObjectContent::from_file(path);
  store().put(put);
  EXPECT_EQ(http_.seen()[0].body, "from a file");
  EXPECT_EQ(http_.seen()[0].header("x-amz-content-sha256"), hex(sha256("from a file")));
  std::ofstream(path, std::ios::app) << " that grew";
  EXPECT_EQ(error_of([&] { store_->put(put); }).message(),
            "reading `" + path.string() + "`: its size changed while it was in use");
}

}  // namespace
}  // namespace unentropy
