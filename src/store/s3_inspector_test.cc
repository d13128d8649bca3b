#include "store/s3_inspector.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/testing/s3_store_fixture.h"

namespace unentropy {
namespace {

using ::testing::HasSubstr;

constexpr const char* kEmptyList = "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>";

class S3InspectorTest : public S3StoreTest {
 protected:
  S3Inspector& inspector(S3Settings settings = settings_of()) {
    inspector_ = std::make_unique<S3Inspector>(settings, http_, clock_);
    return *inspector_;
  }
  std::unique_ptr<S3Inspector> inspector_;
};

TEST_F(S3InspectorTest, AListingIsAllTheWay) {
  http_.then(200, {kDate}, kEmptyList);
  const S3FirstAnswer first = inspector().ask("m.db.doctor/");
  EXPECT_EQ(first.stopped_at, S3Hurdle::none);
  EXPECT_FALSE(first.failure);
  EXPECT_EQ(first.region, "us-east-1");
  EXPECT_FALSE(first.region_learnt);
  EXPECT_EQ(first.our_lead, Milliseconds(-500));
  EXPECT_EQ(http_.seen()[0].url, "https://s3.example.com/history?list-type=2&max-keys=1&prefix=m.db.doctor%2F");
}

TEST_F(S3InspectorTest, RefusalsAreToldApart) {
  struct Case {
    int status;
    const char* code;
    S3Hurdle hurdle;
    ErrorKind kind;
  };
  for (const Case& wanted : {Case{403, "InvalidAccessKeyId", S3Hurdle::credentials, ErrorKind::denied},
                             Case{403, "SignatureDoesNotMatch", S3Hurdle::credentials, ErrorKind::denied},
                             Case{400, "ExpiredToken", S3Hurdle::credentials, ErrorKind::denied},
                             Case{404, "NoSuchBucket", S3Hurdle::bucket, ErrorKind::not_found},
                             Case{400, "InvalidRegionName", S3Hurdle::bucket, ErrorKind::denied},
                             Case{403, "AccessDenied", S3Hurdle::permission, ErrorKind::denied},
                             Case{403, "SomethingElse", S3Hurdle::permission, ErrorKind::denied},
                             Case{404, "NoSuchWebsite", S3Hurdle::endpoint, ErrorKind::not_found},
                             Case{503, "SlowDown", S3Hurdle::endpoint, ErrorKind::unavailable}}) {
    http_.then_error(wanted.status, wanted.code);
    const S3FirstAnswer first = inspector().ask("p");
    EXPECT_EQ(first.stopped_at, wanted.hurdle) << wanted.code;
    ASSERT_TRUE(first.failure) << wanted.code;
    EXPECT_EQ(first.failure->kind(), wanted.kind) << wanted.code;
    EXPECT_THAT(first.failure->message(), HasSubstr("listing `p` in bucket `history`: "));
    EXPECT_FALSE(first.our_lead) << "there was no date";
  }
  http_.then(401);
  EXPECT_EQ(inspector().ask("p").stopped_at, S3Hurdle::credentials);
  http_.then(307, {{"Location", "https://elsewhere.example/"}});
  EXPECT_EQ(inspector().ask("p").stopped_at, S3Hurdle::endpoint);
  http_.then(301, {{"x-amz-bucket-region", "eu-west-1"}});
  const S3FirstAnswer moved = inspector().ask("p");
  EXPECT_EQ(moved.stopped_at, S3Hurdle::bucket);
  EXPECT_THAT(moved.failure->hint(), HasSubstr("`eu-west-1`"));
}

TEST_F(S3InspectorTest, APageOfSomebodyElseIsNoListing) {
  http_.then(200, {kDate}, "<html>Sign in</html>");
  const S3FirstAnswer first = inspector().ask("p");
  EXPECT_EQ(first.stopped_at, S3Hurdle::endpoint);
  EXPECT_EQ(first.failure->message(), "listing `p` in bucket `history`: the answer is not that of an S3 store");
}

TEST_F(S3InspectorTest, AClockThatIsOffIsCorrectedAndTold) {
  const HttpHeader later{"Date", "Mon, 03 Feb 2025 05:05:06 GMT"};
  http_.then(403, {later}, "<Error><Code>RequestTimeTooSkewed</Code></Error>").then(200, {later}, kEmptyList);
  const S3FirstAnswer first = inspector().ask("p");
  EXPECT_EQ(first.stopped_at, S3Hurdle::none);
  EXPECT_EQ(first.our_lead, Milliseconds(-3'600'500));
  http_.then(403, {later}, "<Error><Code>RequestTimeTooSkewed</Code></Error>")
      .then(403, {later}, "<Error><Code>RequestTimeTooSkewed</Code></Error>");
  EXPECT_EQ(inspector().ask("p").stopped_at, S3Hurdle::clock);
}

TEST_F(S3InspectorTest, ARegionThatTheStoreNamesIsLearnt) {
  http_.then_error(400, "AuthorizationHeaderMalformed", "<Region>eu-west-1</Region>").then(200, {}, kEmptyList);
  const S3FirstAnswer first = inspector().ask("p");
  EXPECT_EQ(first.stopped_at, S3Hurdle::none);
  EXPECT_EQ(first.region, "eu-west-1");
  EXPECT_TRUE(first.region_learnt);
  S3Settings given = settings_of();
  given.region = "us-west-2";
  http_.then_error(400, "AuthorizationHeaderMalformed", "<Region>eu-west-1</Region>");
  EXPECT_EQ(inspector(given).ask("p").stopped_at, S3Hurdle::bucket);
}

TEST_F(S3InspectorTest, NoAnswerIsAnError) {
  http_.then_throw(Error(ErrorKind::unavailable, "connecting to `https://s3.example.com`: connection refused"));
  const Error error = error_of([&] { inspector().ask("p"); });
  EXPECT_EQ(error.message(),
            "listing `p` in bucket `history`: connecting to `https://s3.example.com`: connection refused");
}

TEST_F(S3InspectorTest, SpellingsOfAnEtagAreTriedOneByOne) {
  const HttpHeader second{"ETag", "\"def\""};
  http_.then(200, {kEtag}).then_error(412, "PreconditionFailed").then(200, {second});
  EtagSpellings accepted = inspector().accepted_spellings("k");
  EXPECT_FALSE(accepted.quoted);
  EXPECT_TRUE(accepted.unquoted);
  EXPECT_EQ(http_.seen()[0].header("if-match"), "(none)");
  EXPECT_EQ(http_.seen()[1].header("if-match"), "\"abc\"");
  EXPECT_EQ(http_.seen()[2].header("if-match"), "abc");
  http_.then(200, {kEtag}).then(200, {second}).then(200, {kEtag});
  accepted = inspector().accepted_spellings("k");
  EXPECT_TRUE(accepted.quoted && accepted.unquoted);
  EXPECT_EQ(http_.seen()[5].header("if-match"), "def");
  http_.then(200, {kEtag}).then_error(501, "NotImplemented").then_error(501, "NotImplemented");
  accepted = inspector().accepted_spellings("k");
  EXPECT_FALSE(accepted.quoted || accepted.unquoted);
  http_.then(200, {kEtag}).then_error(503, "SlowDown");
  EXPECT_EQ(error_of([&] { inspector().accepted_spellings("k"); }).kind(), ErrorKind::unavailable);
  http_.then_error(403, "AccessDenied");
  EXPECT_EQ(error_of([&] { inspector().accepted_spellings("k"); }).kind(), ErrorKind::denied);
}

TEST_F(S3InspectorTest, VersioningIsOffSuspendedOrOn) {
  http_.then(200, {}, "<VersioningConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"/>")
      .then(200, {}, "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>")
      .then(200, {}, "<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>");
  EXPECT_EQ(inspector().versioning(), BucketVersioning::off);
  EXPECT_EQ(inspector_->versioning(), BucketVersioning::enabled);
  EXPECT_EQ(inspector_->versioning(), BucketVersioning::suspended);
  EXPECT_EQ(http_.seen()[0].url, "https://s3.example.com/history?versioning=");
}

TEST_F(S3InspectorTest, VersioningThatCannotBeTold) {
  http_.then_error(403, "AccessDenied");
  const Error denied = error_of([&] { inspector().versioning(); });
  EXPECT_EQ(denied.kind(), ErrorKind::denied);
  EXPECT_EQ(denied.message(), "asking for the versioning of bucket `history`: access denied (403 AccessDenied)");
  EXPECT_EQ(denied.hint(), "the key needs `s3:GetBucketVersioning` for `history`");
  http_.then_error(501, "NotImplemented");
  EXPECT_EQ(error_of([&] { inspector().versioning(); }).kind(), ErrorKind::usage);
  http_.then(200, {}, kEmptyList);
  EXPECT_EQ(error_of([&] { inspector().versioning(); }).message(),
            "asking for the versioning of bucket `history`: the answer cannot be understood");
}

}  // namespace
}  // namespace unentropy
