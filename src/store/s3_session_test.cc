// How the S3 store signs, and what it learns from refusals.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "store/testing/s3_store_fixture.h"

namespace unentropy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

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
  EXPECT_EQ(error.hint(),
            "set the clock of the runner; if it is right, the clocks of the store differ among themselves");
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

TEST_F(S3StoreTest, DescribesItself) { EXPECT_EQ(store().describe(), "s3://history/ at https://s3.example.com"); }

}  // namespace
}  // namespace unentropy
