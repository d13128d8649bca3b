// Signed requests to one bucket: builds URL and headers from the canonical form, signs, sends, and corrects what an
// answer shows to be wrong with the signature (the clock, once; a region that nobody gave, once).
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "store/s3_failure.h"
#include "store/sigv4.h"

namespace unentropy {

struct S3Call {
  S3Attempt attempt;  // for messages
  std::string method = "GET";
  std::string key;  // empty: the bucket itself
  std::vector<std::pair<std::string, std::string>> query;
  std::vector<HttpHeader> headers;  // lower-case names; all of them are signed
  const ObjectContent* content = nullptr;
  std::function<void(std::string_view)> sink;
  std::uint64_t max_body_bytes = 64U << 10;
};

class S3Session {
 public:
  S3Session(const S3Settings& settings, HttpClient& http, Clock& clock);

  // Any answer. Failures of the transport are `Error`s that name the attempt.
  HttpResponse send(const S3Call& call);
  // The error behind an answer; the server's words never repeat our credentials.
  Error failure(const S3Call& call, S3Answer answer) const;
  Error failure(const S3Call& call, const HttpResponse& response) const { return failure(call, answer_of(response)); }

  const S3Place& place() const { return place_; }

 private:
  HttpResponse send_once(const S3Call& call);
  bool correct(const S3Call& call, const HttpResponse& response);
  Instant signing_time() const;

  S3Place place_;
  SigningCredentials credentials_;
  std::optional<Milliseconds> timeout_;
  HttpClient& http_;
  Clock& clock_;
  Milliseconds clock_offset_{0};  // to be added to our clock to get the store's
  bool clock_corrected_ = false;
  bool region_corrected_ = false;
};

}  // namespace unentropy
