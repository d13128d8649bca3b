#include "store/s3_inspector.h"

#include <array>

#include "store/s3_xml.h"

namespace unentropy {
namespace {

bool is_success(const HttpResponse& response) { return response.status >= 200 && response.status < 300; }

struct CodeHurdle {
  std::string_view code;
  S3Hurdle hurdle;
};

constexpr std::array<CodeHurdle, 21> kHurdles{{
    {"InvalidAccessKeyId", S3Hurdle::credentials},
    {"SignatureDoesNotMatch", S3Hurdle::credentials},
    {"InvalidToken", S3Hurdle::credentials},
    {"InvalidTokenId", S3Hurdle::credentials},
    {"ExpiredToken", S3Hurdle::credentials},
    {"TokenRefreshRequired", S3Hurdle::credentials},
    {"RequestExpired", S3Hurdle::credentials},
    {"InvalidSecurity", S3Hurdle::credentials},
    {"AccountProblem", S3Hurdle::credentials},
    {"NotSignedUp", S3Hurdle::credentials},
    {"UserSuspended", S3Hurdle::credentials},
    {"RequestTimeTooSkewed", S3Hurdle::clock},
    {"NoSuchBucket", S3Hurdle::bucket},
    {"InvalidBucketName", S3Hurdle::bucket},
    {"AllAccessDisabled", S3Hurdle::bucket},
    {"PermanentRedirect", S3Hurdle::bucket},
    {"TemporaryRedirect", S3Hurdle::bucket},
    {"IllegalLocationConstraintException", S3Hurdle::bucket},
    // Before a store looks at the signature, it looks at the region in it.
    {"AuthorizationHeaderMalformed", S3Hurdle::bucket},
    {"InvalidRegionName", S3Hurdle::bucket},
    {"AccessDenied", S3Hurdle::permission},
}};

S3Hurdle hurdle_of(const S3Answer& answer) {
  for (const CodeHurdle& known : kHurdles) {
    if (known.code == answer.code) return known.hurdle;
  }
  if (answer.status == 401) return S3Hurdle::credentials;
  if (answer.status == 403) return S3Hurdle::permission;
  // A redirect that names a region is a store's; any other can be anybody's.
  if (answer.status >= 300 && answer.status < 400 && !answer.region.empty()) return S3Hurdle::bucket;
  return S3Hurdle::endpoint;
}

}  // namespace

S3FirstAnswer S3Inspector::ask(const std::string& prefix) {
  S3Call call;
  call.attempt = {S3Operation::list, prefix, {}};
  call.query = {{"list-type", "2"}, {"max-keys", "1"}, {"prefix", prefix}};
  const std::string region = session_.place().region;
  const HttpResponse response = session_.send(call);
  const Instant now = clock_.now();

  S3FirstAnswer first;
  first.region = session_.place().region;
  first.region_learnt = first.region != region;
  const S3Answer answer = answer_of(response);
  // A date says when its second began.
  if (answer.server_time) first.our_lead = now - *answer.server_time - Milliseconds{500};
  if (!is_success(response)) {
    first.stopped_at = hurdle_of(answer);
    first.failure = session_.failure(call, answer);
  } else if (!parse_s3_list(response.body)) {
    first.stopped_at = S3Hurdle::endpoint;
    first.failure = Error(ErrorKind::unavailable,
                          describe(call.attempt, session_.place()) + ": the answer is not that of an S3 store",
                          "check `s3-endpoint`, and whether something between answers in its place");
  }
  return first;
}

// The ETag of what was written; nothing if the store refused the condition.
std::optional<std::string> S3Inspector::replace(const std::string& key, const std::string& condition,
                                                const std::string& bytes) {
  const ObjectContent content = ObjectContent::from_bytes(bytes);
  S3Call call;
  call.attempt = {S3Operation::write, key, {}};
  call.method = "PUT";
  call.key = key;
  call.content = &content;
  call.headers = {{"content-type", "text/plain"}};
  if (!condition.empty()) call.headers.push_back({"if-match", condition});
  const HttpResponse response = session_.send(call);
  const S3Answer answer = answer_of(response);
  if (is_success(response) && answer.code.empty()) return response.header("etag").value_or("");
  const bool refused = response.status == 412 || response.status == 409 || answer.says_not_implemented();
  if (condition.empty() || !refused) throw session_.failure(call, answer);
  return std::nullopt;
}

EtagSpellings S3Inspector::accepted_spellings(const std::string& key) {
  const auto bare = [](std::string etag) {
    std::erase(etag, '"');
    return etag;
  };
  EtagSpellings accepted;
  std::string etag = bare(*replace(key, "", "unentropy\n"));
  if (const auto replaced = replace(key, "\"" + etag + "\"", "unentropy, quoted\n")) {
    accepted.quoted = true;
    etag = bare(*replaced);
  }
  accepted.unquoted = replace(key, etag, "unentropy, unquoted\n").has_value();
  return accepted;
}

BucketVersioning S3Inspector::versioning() {
  S3Call call;
  call.attempt.operation = S3Operation::ask_versioning;
  call.query = {{"versioning", ""}};
  const HttpResponse response = session_.send(call);
  if (!is_success(response)) throw session_.failure(call, response);
  const auto status = parse_s3_versioning(response.body);
  if (!status) {
    throw Error(ErrorKind::unavailable, describe(call.attempt, session_.place()) + ": the answer cannot be understood");
  }
  if (*status == "Enabled") return BucketVersioning::enabled;
  if (*status == "Suspended") return BucketVersioning::suspended;
  return BucketVersioning::off;
}

}  // namespace unentropy
