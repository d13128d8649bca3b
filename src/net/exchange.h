// One request and what has come back for it so far; knows HTTP but not libcurl.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "net/http.h"

namespace unentropy {

class Exchange {
 public:
  enum class Stop { none, too_many_headers, enough, interrupted };

  explicit Exchange(const HttpRequest& request) : request_(request) {}

  // One line of the header, line end included. A status line begins a new answer (after `100 Continue`, for example).
  void on_header(std::string_view line);
  // A piece of the body, for the sink or for `response().body`. Throws what the sink throws.
  void on_body(std::string_view bytes);
  // The next piece of the request's body; 0 at its end. Throws `Error` (io) if the source ends too early.
  std::size_t on_read(char* buffer, std::size_t capacity);

  void stop(Stop why) { stop_ = why; }
  // Why the exchange must not go on.
  Stop stopped() const { return stop_; }

  const HttpRequest& request() const { return request_; }
  const HttpResponse& response() const { return response_; }
  HttpResponse take_response() { return std::move(response_); }

 private:
  bool successful() const { return response_.status >= 200 && response_.status < 300; }

  const HttpRequest& request_;
  HttpResponse response_;
  std::uint64_t body_sent_ = 0;
  std::size_t header_bytes_ = 0;
  Stop stop_ = Stop::none;
};

inline constexpr std::size_t kMaxHeaderBytes = 256U << 10;

}  // namespace unentropy
