// The S3 store against scripted answers; against real servers it passes the conformance suite.
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/file.h"
#include "store/s3.h"
#include "store/testing/manual_clock.h"
#include "store/testing/scripted_http.h"

namespace unentropy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using Status = PutOutcome::Status;

const HttpHeader kDate{"Date", "Mon, 03 Feb 2025 04:05:06 GMT"};
const HttpHeader kEtag{"ETag", "\"abc\""};

S3Settings settings_of(std::string endpoint = "https://s3.example.com") {
  S3Settings settings;
  settings.endpoint = std::move(endpoint);
  settings.bucket = "history";
  settings.access_key_id = Secret("KEY-ID");
  settings.secret_access_key = Secret("SECRET-KEY");
  return settings;
}

class S3StoreTest : public ::testing::Test {
 protected:
  ObjectStore& store(S3Settings settings = settings_of()) {
    store_ = make_s3_store(std::move(settings), http_, clock_);
    return *store_;
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
  static PutRequest request(PutCondition condition = PutCondition::always()) {
    return {"m.db", ObjectContent::from_bytes("hello"), std::move(condition), "application/vnd.sqlite3", {{"a", "b"}}};
  }
  ~S3StoreTest() override { EXPECT_TRUE(http_.done()) << "the script was not played to its end"; }

  ManualClock clock_{*parse_instant("2025-02-03T04:05:06Z")};
  ScriptedHttp http_;
  TempDir directory_{"/tmp"};
  std::unique_ptr<ObjectStore> store_;
};

TEST_F(S3StoreTest, ARequestIsSignedAndCarriesNothingElse) {
  http_.then(200, {kEtag, kDate}, "hello");
  EXPECT_EQ(store().get_bytes("a/b c+d", 100), "hello");
  const SeenRequest& seen = http_.seen().front();
  EXPECT_EQ(seen.method, "GET");
  EXPECT_EQ(seen.url, "https://s3.example.com/history/a/b%20c%2Bd");
  std::vector<std::string> names;
  for (const HttpHeader& header : seen.headers) names.push_back(header.name);
  EXPECT_THAT(names, ElementsAre("host", "x-amz-content-sha256", "x-amz-date", "authorization"));
  EXPECT_EQ(seen.header("host"), "s3.example.com");
  EXPECT_EQ(seen.header("x-amz-date"), "20250203T040506Z");
  EXPECT_EQ(seen.header("x-amz-content-sha256"), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_THAT(seen.header("authorization"),
              HasSubstr("Credential=KEY-ID/20250203/us-east-1/s3/aws4_request, "
                        "SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature="));
}

TEST_F(S3StoreTest, F028_ASessionTokenIsSentAndSigned) {
  http_.then(200, {kEtag}, "x");
  S3Settings settings = settings_of();
  settings.session_token = Secret(" TOKEN\n");
  store(settings).get_bytes("k", 100);
  EXPECT_EQ(http_.seen()[0].header("x-amz-security-token"), "TOKEN");
  EXPECT_THAT(http_.seen()[0].header("authorization"), HasSubstr("x-amz-date;x-amz-security-token,"));
}

TEST_F(S3StoreTest, VirtualHostsAndPortsAreSigned) {
  http_.then(200, {kEtag}, "x");
  S3Settings settings = settings_of("http://localhost:9000");
  settings.addressing = S3Addressing::virtual_host;
  store(settings).get_bytes("k", 100);
  EXPECT_EQ(http_.seen()[0].url, "http://history.localhost:9000/k");
  EXPECT_EQ(http_.seen()[0].header("host"), "history.localhost:9000");
}

TEST_F(S3StoreTest, GetFillsAFileOfOurOwn) {
  http_.then(200,
             {kEtag,
              kDate,
              {"Content-Type", "application/octet-stream"},
              {"X-Amz-Meta-Unentropy-Builds", "7"},
              {"Last-Modified", "Mon, 03 Feb 2025 04:00:00 GMT"}},
             "hello");
  const auto path = directory_.path() / "out";
  const auto fetched = store().get("m.db", path);
  ASSERT_TRUE(fetched);
  EXPECT_EQ(fetched->info.etag, "\"abc\"");
  EXPECT_EQ(fetched->info.size, 5U);
  EXPECT_EQ(fetched->info.content_type, "application/octet-stream");
  EXPECT_THAT(fetched->info.metadata, ElementsAre(::testing::Pair("unentropy-builds", "7")));
  EXPECT_EQ(fetched->info.last_modified, parse_instant("2025-02-03T04:00:00Z"));
  EXPECT_EQ(fetched->info.server_time, parse_instant("2025-02-03T04:05:06Z"));
  EXPECT_EQ(fetched->sha256, sha256("hello"));
  EXPECT_EQ(read_file(path, 100), "hello");
  struct stat status {};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(S3StoreTest, GetTruncatesAnOlderFileAndTakesAnEmptyObject) {
  const auto path = directory_.path() / "out";
  std::ofstream(path) << "something longer";
  http_.then(200, {kEtag}, "");
  EXPECT_EQ(store().get("m.db", path)->sha256, sha256(""));
  EXPECT_EQ(read_file(path, 100), "");
}

TEST_F(S3StoreTest, GetFollowsNoLink) {
  const auto target = directory_.path() / "target";
  std::ofstream(target) << "precious";
  std::filesystem::create_symlink(target, directory_.path() / "out");
  http_.then(200, {kEtag}, "hello");
  const Error error = error_of([&] { store().get("m.db", directory_.path() / "out"); });
  EXPECT_EQ(error.kind(), ErrorKind::io);
  EXPECT_EQ(read_file(target, 100), "precious");
}

TEST_F(S3StoreTest, AnAbsentKeyIsAValueAndNoFile) {
  http_.then_error(404, "NoSuchKey").then_error(404, "NoSuchKey");
  const auto path = directory_.path() / "out";
  EXPECT_EQ(store().get("m.db", path), std::nullopt);
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_EQ(store_->get_bytes("m.db", 10), std::nullopt);
}

// The heart of it: nothing but NoSuchKey may ever look like a first run.
TEST_F(S3StoreTest, F001_OnlyNoSuchKeyIsAbsence) {
  const std::pair<int, const char*> answers[] = {{403, "AccessDenied"},
                                                 {403, "SignatureDoesNotMatch"},
                                                 {404, "NoSuchBucket"},
                                                 {404, ""},
                                                 {500, "InternalError"},
                                                 {503, "SlowDown"},
                                                 {502, ""},
                                                 {301, "PermanentRedirect"},
                                                 {307, ""},
                                                 {400, "ExpiredToken"},
                                                 {401, ""},
                                                 {429, ""},
                                                 {410, ""},
                                                 {204, ""},
                                                 {206, ""}};
  for (const auto& [status, code] : answers) {
    const auto answer = [&, status = status, code = code] {
      if (*code == '\0') {
        http_.then(status, {kDate}, "<html>no</html>");
      } else {
        http_.then_error(status, code);
      }
    };
    answer();
    EXPECT_THROW(store().get("m.db", directory_.path() / "out"), Error) << status << code;
    EXPECT_FALSE(std::filesystem::exists(directory_.path() / "out"));
    answer();
    EXPECT_THROW(store_->get_bytes("m.db", 100), Error) << status << code;
  }
}

TEST_F(S3StoreTest, APageOfAProxyIsNoObject) {
  http_.then(200, {{"Content-Type", "text/html"}}, "<html>please log in</html>");
  const Error error = error_of([&] { store().get("m.db", directory_.path() / "out"); });
  EXPECT_EQ(error.kind(), ErrorKind::unavailable);
  EXPECT_EQ(error.message(), "reading `m.db` in bucket `history`: the answer (200) is not that of an S3 store");
  EXPECT_EQ(error.hint(), "check `s3-endpoint`, and whether something between answers in its place");
  EXPECT_FALSE(std::filesystem::exists(directory_.path() / "out"));
}

TEST_F(S3StoreTest, AnAnswerOfUnknownLengthIsNoObject) {
  HttpResponse response;
  response.status = 200;
  response.headers = {kEtag};
  response.body = "hel";
  http_.then(response);
  const Error error = error_of([&] { store().get("m.db", directory_.path() / "out"); });
  EXPECT_EQ(error.kind(), ErrorKind::unavailable);
  EXPECT_EQ(error.message(), "reading `m.db` in bucket `history`: the answer does not say how long it is");
  EXPECT_FALSE(std::filesystem::exists(directory_.path() / "out"));
}

TEST_F(S3StoreTest, SmallObjectsAreBounded) {
  http_.then(200, {kEtag}, "hello");
  const Error error = error_of([&] { store().get_bytes("m.db", 4); });
  EXPECT_EQ(error.kind(), ErrorKind::corrupt);
  EXPECT_EQ(error.message(), "reading `m.db` in bucket `history`: it is larger than 4 bytes");
}

TEST_F(S3StoreTest, AFailedHeadAsksForTheReason) {
  http_.then(404).then_error(404, "NoSuchKey");
  EXPECT_EQ(store().head("m.db"), std::nullopt);
  EXPECT_EQ(http_.seen()[0].method, "HEAD");
  EXPECT_EQ(http_.seen()[1].method, "GET");
  EXPECT_EQ(http_.seen()[1].header("range"), "bytes=0-0");

  http_.then(404).then_error(404, "NoSuchBucket");
  EXPECT_EQ(error_of([&] { store_->head("m.db"); }).kind(), ErrorKind::not_found);
  http_.then(403).then_error(403, "InvalidAccessKeyId");
  EXPECT_EQ(error_of([&] { store_->head("m.db"); }).message(),
            "looking for `m.db` in bucket `history`: the access key id is not known there (403 InvalidAccessKeyId)");
  http_.then(404).then(404, {}, "<html/>");
  EXPECT_EQ(error_of([&] { store_->head("m.db"); }).kind(), ErrorKind::not_found);
  http_.then(503);
  EXPECT_EQ(error_of([&] { store_->head("m.db"); }).kind(), ErrorKind::unavailable);
}

TEST_F(S3StoreTest, AnObjectThatAppearsMeanwhileIsSeen) {
  http_.then(404).then(206, {kEtag}, "x").then(200, {kEtag, {"Content-Type", "a/b"}}, "");
  EXPECT_EQ(store().head("m.db")->etag, "\"abc\"");
  http_.then(404).then(416).then(404).then(416);
  EXPECT_EQ(error_of([&] { store_->head("m.db"); }).kind(), ErrorKind::not_found);
}

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

TEST_F(S3StoreTest, AnEmptyKeyWouldBeTheBucket) {
  EXPECT_EQ(error_of([&] { store().remove(""); }).message(), "the key of an object is empty");
  EXPECT_EQ(error_of([&] { store().get_bytes("", 1); }).kind(), ErrorKind::usage);
}

std::string page(const std::string& keys, const std::string& token) {
  std::string body = "<ListBucketResult>";
  for (const char key : keys) {
    body += "<Contents><Key>p/" + std::string(1, key) + "</Key><Size>1</Size><ETag>\"e\"</ETag></Contents>";
  }
  body += token.empty() ? "<IsTruncated>false</IsTruncated>"
                        : "<IsTruncated>true</IsTruncated><NextContinuationToken>" + token + "</NextContinuationToken>";
  return body + "</ListBucketResult>";
}

TEST_F(S3StoreTest, ListingGoesThroughAllPagesAndIsSorted) {
  http_.then(200, {kDate}, page("cb", "t/1+")).then(200, {kDate}, page("d", "t2")).then(200, {kDate}, page("a", ""));
  const ObjectListing listing = store().list("p/");
  std::string keys;
  for (const ListedObject& object : listing.objects) keys += object.key;
  EXPECT_EQ(keys, "p/ap/bp/cp/d");
  EXPECT_EQ(listing.server_time, parse_instant("2025-02-03T04:05:06Z"));
  EXPECT_EQ(http_.seen()[0].url,
            "https://s3.example.com/history?encoding-type=url&list-type=2&max-keys=1000&prefix=p%2F");
  EXPECT_EQ(http_.seen()[1].url,
            "https://s3.example.com/history?continuation-token=t%2F1%2B&encoding-type=url&list-type=2&max-keys=1000&"
            "prefix=p%2F");
}

TEST_F(S3StoreTest, AListingIsCompleteOrAnError) {
  const std::string incomplete = "listing `p/` in bucket `history`: its pages cannot be followed to the end";
  http_.then(200, {}, "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>");
  EXPECT_EQ(error_of([&] { store().list("p/"); }).message(), incomplete);
  http_.then(200, {}, page("a", "same")).then(200, {}, page("a", "same"));
  EXPECT_EQ(error_of([&] { store_->list("p/"); }).message(), incomplete);
  http_.then(200, {}, page("a", "t")).then_error(503, "SlowDown");
  EXPECT_EQ(error_of([&] { store_->list("p/"); }).kind(), ErrorKind::unavailable);
  http_.then(200, {}, "<html/>");
  EXPECT_EQ(error_of([&] { store_->list("p/"); }).message(),
            "listing `p/` in bucket `history`: the answer is not a listing");
  http_.then_error(403, "AccessDenied");
  EXPECT_EQ(error_of([&] { store_->list(""); }).message(),
            "listing bucket `history`: access denied (403 AccessDenied)");
}

TEST_F(S3StoreTest, KeysOutsideThePrefixAreLeftOut) {
  http_.then(200, {}, page("ab", ""));
  EXPECT_EQ(store().list("p/b").objects.size(), 1U);
}

TEST_F(S3StoreTest, RemovingWhatIsNotThereSucceeds) {
  http_.then(204).then_error(404, "NoSuchKey").then_error(404, "NoSuchBucket");
  store().remove("m.db");
  store_->remove("m.db");
  EXPECT_EQ(error_of([&] { store_->remove("m.db"); }).kind(), ErrorKind::not_found);
}

const char* const kCopied = "<CopyObjectResult><ETag>\"abc\"</ETag></CopyObjectResult>";

TEST_F(S3StoreTest, CopyOnAwsTrustsItsCondition) {
  http_.then(200, {}, kCopied);
  EXPECT_EQ(store(settings_of("")).copy("a b.db", "\"abc\"", "a b.db.backup"), CopyOutcome::copied);
  const SeenRequest& seen = http_.seen()[0];
  EXPECT_EQ(seen.method, "PUT");
  EXPECT_EQ(seen.url, "https://history.s3.us-east-1.amazonaws.com/a%20b.db.backup");
  EXPECT_EQ(seen.header("x-amz-copy-source"), "/history/a%20b.db");
  EXPECT_EQ(seen.header("x-amz-copy-source-if-match"), "\"abc\"");
  http_.then_error(412, "PreconditionFailed").then_error(404, "NoSuchKey");
  EXPECT_EQ(store_->copy("m.db", "\"abc\"", "t"), CopyOutcome::conflict);
  EXPECT_EQ(store_->copy("m.db", "\"abc\"", "t"), CopyOutcome::missing);
}

TEST_F(S3StoreTest, CopyElsewhereLooksBeforeAndAfter) {
  http_.then(200, {kEtag}).then(200, {}, kCopied).then(200, {kEtag});
  EXPECT_EQ(store().copy("m.db", "\"abc\"", "t"), CopyOutcome::copied);
  http_.then(200, {{"ETag", "\"other\""}});
  EXPECT_EQ(store_->copy("m.db", "\"abc\"", "t"), CopyOutcome::conflict);
  http_.then(404).then_error(404, "NoSuchKey");
  EXPECT_EQ(store_->copy("m.db", "\"abc\"", "t"), CopyOutcome::missing);
  http_.then(200, {kEtag}).then(200, {}, kCopied).then(200, {{"ETag", "\"other\""}});
  EXPECT_EQ(store_->copy("m.db", "\"abc\"", "t"), CopyOutcome::conflict);
}

TEST_F(S3StoreTest, ACopyThatFailsHalfWayIsAnError) {
  http_.then_error(200, "InternalError").then(200, {}, "").then(200, {}, "<html/>");
  EXPECT_EQ(error_of([&] { store(settings_of("")).copy("m.db", "\"abc\"", "t"); }).kind(), ErrorKind::unavailable);
  EXPECT_EQ(error_of([&] { store_->copy("m.db", "\"abc\"", "t"); }).message(),
            "copying `m.db` to `t` in bucket `history`: the answer does not say that it was copied");
  EXPECT_EQ(error_of([&] { store_->copy("m.db", "\"abc\"", "t"); }).kind(), ErrorKind::unavailable);
}

TEST_F(S3StoreTest, AWrongClockIsCorrectedOnce) {
  const HttpHeader later{"Date", "Mon, 03 Feb 2025 05:05:06 GMT"};
  const std::string skewed = "<Error><Code>RequestTimeTooSkewed</Code></Error>";
  http_.then(403, {later}, skewed).then(200, {kEtag, later}, "x").then(200, {kEtag, later}, "x");
  EXPECT_EQ(store().get_bytes("m.db", 10), "x");
  EXPECT_EQ(http_.seen()[0].header("x-amz-date"), "20250203T040506Z");
  EXPECT_EQ(http_.seen()[1].header("x-amz-date"), "20250203T050506Z");
  clock_.turn(std::chrono::seconds(10));
  store_->get_bytes("m.db", 10);
  EXPECT_EQ(http_.seen()[2].header("x-amz-date"), "20250203T050516Z");
  http_.then(403, {{"Date", "Mon, 03 Feb 2025 09:05:06 GMT"}}, skewed);
  const Error error = error_of([&] { store_->get_bytes("m.db", 10); });
  EXPECT_EQ(error.kind(), ErrorKind::denied);
  EXPECT_EQ(error.hint(), "set the clock of the runner");
}

TEST_F(S3StoreTest, AWrongClockBehindABareRefusalIsFoundAsWell) {
  const HttpHeader later{"Date", "Mon, 03 Feb 2025 04:25:06 GMT"};
  http_.then(403, {later}).then(200, {kEtag, later}, "");
  EXPECT_TRUE(store().head("m.db"));
  EXPECT_EQ(http_.seen()[1].header("x-amz-date"), "20250203T042506Z");
  // A refusal while the clocks agree is a refusal.
  http_.then_error(403, "AccessDenied");
  EXPECT_EQ(error_of([&] { store().get_bytes("m.db", 10); }).kind(), ErrorKind::denied);
}

TEST_F(S3StoreTest, ARegionThatNobodyGaveIsLearntOnce) {
  http_.then_error(400, "AuthorizationHeaderMalformed", "<Region>eu-west-1</Region>").then(200, {kEtag}, "x");
  EXPECT_EQ(store().get_bytes("m.db", 10), "x");
  EXPECT_THAT(http_.seen()[1].header("authorization"), HasSubstr("/eu-west-1/s3/aws4_request"));
  EXPECT_EQ(http_.seen()[1].url, http_.seen()[0].url);
  http_.then_error(400, "AuthorizationHeaderMalformed", "<Region>ap-south-1</Region>");
  EXPECT_EQ(error_of([&] { store_->get_bytes("m.db", 10); }).hint(), "set `s3-region` to `ap-south-1`");
}

TEST_F(S3StoreTest, AGivenRegionIsNotReplaced) {
  S3Settings settings = settings_of();
  settings.region = "us-west-2";
  http_.then_error(400, "AuthorizationHeaderMalformed", "<Region>eu-west-1</Region>");
  const Error error = error_of([&] { store(settings).get_bytes("m.db", 10); });
  EXPECT_EQ(error.kind(), ErrorKind::denied);
  EXPECT_EQ(error.message(),
            "reading `m.db` in bucket `history`: the request was signed for region `us-west-2` (400 "
            "AuthorizationHeaderMalformed)");
  EXPECT_EQ(error.hint(), "set `s3-region` to `eu-west-1`");
}

TEST_F(S3StoreTest, ARedirectIsNeverFollowed) {
  http_.then(301, {{"Location", "https://evil.example/"}, {"x-amz-bucket-region", "eu-west-1"}},
             "<Error><Code>PermanentRedirect</Code><Endpoint>evil.example</Endpoint></Error>");
  const Error error = error_of([&] { store(settings_of("")).get_bytes("m.db", 10); });
  EXPECT_EQ(http_.seen().size(), 1U);
  EXPECT_EQ(error.kind(), ErrorKind::usage);
  EXPECT_EQ(error.hint(),
            "set `s3-region` to `eu-west-1`, and `s3-endpoint` to that region's endpoint or leave it out");
}

TEST_F(S3StoreTest, F027_CredentialsNeverComeBackInAMessage) {
  S3Settings settings = settings_of();
  settings.session_token = Secret("TOKEN-VALUE");
  http_.then_error(400, "Weird", "<Message>KEY-ID SECRET-KEY TOKEN-VALUE are wrong</Message>");
  const Error error = error_of([&] { store(settings).get_bytes("m.db", 10); });
  EXPECT_EQ(error.message(),
            "reading `m.db` in bucket `history`: the store refused (400 Weird: *** *** *** are wrong)");
}

TEST_F(S3StoreTest, TransportFailuresKeepTheirKindAndAdvice) {
  http_.then_throw(Error(ErrorKind::unavailable, "connecting to `https://s3.example.com`: connection refused")
                       .with_retry({{}, true}));
  const Error error = error_of([&] { store().put(request(PutCondition::if_absent())); });
  EXPECT_EQ(error.message(),
            "writing `m.db` in bucket `history`: connecting to `https://s3.example.com`: connection refused");
  EXPECT_TRUE(error.retry().not_sent);
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

TEST_F(S3StoreTest, DescribesItself) { EXPECT_EQ(store().describe(), "s3://history/ at https://s3.example.com"); }

}  // namespace
}  // namespace unentropy
