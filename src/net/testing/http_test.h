// What the tests of the HTTP client share.
#pragma once

#include <algorithm>
#include <cstring>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>

#include "base/error.h"
#include "net/curl_client.h"

namespace unentropy {

class StringBody final : public BodySource {
 public:
  explicit StringBody(std::string text) : text_(std::move(text)) {}
  std::uint64_t size() const override { return text_.size(); }
  void rewind() override {
    position_ = 0;
    ++rewinds;
  }
  std::size_t read(char* buffer, std::size_t capacity) override {
    const std::size_t count = std::min(capacity, text_.size() - position_);
    std::memcpy(buffer, text_.data() + position_, count);
    position_ += count;
    return count;
  }

  int rewinds = 0;

 private:
  std::string text_;
  std::size_t position_ = 0;
};

inline HttpRequest get_request(std::string url) {
  HttpRequest request;
  request.url = std::move(url);
  request.timeout = std::chrono::seconds(20);
  return request;
}

inline HttpRequest put_request(std::string url, BodySource& body) {
  HttpRequest request = get_request(std::move(url));
  request.method = "PUT";
  request.body = &body;
  return request;
}

// The error that `call` must throw.
inline Error error_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error;
  }
  throw std::runtime_error("nothing was thrown");
}

}  // namespace unentropy
