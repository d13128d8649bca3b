#include "store/s3_session.h"

#include "base/hash.h"
#include "base/text.h"
#include "store/content_body.h"

namespace unentropy {
namespace {

// S3 refuses signatures that are 15 minutes off; some stores say so with a bare 403.
constexpr Milliseconds kTolerableSkew = std::chrono::minutes(10);

Secret trimmed(const Secret& secret) { return Secret(std::string(trim(secret.reveal()))); }

}  // namespace

S3Session::S3Session(const S3Settings& settings, HttpClient& http, Clock& clock)
    : place_(place_of(settings)),
      credentials_{trimmed(settings.access_key_id), trimmed(settings.secret_access_key),
                   trimmed(settings.session_token)},
      timeout_(settings.request_timeout),
      http_(http),
      clock_(clock) {}

Instant S3Session::signing_time() const { return clock_.now() + clock_offset_; }

HttpResponse S3Session::send_once(const S3Call& call) {
  const SigningScope scope{signing_time(), place_.region};
  SignableRequest signable;
  signable.method = call.method;
  signable.path = place_.path(call.key);
  signable.query = canonical_query(call.query);
  signable.payload_sha256 = hex(call.content == nullptr ? sha256("") : call.content->sha256());
  signable.headers = {{"host", place_.authority()},
                      {"x-amz-content-sha256", signable.payload_sha256},
                      {"x-amz-date", format_basic(scope.time)}};
  for (const HttpHeader& header : call.headers) signable.headers.emplace_back(header.name, header.value);

  HttpRequest request;
  request.method = call.method;
  request.url = place_.base() + signable.path + (signable.query.empty() ? "" : "?" + signable.query);
  for (const auto& [name, value] : signable.headers) request.headers.push_back({name, value});
  request.secret_headers.emplace_back("authorization", authorization(signable, credentials_, scope));
  if (!credentials_.session_token.empty()) {
    request.secret_headers.emplace_back("x-amz-security-token", credentials_.session_token);
  }
  std::unique_ptr<BodySource> body;
  if (call.content != nullptr) body = make_content_body(*call.content);
  request.body = body.get();
  request.sink = call.sink;
  request.max_body_bytes = call.max_body_bytes;
  request.timeout = timeout_;
  try {
    return http_.perform(request);
  } catch (const Error& error) {
    throw failure_of(call.attempt, place_, error);
  }
}

bool S3Session::correct(const S3Call& call, const HttpResponse& response) {
  if (response.status != 400 && response.status != 403) return false;
  const S3Answer answer = answer_of(response);
  // With this, a store that knows the region of the bucket says it; the host stays the same.
  if (answer.code == "AuthorizationHeaderMalformed" && !answer.region.empty() && !place_.region_given &&
      answer.region != place_.region && !region_corrected_) {
    region_corrected_ = true;
    place_.region = answer.region;
    return true;
  }
  // The answer to HEAD has no body, so its code is unknown.
  const bool about_time = answer.code == "RequestTimeTooSkewed" || call.method == "HEAD" ||
                          (response.status == 403 && answer.code != "ExpiredToken");
  if (!about_time || clock_corrected_ || !answer.server_time) return false;
  const Milliseconds skew = *answer.server_time - signing_time();
  if (answer.code != "RequestTimeTooSkewed" && std::chrono::abs(skew) < kTolerableSkew) return false;
  clock_corrected_ = true;
  clock_offset_ += skew;
  return true;
}

HttpResponse S3Session::send(const S3Call& call) {
  HttpResponse response = send_once(call);
  while (correct(call, response)) response = send_once(call);
  return response;
}

Error S3Session::failure(const S3Call& call, S3Answer answer) const {
  for (const Secret* secret :
       {&credentials_.access_key_id, &credentials_.secret_access_key, &credentials_.session_token}) {
    if (!secret->empty()) answer.message = replace_all(answer.message, secret->reveal(), "***");
  }
  return failure_of(call.attempt, place_, answer, signing_time());
}

}  // namespace unentropy
