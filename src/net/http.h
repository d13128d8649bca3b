// HTTP as the program needs it: the seam `HttpClient`. The libcurl implementation is in curl_client.h.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/secret.h"

namespace unentropy {

struct HttpHeader {
  std::string name;
  std::string value;
};

// Where the bytes of a request body come from. `rewind` is called before each use.
class BodySource {
 public:
  virtual ~BodySource() = default;
  virtual std::uint64_t size() const = 0;
  virtual void rewind() = 0;
  // Fills up to `capacity` bytes, returns how many; 0 only at the end. May throw `Error`; it reaches the caller
  // of `perform` unchanged.
  virtual std::size_t read(char* buffer, std::size_t capacity) = 0;
};

struct HttpRequest {
  std::string method = "GET";
  std::string url;                  // sent exactly as given: no normalising, no re-encoding
  std::vector<HttpHeader> headers;  // sent as given; no default Accept-Encoding, Expect or User-Agent beside them
  // Header values that are secret (Authorization, x-amz-security-token). They never reach an error or trace.
  std::vector<std::pair<std::string, Secret>> secret_headers;
  BodySource* body = nullptr;  // not owned; sent with Content-Length
  // Receives the body of a 2xx answer piece by piece; without it, and for other statuses, the body is collected
  // in `HttpResponse::body`, at most `max_body_bytes`. May throw; the transfer ends and the exception propagates.
  std::function<void(std::string_view)> sink;
  std::uint64_t max_body_bytes = 1U << 20;
  std::optional<Milliseconds> timeout;  // the whole exchange
};

struct HttpResponse {
  int status = 0;
  std::vector<HttpHeader> headers;  // of the final answer, in order
  std::string body;
  std::uint64_t body_bytes = 0;  // received in all, whether collected or given to the sink

  // First value of a header, compared without regard to case.
  std::optional<std::string> header(std::string_view name) const;
};

// Follows no redirect. Any answer is a response; no answer is an `Error`: `unavailable` for DNS, refused or
// reset connections, time-outs, stalls and short bodies (a body shorter than Content-Length is never a success),
// `denied` for a certificate that is not trusted, `usage` for an URL or CA file that cannot be used.
// The message names scheme, host and port, never the query or a header.
class HttpClient {
 public:
  virtual ~HttpClient() = default;
  virtual HttpResponse perform(const HttpRequest& request) = 0;
};

}  // namespace unentropy
