#include "store/s3_failure.h"

#include <array>
#include <string_view>

#include <fmt/format.h>

#include "base/text.h"
#include "store/s3_xml.h"

namespace unentropy {
namespace {

constexpr std::string_view kTryLater = "the store may recover by itself: run the job again";

// `{bucket}`, `{endpoint}`, `{region}` (signed for), `{right-region}`, `{permission}` and `{skew}` are filled in.
struct Meaning {
  std::string_view code;
  ErrorKind kind;
  std::string_view cause;  // empty: the server's own words
  std::string_view hint;
};

constexpr std::array<Meaning, 42> kMeanings{{
    {"InvalidAccessKeyId", ErrorKind::denied, "the access key id is not known there",
     "check `s3-access-key-id`, and that it is a key of `{endpoint}`"},
    {"SignatureDoesNotMatch", ErrorKind::denied, "the signature is not accepted",
     "check `s3-secret-access-key`: it must belong to `s3-access-key-id`, and that to `{endpoint}`"},
    {"AuthorizationHeaderMalformed", ErrorKind::denied, "the request was signed for region `{region}`",
     "set `s3-region` to {right-region}"},
    // Cloudflare R2.
    {"InvalidRegionName", ErrorKind::denied, "the request was signed for region `{region}`",
     "set `s3-region` to {right-region}, or leave it out"},
    {"InvalidToken", ErrorKind::denied, "the session token is not accepted",
     "check `s3-session-token`: it must have been issued together with `s3-access-key-id`"},
    {"InvalidTokenId", ErrorKind::denied, "the session token is not accepted",
     "check `s3-session-token`: it must have been issued together with `s3-access-key-id`"},
    {"ExpiredToken", ErrorKind::denied, "the credentials have expired",
     "request credentials that are valid for longer than the job takes"},
    {"TokenRefreshRequired", ErrorKind::denied, "the credentials have expired",
     "request credentials that are valid for longer than the job takes"},
    {"RequestExpired", ErrorKind::denied, "the credentials have expired",
     "request credentials that are valid for longer than the job takes"},
    {"RequestTimeTooSkewed", ErrorKind::denied, "the clock of this machine {skew}",
     "set the clock of the runner; if it is right, the clocks of the store differ among themselves"},
    {"AccessDenied", ErrorKind::denied, "access denied", "{permission}"},
    {"AllAccessDisabled", ErrorKind::denied, "all access to the bucket is disabled", "ask the owner of the bucket"},
    {"AccountProblem", ErrorKind::denied, "there is a problem with the account", "ask the store's provider"},
    {"NotSignedUp", ErrorKind::denied, "the account is not signed up for the store", "ask the store's provider"},
    {"UserSuspended", ErrorKind::denied, "the account is suspended", "ask the administrator of the store"},
    {"InvalidObjectState", ErrorKind::denied, "the object is in an archive storage class",
     "restore it from the archive, and exclude it from the lifecycle rule that moved it there"},
    {"QuotaExceeded", ErrorKind::denied, "the quota is used up", "free space or have the quota raised"},
    {"NoSuchBucket", ErrorKind::not_found, "there is no bucket `{bucket}` at `{endpoint}`",
     "check `s3-bucket`, `s3-endpoint` and `s3-region`; the bucket must exist before the first run"},
    {"InvalidBucketName", ErrorKind::usage, "`{bucket}` is not the name of a bucket", "check `s3-bucket`"},
    {"PermanentRedirect", ErrorKind::usage, "the bucket is not in region `{region}` of `{endpoint}`",
     "set `s3-region` to {right-region}, and `s3-endpoint` to that region's endpoint or leave it out"},
    {"TemporaryRedirect", ErrorKind::usage, "the bucket is not in region `{region}` of `{endpoint}`",
     "set `s3-region` to {right-region}, and `s3-endpoint` to that region's endpoint or leave it out"},
    {"IllegalLocationConstraintException", ErrorKind::usage, "the bucket is not in region `{region}` of `{endpoint}`",
     "set `s3-region` to {right-region}, and `s3-endpoint` to that region's endpoint or leave it out"},
    {"KeyTooLongError", ErrorKind::usage, "the key is too long", "choose a shorter `database-key`"},
    {"KeyTooLong", ErrorKind::usage, "the key is too long", "choose a shorter `database-key`"},
    {"EntityTooLarge", ErrorKind::usage, "it is larger than the store takes in one request", ""},
    {"NotImplemented", ErrorKind::usage, "the store does not support the request",
     "check that `s3-endpoint` is that of an S3 store; `unentropy doctor` says what it lacks"},
    {"BadDigest", ErrorKind::unavailable, "other bytes arrived than were sent", kTryLater},
    {"XAmzContentSHA256Mismatch", ErrorKind::unavailable, "other bytes arrived than were sent", kTryLater},
    {"IncompleteBody", ErrorKind::unavailable, "fewer bytes arrived than were sent", kTryLater},
    {"OperationAborted", ErrorKind::unavailable, "another request was changing the same thing", kTryLater},
    {"ConditionalRequestConflict", ErrorKind::unavailable, "another request was changing the same thing", kTryLater},
    {"SlowDown", ErrorKind::unavailable, "the store asks for fewer requests", kTryLater},
    {"SlowDownRead", ErrorKind::unavailable, "the store asks for fewer requests", kTryLater},
    {"SlowDownWrite", ErrorKind::unavailable, "the store asks for fewer requests", kTryLater},
    {"TooManyRequests", ErrorKind::unavailable, "the store asks for fewer requests", kTryLater},
    {"RequestTimeout", ErrorKind::unavailable, "the store waited too long for the request", kTryLater},
    {"InternalError", ErrorKind::unavailable, "the store has trouble", kTryLater},
    {"InternalServerError", ErrorKind::unavailable, "the store has trouble", kTryLater},
    {"ServiceUnavailable", ErrorKind::unavailable, "the store has trouble", kTryLater},
    {"ServerSideError", ErrorKind::unavailable, "the store has trouble", kTryLater},
    {"UnknownError", ErrorKind::unavailable, "the store has trouble", kTryLater},
    {"Busy", ErrorKind::unavailable, "the store asks for fewer requests", kTryLater},
}};

// For answers without a code that says more.
Meaning meaning_of_status(int status) {
  switch (status) {
    case 401:
      return {"", ErrorKind::denied, "the credentials are not accepted",
              "check `s3-access-key-id` and `s3-secret-access-key`"};
    case 403:
      return {"", ErrorKind::denied, "access denied", "{permission}"};
    case 404:
      return {"", ErrorKind::not_found, "not found, and the answer does not say what",
              "check `s3-endpoint`: `{endpoint}` does not answer as an S3 store does"};
    case 407:
      return {"", ErrorKind::denied, "the proxy wants credentials", "put user and password into the proxy's URL"};
    case 408:
      return {"", ErrorKind::unavailable, "the store waited too long for the request", kTryLater};
    case 429:
      return {"", ErrorKind::unavailable, "the store asks for fewer requests", kTryLater};
    case 501:
      return {"", ErrorKind::usage, "the store does not support the request",
              "check that `s3-endpoint` is that of an S3 store; `unentropy doctor` says what it lacks"};
    default:
      break;
  }
  if (status >= 500) return {"", ErrorKind::unavailable, "the store has trouble", kTryLater};
  if (status >= 400) return {"", ErrorKind::usage, "", "check `s3-endpoint` and the other S3 settings"};
  if (status >= 300) {
    return {"", ErrorKind::usage, "redirected elsewhere, which is not followed",
            "check `s3-endpoint`; the right region is {right-region}"};
  }
  return {"", ErrorKind::unavailable, "an answer that makes no sense", kTryLater};
}

Meaning meaning_of(const S3Answer& answer) {
  for (const Meaning& meaning : kMeanings) {
    if (meaning.code == answer.code) return meaning;
  }
  return meaning_of_status(answer.status);
}

std::string permission(const S3Attempt& attempt, const S3Place& place) {
  const std::string object = fmt::format("`{}/{}`", place.bucket, single_line(attempt.key, 100));
  switch (attempt.operation) {
    case S3Operation::look:
    case S3Operation::read:
      return "the key needs `s3:GetObject` for " + object +
             "; where it lacks `s3:ListBucket`, an object that does not exist is answered like this as well";
    case S3Operation::write:
      return "the key needs `s3:PutObject` for " + object;
    case S3Operation::list:
      return fmt::format("the key needs `s3:ListBucket` for `{}`", place.bucket);
    case S3Operation::remove:
      return "the key needs `s3:DeleteObject` for " + object;
    case S3Operation::copy:
      return fmt::format("the key needs `s3:GetObject` for {} and `s3:PutObject` for `{}/{}`", object, place.bucket,
                         single_line(attempt.target, 100));
    case S3Operation::ask_versioning:
      return fmt::format("the key needs `s3:GetBucketVersioning` for `{}`", place.bucket);
  }
  return {};
}

// What answers need on their way, and clocks may differ by without anybody's fault.
constexpr Milliseconds kNoSkew = std::chrono::minutes(1);

std::string skew_text(const S3Answer& answer, Instant now) {
  if (!answer.server_time) return "is wrong";
  const Milliseconds skew = now - *answer.server_time;
  if (std::chrono::abs(skew) < kNoSkew) return "agrees with this answer's, and yet is not accepted";
  return fmt::format("is {} {} that of the store", format_duration(std::chrono::abs(skew)),
                     skew.count() > 0 ? "ahead of" : "behind");
}

// Seconds, or a date (RFC 9110, Retry-After).
std::optional<Milliseconds> parse_retry_after(const HttpResponse& response, const std::optional<Instant>& server_time) {
  const auto text = response.header("retry-after");
  if (!text) return std::nullopt;
  if (const auto seconds = parse_integer(trim(*text)); seconds && *seconds >= 0 && *seconds <= 86'400) {
    return std::chrono::seconds(*seconds);
  }
  const auto date = parse_http_date(trim(*text));
  if (!date || !server_time || *date < *server_time) return std::nullopt;
  return *date - *server_time;
}

}  // namespace

std::string describe(const S3Attempt& attempt, const S3Place& place) {
  const std::string key = "`" + single_line(attempt.key, 100) + "`";
  const std::string bucket = " in bucket `" + place.bucket + "`";
  switch (attempt.operation) {
    case S3Operation::look:
      return "looking for " + key + bucket;
    case S3Operation::read:
      return "reading " + key + bucket;
    case S3Operation::write:
      return "writing " + key + bucket;
    case S3Operation::list:
      return attempt.key.empty() ? "listing bucket `" + place.bucket + "`" : "listing " + key + bucket;
    case S3Operation::remove:
      return "deleting " + key + bucket;
    case S3Operation::copy:
      return "copying " + key + " to `" + single_line(attempt.target, 100) + "`" + bucket;
    case S3Operation::ask_versioning:
      return "asking for the versioning of bucket `" + place.bucket + "`";
  }
  return {};
}

S3Answer answer_of(const HttpResponse& response) {
  S3Answer answer;
  answer.status = response.status;
  if (const auto date = response.header("date")) answer.server_time = parse_http_date(trim(*date));
  answer.retry_after = parse_retry_after(response, answer.server_time);
  answer.region = response.header("x-amz-bucket-region").value_or("");
  if (auto document = parse_s3_error(response.body)) {
    answer.code = single_line(document->code, 60);
    answer.message = single_line(document->message);
    if (!document->region.empty()) answer.region = document->region;
  }
  answer.region = single_line(answer.region, 60);
  return answer;
}

Error failure_of(const S3Attempt& attempt, const S3Place& place, const S3Answer& answer, Instant now) {
  const Meaning meaning = meaning_of(answer);
  const auto fill = [&](std::string_view text) {
    std::string out = replace_all(text, "{permission}", permission(attempt, place));
    out = replace_all(out, "{bucket}", place.bucket);
    out = replace_all(out, "{endpoint}", place.endpoint.text());
    out = replace_all(out, "{region}", place.region);
    out = replace_all(out, "{skew}", skew_text(answer, now));
    return replace_all(out, "{right-region}",
                       answer.region.empty() ? "the region of the bucket" : "`" + answer.region + "`");
  };
  const std::string code = answer.code.empty() ? "" : " " + answer.code;
  std::string cause = fill(meaning.cause);
  if (cause.empty()) cause = "the store refused";
  // Where S3's code says it all, the server's words would only repeat it; a denial may name who lacks what.
  const bool quote = meaning.code.empty() || meaning.code == "AccessDenied" || meaning.cause.empty();
  const std::string words = quote && !answer.message.empty() ? ": " + answer.message : "";
  return Error(meaning.kind,
               fmt::format("{}: {} ({}{}{})", describe(attempt, place), cause, answer.status, code, words),
               fill(meaning.hint))
      .with_retry({.after = answer.retry_after,
                   .not_sent = false,
                   .only_this_operation = meaning.kind == ErrorKind::denied && answer.code == "AccessDenied"});
}

Error failure_of(const S3Attempt& attempt, const S3Place& place, const Error& transport) {
  std::string hint = transport.hint();
  if (hint.empty() && transport.kind() == ErrorKind::denied) {
    hint = "if the certificate is signed by an authority of your own, give that one's certificate with `s3-ca-file`";
  }
  if (hint.empty() && transport.kind() == ErrorKind::unavailable) {
    hint = transport.retry().not_sent ? "check `s3-endpoint` and the network between" : std::string(kTryLater);
  }
  return Error(transport.kind(), describe(attempt, place) + ": " + transport.message(), std::move(hint))
      .with_retry(transport.retry());
}

}  // namespace unentropy
