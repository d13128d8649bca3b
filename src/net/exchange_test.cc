#include "net/exchange.h"

#include <array>
#include <cstring>

#include <gtest/gtest.h>

#include "base/error.h"

namespace unentropy {
namespace {

TEST(Exchange, KeepsTheHeadersOfTheLastAnswer) {
  const HttpRequest request;
  Exchange exchange(request);
  for (const char* line : {"HTTP/1.1 100 Continue\r\n", "x-early: 1\r\n", "\r\n", "HTTP/1.1 404 Not Found\r\n",
                           "ETag:  \"a:b\"  \r\n", "X-Empty:\r\n", "no colon\r\n", "etag: second\r\n", "\r\n"}) {
    exchange.on_header(line);
  }
  EXPECT_EQ(exchange.response().status, 404);
  EXPECT_EQ(exchange.response().headers.size(), 3U);
  EXPECT_EQ(exchange.response().header("etag"), "\"a:b\"");
  EXPECT_EQ(exchange.response().header("x-empty"), "");
  EXPECT_EQ(exchange.response().header("x-early"), std::nullopt);
}

TEST(Exchange, OddStatusLinesAreNoSuccess) {
  for (const char* line : {"HTTP/1.1\r\n", "HTTP/1.1 abc\r\n", "HTTP/1.1 \r\n"}) {
    const HttpRequest request;
    Exchange exchange(request);
    exchange.on_header(line);
    EXPECT_EQ(exchange.response().status, 0) << line;
  }
}

TEST(Exchange, StopsAtTooManyHeaders) {
  const HttpRequest request;
  Exchange exchange(request);
  const std::string line = "x: " + std::string(1000, 'y') + "\r\n";
  std::size_t fed = 0;
  while (exchange.stopped() == Exchange::Stop::none && fed < 2 * kMaxHeaderBytes) {
    exchange.on_header(line);
    fed += line.size();
  }
  EXPECT_EQ(exchange.stopped(), Exchange::Stop::too_many_headers);
  EXPECT_GT(fed, kMaxHeaderBytes);
  EXPECT_LT(fed, kMaxHeaderBytes + 2000);
}

TEST(Exchange, OnlySuccessGoesToTheSink) {
  std::string sunk;
  HttpRequest request;
  request.sink = [&](std::string_view bytes) { sunk += bytes; };
  Exchange good(request);
  good.on_header("HTTP/1.1 206 Partial Content\r\n");
  good.on_body("abc");
  good.on_body("de");
  EXPECT_EQ(sunk, "abcde");
  EXPECT_EQ(good.response().body, "");
  EXPECT_EQ(good.response().body_bytes, 5U);

  Exchange bad(request);
  bad.on_header("HTTP/1.1 403 Forbidden\r\n");
  bad.on_body("<Error/>");
  EXPECT_EQ(sunk, "abcde");
  EXPECT_EQ(bad.response().body, "<Error/>");
}

TEST(Exchange, CollectsAtMostTheLimit) {
  HttpRequest request;
  request.max_body_bytes = 4;
  Exchange exchange(request);
  exchange.on_header("HTTP/1.1 200 OK\r\n");
  exchange.on_body("abc");
  EXPECT_EQ(exchange.stopped(), Exchange::Stop::none);
  exchange.on_body("d");
  EXPECT_EQ(exchange.stopped(), Exchange::Stop::none);
  exchange.on_body("ef");
  EXPECT_EQ(exchange.stopped(), Exchange::Stop::enough);
  EXPECT_EQ(exchange.response().body, "abcd");
  EXPECT_EQ(exchange.response().body_bytes, 6U);
}

class TextBody final : public BodySource {
 public:
  TextBody(std::string text, std::uint64_t announced) : text_(std::move(text)), announced_(announced) {}
  std::uint64_t size() const override { return announced_; }
  void rewind() override { position_ = 0; }
  std::size_t read(char* buffer, std::size_t capacity) override {
    const std::size_t count = std::min(capacity, text_.size() - position_);
    std::memcpy(buffer, text_.data() + position_, count);
    position_ += count;
    return count;
  }

 private:
  std::string text_;
  std::uint64_t announced_;
  std::size_t position_ = 0;
};

TEST(Exchange, SendsNoMoreThanAnnounced) {
  TextBody body("abcdefgh", 5);
  HttpRequest request;
  request.body = &body;
  Exchange exchange(request);
  std::array<char, 4> buffer{};
  EXPECT_EQ(exchange.on_read(buffer.data(), buffer.size()), 4U);
  EXPECT_EQ(exchange.on_read(buffer.data(), buffer.size()), 1U);
  EXPECT_EQ(buffer[0], 'e');
  EXPECT_EQ(exchange.on_read(buffer.data(), buffer.size()), 0U);
}

TEST(Exchange, ABodyThatEndsTooEarlyIsAnError) {
  TextBody body("abc", 5);
  HttpRequest request;
  request.body = &body;
  Exchange exchange(request);
  std::array<char, 8> buffer{};
  EXPECT_EQ(exchange.on_read(buffer.data(), buffer.size()), 3U);
  try {
    exchange.on_read(buffer.data(), buffer.size());
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::io);
    EXPECT_EQ(error.message(), "what is being sent ended after 3 of 5 bytes");
    EXPECT_EQ(error.hint(), "do not change the file while it is sent");
  }
}

}  // namespace
}  // namespace unentropy
