#include "store/s3_failure.h"

#include <gtest/gtest.h>

namespace unentropy {
namespace {

const Instant kNow = *parse_instant("2025-02-03T04:05:06Z");

S3Place place() {
  S3Settings settings;
  settings.endpoint = "https://s3.example.com:9000";
  settings.bucket = "history";
  return place_of(settings);
}

struct FailureCase {
  S3Operation operation;
  int status;
  const char* code;
  ErrorKind kind;
  const char* message;
  const char* hint;
};

constexpr const char* kLater = "the store may recover by itself: run the job again";

// Every row is what a user reads; this is the page to review them on.
const FailureCase kCases[] = {
    {S3Operation::read, 403, "InvalidAccessKeyId", ErrorKind::denied,
     "reading `m.db` in bucket `history`: the access key id is not known there (403 InvalidAccessKeyId)",
     "check `s3-access-key-id`, and that it is a key of `https://s3.example.com:9000`"},
    {S3Operation::read, 403, "SignatureDoesNotMatch", ErrorKind::denied,
     "reading `m.db` in bucket `history`: the signature is not accepted (403 SignatureDoesNotMatch)",
     "check `s3-secret-access-key`: it must belong to `s3-access-key-id`, and that to `https://s3.example.com:9000`"},
    {S3Operation::read, 400, "AuthorizationHeaderMalformed", ErrorKind::denied,
     "reading `m.db` in bucket `history`: the request was signed for region `us-east-1` (400 "
     "AuthorizationHeaderMalformed)",
     "set `s3-region` to the region of the bucket"},
    {S3Operation::read, 400, "InvalidToken", ErrorKind::denied,
     "reading `m.db` in bucket `history`: the session token is not accepted (400 InvalidToken)",
     "check `s3-session-token`: it must have been issued together with `s3-access-key-id`"},
    {S3Operation::write, 400, "ExpiredToken", ErrorKind::denied,
     "writing `m.db` in bucket `history`: the credentials have expired (400 ExpiredToken)",
     "request credentials that are valid for longer than the job takes"},
    {S3Operation::write, 403, "RequestExpired", ErrorKind::denied,
     "writing `m.db` in bucket `history`: the credentials have expired (403 RequestExpired)",
     "request credentials that are valid for longer than the job takes"},
    {S3Operation::read, 401, "", ErrorKind::denied,
     "reading `m.db` in bucket `history`: the credentials are not accepted (401)",
     "check `s3-access-key-id` and `s3-secret-access-key`"},
    {S3Operation::read, 403, "AccessDenied", ErrorKind::denied,
     "reading `m.db` in bucket `history`: access denied (403 AccessDenied)",
     "the key needs `s3:GetObject` for `history/m.db`; where it lacks `s3:ListBucket`, an object that does not exist "
     "is answered like this as well"},
    {S3Operation::look, 403, "", ErrorKind::denied, "looking for `m.db` in bucket `history`: access denied (403)",
     "the key needs `s3:GetObject` for `history/m.db`; where it lacks `s3:ListBucket`, an object that does not exist "
     "is answered like this as well"},
    {S3Operation::write, 403, "AccessDenied", ErrorKind::denied,
     "writing `m.db` in bucket `history`: access denied (403 AccessDenied)",
     "the key needs `s3:PutObject` for `history/m.db`"},
    {S3Operation::list, 403, "AccessDenied", ErrorKind::denied,
     "listing `m.db` in bucket `history`: access denied (403 AccessDenied)",
     "the key needs `s3:ListBucket` for `history`"},
    {S3Operation::remove, 403, "AccessDenied", ErrorKind::denied,
     "deleting `m.db` in bucket `history`: access denied (403 AccessDenied)",
     "the key needs `s3:DeleteObject` for `history/m.db`"},
    {S3Operation::copy, 403, "AccessDenied", ErrorKind::denied,
     "copying `m.db` to `m.db.backup` in bucket `history`: access denied (403 AccessDenied)",
     "the key needs `s3:GetObject` for `history/m.db` and `s3:PutObject` for `history/m.db.backup`"},
    {S3Operation::read, 403, "UserSuspended", ErrorKind::denied,
     "reading `m.db` in bucket `history`: the account is suspended (403 UserSuspended)",
     "ask the administrator of the store"},
    {S3Operation::read, 403, "InvalidObjectState", ErrorKind::denied,
     "reading `m.db` in bucket `history`: the object is in an archive storage class (403 InvalidObjectState)",
     "restore it from the archive, and exclude it from the lifecycle rule that moved it there"},
    {S3Operation::write, 403, "QuotaExceeded", ErrorKind::denied,
     "writing `m.db` in bucket `history`: the quota is used up (403 QuotaExceeded)",
     "free space or have the quota raised"},
    {S3Operation::read, 404, "NoSuchBucket", ErrorKind::not_found,
     "reading `m.db` in bucket `history`: there is no bucket `history` at `https://s3.example.com:9000` (404 "
     "NoSuchBucket)",
     "check `s3-bucket`, `s3-endpoint` and `s3-region`; the bucket must exist before the first run"},
    {S3Operation::read, 404, "", ErrorKind::not_found,
     "reading `m.db` in bucket `history`: not found, and the answer does not say what (404)",
     "check `s3-endpoint`: `https://s3.example.com:9000` does not answer as an S3 store does"},
    {S3Operation::read, 301, "PermanentRedirect", ErrorKind::usage,
     "reading `m.db` in bucket `history`: the bucket is not in region `us-east-1` of `https://s3.example.com:9000` "
     "(301 PermanentRedirect)",
     "set `s3-region` to the region of the bucket, and `s3-endpoint` to that region's endpoint or leave it out"},
    {S3Operation::read, 307, "", ErrorKind::usage,
     "reading `m.db` in bucket `history`: redirected elsewhere, which is not followed (307)",
     "check `s3-endpoint`; the right region is the region of the bucket"},
    {S3Operation::read, 400, "InvalidBucketName", ErrorKind::usage,
     "reading `m.db` in bucket `history`: `history` is not the name of a bucket (400 InvalidBucketName)",
     "check `s3-bucket`"},
    {S3Operation::write, 400, "EntityTooLarge", ErrorKind::usage,
     "writing `m.db` in bucket `history`: it is larger than the store takes in one request (400 EntityTooLarge)", ""},
    {S3Operation::write, 501, "NotImplemented", ErrorKind::usage,
     "writing `m.db` in bucket `history`: the store does not support the request (501 NotImplemented)",
     "check that `s3-endpoint` is that of an S3 store; `unentropy doctor` says what it lacks"},
    {S3Operation::read, 400, "InvalidArgument", ErrorKind::usage,
     "reading `m.db` in bucket `history`: the store refused (400 InvalidArgument)",
     "check `s3-endpoint` and the other S3 settings"},
    {S3Operation::read, 407, "", ErrorKind::denied,
     "reading `m.db` in bucket `history`: the proxy wants credentials (407)",
     "put user and password into the proxy's URL"},
    {S3Operation::write, 400, "XAmzContentSHA256Mismatch", ErrorKind::unavailable,
     "writing `m.db` in bucket `history`: other bytes arrived than were sent (400 XAmzContentSHA256Mismatch)", kLater},
    {S3Operation::write, 400, "RequestTimeout", ErrorKind::unavailable,
     "writing `m.db` in bucket `history`: the store waited too long for the request (400 RequestTimeout)", kLater},
    {S3Operation::read, 408, "", ErrorKind::unavailable,
     "reading `m.db` in bucket `history`: the store waited too long for the request (408)", kLater},
    {S3Operation::read, 429, "", ErrorKind::unavailable,
     "reading `m.db` in bucket `history`: the store asks for fewer requests (429)", kLater},
    {S3Operation::read, 503, "SlowDown", ErrorKind::unavailable,
     "reading `m.db` in bucket `history`: the store asks for fewer requests (503 SlowDown)", kLater},
    {S3Operation::read, 500, "InternalError", ErrorKind::unavailable,
     "reading `m.db` in bucket `history`: the store has trouble (500 InternalError)", kLater},
    {S3Operation::read, 502, "", ErrorKind::unavailable,
     "reading `m.db` in bucket `history`: the store has trouble (502)", kLater},
    {S3Operation::read, 504, "", ErrorKind::unavailable,
     "reading `m.db` in bucket `history`: the store has trouble (504)", kLater},
    {S3Operation::read, 522, "", ErrorKind::unavailable,
     "reading `m.db` in bucket `history`: the store has trouble (522)", kLater},
    {S3Operation::copy, 200, "InternalError", ErrorKind::unavailable,
     "copying `m.db` to `m.db.backup` in bucket `history`: the store has trouble (200 InternalError)", kLater},
};

TEST(S3Failure, F008_EveryAnswerHasKindCauseAndRemedy) {
  for (const FailureCase& tested : kCases) {
    S3Answer answer;
    answer.status = tested.status;
    answer.code = tested.code;
    const Error error = failure_of({tested.operation, "m.db", "m.db.backup"}, place(), answer, kNow);
    EXPECT_EQ(error.message(), tested.message);
    EXPECT_EQ(error.hint(), tested.hint) << tested.message;
    EXPECT_EQ(error.kind(), tested.kind) << tested.message;
  }
}

TEST(S3Failure, TheServersWordsAreQuotedWhereTheyAddSomething) {
  S3Answer answer;
  answer.status = 403;
  answer.code = "AccessDenied";
  answer.message = "User: arn:aws:iam::1:user/ci is not authorized to perform: s3:PutObject";
  EXPECT_EQ(failure_of({S3Operation::write, "m.db", ""}, place(), answer, kNow).message(),
            "writing `m.db` in bucket `history`: access denied (403 AccessDenied: User: arn:aws:iam::1:user/ci is not "
            "authorized to perform: s3:PutObject)");
  answer.code = "NoSuchBucket";
  answer.status = 404;
  answer.message = "The specified bucket does not exist";
  EXPECT_EQ(failure_of({S3Operation::write, "m.db", ""}, place(), answer, kNow).message(),
            "writing `m.db` in bucket `history`: there is no bucket `history` at `https://s3.example.com:9000` (404 "
            "NoSuchBucket)");
  answer.status = 400;
  answer.code = "InvalidArgument";
  answer.message = "Bad header";
  EXPECT_EQ(failure_of({S3Operation::write, "m.db", ""}, place(), answer, kNow).message(),
            "writing `m.db` in bucket `history`: the store refused (400 InvalidArgument: Bad header)");
}

TEST(S3Failure, TheRightRegionIsNamedWhereTheStoreTellsIt) {
  S3Answer answer;
  answer.status = 301;
  answer.code = "PermanentRedirect";
  answer.region = "eu-west-1";
  EXPECT_EQ(failure_of({S3Operation::read, "m.db", ""}, place(), answer, kNow).hint(),
            "set `s3-region` to `eu-west-1`, and `s3-endpoint` to that region's endpoint or leave it out");
  answer.code = "AuthorizationHeaderMalformed";
  EXPECT_EQ(failure_of({S3Operation::read, "m.db", ""}, place(), answer, kNow).hint(),
            "set `s3-region` to `eu-west-1`");
}

TEST(S3Failure, ClockSkewIsMeasured) {
  S3Answer answer;
  answer.status = 403;
  answer.code = "RequestTimeTooSkewed";
  const auto message = [&] { return failure_of({S3Operation::read, "m.db", ""}, place(), answer, kNow).message(); };
  EXPECT_EQ(message(),
            "reading `m.db` in bucket `history`: the clock of this machine is wrong (403 RequestTimeTooSkewed)");
  answer.server_time = kNow - std::chrono::minutes(20);
  EXPECT_EQ(message(),
            "reading `m.db` in bucket `history`: the clock of this machine is 20 min 0 s ahead of that of the store "
            "(403 RequestTimeTooSkewed)");
  answer.server_time = kNow + std::chrono::seconds(2);
  EXPECT_EQ(message(),
            "reading `m.db` in bucket `history`: the clock of this machine agrees with this answer's, and yet is not "
            "accepted "
            "(403 RequestTimeTooSkewed)");
  answer.server_time = kNow + std::chrono::minutes(20);
  EXPECT_EQ(message(),
            "reading `m.db` in bucket `history`: the clock of this machine is 20 min 0 s behind that of the store "
            "(403 RequestTimeTooSkewed)");
}

HttpResponse response(int status, std::vector<HttpHeader> headers, std::string body = "") {
  HttpResponse out;
  out.status = status;
  out.headers = std::move(headers);
  out.body = std::move(body);
  return out;
}

TEST(S3Answer, ReadsBodyAndHeaders) {
  const S3Answer answer =
      answer_of(response(403, {{"Date", "Mon, 03 Feb 2025 04:05:06 GMT"}, {"X-Amz-Bucket-Region", "eu-west-1"}},
                         "<Error><Code>AccessDenied</Code><Message>No\n::error::way</Message></Error>"));
  EXPECT_EQ(answer.code, "AccessDenied");
  EXPECT_EQ(answer.message, "No ::error::way");
  EXPECT_EQ(answer.region, "eu-west-1");
  EXPECT_EQ(answer.server_time, kNow);
}

TEST(S3Answer, OnlyACodeSaysThatAKeyIsMissing) {
  EXPECT_TRUE(answer_of(response(404, {}, "<Error><Code>NoSuchKey</Code></Error>")).says_no_such_key());
  EXPECT_FALSE(answer_of(response(404, {}, "")).says_no_such_key());
  EXPECT_FALSE(answer_of(response(404, {}, "<html>not found</html>")).says_no_such_key());
  EXPECT_FALSE(answer_of(response(404, {}, "<Error><Code>NoSuchBucket</Code></Error>")).says_no_such_key());
  EXPECT_FALSE(answer_of(response(503, {}, "<Error><Code>NoSuchKey</Code></Error>")).says_no_such_key());
  EXPECT_FALSE(answer_of(response(404, {}, "<Error><Code>NoSuchKey</Code>")).says_no_such_key());
}

TEST(S3Answer, RetryAfterIsSecondsOrADate) {
  const HttpHeader date{"Date", "Mon, 03 Feb 2025 04:05:06 GMT"};
  const auto after = [&](const char* value) {
    return answer_of(response(503, {date, {"Retry-After", value}})).retry_after;
  };
  EXPECT_EQ(after("7"), std::chrono::seconds(7));
  EXPECT_EQ(after("0"), std::chrono::seconds(0));
  EXPECT_EQ(after("Mon, 03 Feb 2025 04:05:16 GMT"), std::chrono::seconds(10));
  EXPECT_EQ(after("Mon, 03 Feb 2025 04:05:00 GMT"), std::nullopt);
  EXPECT_EQ(after("-1"), std::nullopt);
  EXPECT_EQ(after("soon"), std::nullopt);
  EXPECT_EQ(after("999999999999"), std::nullopt);
  const Error error =
      failure_of({S3Operation::read, "m.db", ""}, place(), answer_of(response(503, {{"Retry-After", "7"}})), kNow);
  EXPECT_EQ(error.retry().after, std::chrono::seconds(7));
  EXPECT_FALSE(error.retry().not_sent);
}

TEST(S3Failure, TransportFailuresNameTheAttemptAndTheInput) {
  const S3Attempt attempt{S3Operation::read, "m.db", ""};
  const Error refused =
      failure_of(attempt, place(),
                 Error(ErrorKind::unavailable, "connecting to `https://h`: connection refused").with_retry({{}, true}));
  EXPECT_EQ(refused.kind(), ErrorKind::unavailable);
  EXPECT_EQ(refused.message(), "reading `m.db` in bucket `history`: connecting to `https://h`: connection refused");
  EXPECT_EQ(refused.hint(), "check `s3-endpoint` and the network between");
  EXPECT_TRUE(refused.retry().not_sent);
  const Error cut = failure_of(attempt, place(), Error(ErrorKind::unavailable, "receiving from `https://h`: cut"));
  EXPECT_EQ(cut.hint(), kLater);
  EXPECT_FALSE(cut.retry().not_sent);
  const Error untrusted = failure_of(attempt, place(), Error(ErrorKind::denied, "its certificate is not trusted"));
  EXPECT_EQ(untrusted.hint(),
            "if the certificate is signed by an authority of your own, give that one's certificate with `s3-ca-file`");
  const Error disk = failure_of(attempt, place(), Error(ErrorKind::io, "writing `x`: no space", "free some"));
  EXPECT_EQ(disk.hint(), "free some");
  EXPECT_EQ(disk.kind(), ErrorKind::io);
}

}  // namespace
}  // namespace unentropy
