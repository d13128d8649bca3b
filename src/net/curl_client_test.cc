// The client against a well-behaved server.
#include "net/curl_client.h"

#include <map>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>

#include "base/text.h"
#include "net/testing/http_test.h"
#include "net/testing/raw_server.h"

namespace unentropy {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

class CurlClientTest : public ::testing::Test {
 protected:
  CurlClientTest() {
    port_ = server_.bind_to_any_port("127.0.0.1");
    thread_ = std::thread([this] { server_.listen_after_bind(); });
    while (!server_.is_running()) std::this_thread::yield();
  }
  ~CurlClientTest() override {
    client_.reset();  // the server waits for its connections
    server_.stop();
    thread_.join();
  }
  std::string url(const std::string& path) const { return "http://127.0.0.1:" + std::to_string(port_) + path; }

  httplib::Server server_;
  std::unique_ptr<HttpClient> client_ = make_curl_client({});

 private:
  int port_ = 0;
  std::thread thread_;
};

TEST_F(CurlClientTest, GetReturnsStatusHeadersAndBody) {
  server_.Get("/a", [](const httplib::Request&, httplib::Response& response) {
    response.set_header("x-amz-meta-Kind", "test");
    response.set_content("hello", "text/plain");
  });
  const HttpResponse response = client_->perform(get_request(url("/a")));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "hello");
  EXPECT_EQ(response.body_bytes, 5U);
  EXPECT_EQ(response.header("X-Amz-Meta-kind"), "test");
  EXPECT_EQ(response.header("content-length"), "5");
  EXPECT_EQ(response.header("absent"), std::nullopt);
}

TEST_F(CurlClientTest, HeadHasHeadersAndNoBody) {
  server_.Get("/a", [](const httplib::Request&, httplib::Response& response) {
    response.set_content(std::string(70'000, 'x'), "text/plain");
  });
  HttpRequest request = get_request(url("/a"));
  request.method = "HEAD";
  const HttpResponse response = client_->perform(request);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.header("content-length"), "70000");
  EXPECT_EQ(response.body, "");
}

TEST_F(CurlClientTest, PutStreamsTheBodyOnceWithItsLength) {
  std::string received;
  std::string expect = "unset";
  std::string length;
  server_.Put("/big", [&](const httplib::Request& request, httplib::Response&) {
    received = request.body;
    expect = request.get_header_value("Expect");
    length = request.get_header_value("Content-Length");
  });
  std::string text;
  for (std::uint64_t i = 0; text.size() < 5'000'000; ++i) text += std::to_string(i * 7919) + ",";
  StringBody body(text);
  EXPECT_EQ(client_->perform(put_request(url("/big"), body)).status, 200);
  EXPECT_TRUE(received == text);
  EXPECT_EQ(expect, "");
  EXPECT_EQ(length, std::to_string(text.size()));
  EXPECT_EQ(body.rewinds, 1);
}

TEST_F(CurlClientTest, OneClientSpeaksAllMethods) {
  std::map<std::string, std::string> seen;
  const auto note = [&](const httplib::Request& request, httplib::Response&) {
    seen[request.method] = request.get_header_value("Content-Length") + ":" + request.body;
  };
  server_.Put("/m", note);
  server_.Post("/m", note);
  server_.Patch("/m", note);
  server_.Delete("/m", note);
  server_.Get("/m", note);
  StringBody body("{}");
  for (const char* method : {"PUT", "POST", "PATCH"}) {
    HttpRequest request = put_request(url("/m"), body);
    request.method = method;
    EXPECT_EQ(client_->perform(request).status, 200) << method;
  }
  HttpRequest request = get_request(url("/m"));
  EXPECT_EQ(client_->perform(request).status, 200);
  request.method = "DELETE";
  EXPECT_EQ(client_->perform(request).status, 200);
  EXPECT_THAT(seen, ElementsAre(Pair("DELETE", ":"), Pair("GET", ":"), Pair("PATCH", "2:{}"), Pair("POST", "2:{}"),
                                Pair("PUT", "2:{}")));
}

TEST_F(CurlClientTest, ConnectionsAreKept) {
  std::vector<int> ports;
  server_.Get("/a", [&](const httplib::Request& request, httplib::Response&) { ports.push_back(request.remote_port); });
  for (int i = 0; i < 3; ++i) client_->perform(get_request(url("/a")));
  ASSERT_EQ(ports.size(), 3U);
  EXPECT_EQ(ports[0], ports[1]);
  EXPECT_EQ(ports[0], ports[2]);
}

TEST_F(CurlClientTest, ChunkedBodiesAreTakenApart) {
  server_.Get("/c", [](const httplib::Request&, httplib::Response& response) {
    response.set_chunked_content_provider("text/plain", [](std::size_t, httplib::DataSink& sink) {
      sink.write("abc", 3);
      sink.write("de", 2);
      sink.done();
      return true;
    });
  });
  std::string sunk;
  HttpRequest request = get_request(url("/c"));
  request.sink = [&](std::string_view bytes) { sunk += bytes; };
  const HttpResponse response = client_->perform(request);
  EXPECT_EQ(sunk, "abcde");
  EXPECT_EQ(response.header("content-length"), std::nullopt);
  EXPECT_EQ(response.header("transfer-encoding"), "chunked");
}

TEST_F(CurlClientTest, RedirectsAreNotFollowed) {
  bool followed = false;
  server_.Get("/from", [](const httplib::Request&, httplib::Response& response) { response.set_redirect("/to", 307); });
  server_.Get("/to", [&](const httplib::Request&, httplib::Response&) { followed = true; });
  const HttpResponse response = client_->perform(get_request(url("/from")));
  EXPECT_EQ(response.status, 307);
  EXPECT_EQ(response.header("location"), "/to");
  EXPECT_FALSE(followed);
}

TEST_F(CurlClientTest, AnErrorBodyDoesNotReachTheSink) {
  server_.Get("/e", [](const httplib::Request&, httplib::Response& response) {
    response.status = 404;
    response.set_content("<Error/>", "application/xml");
  });
  HttpRequest request = get_request(url("/e"));
  request.sink = [](std::string_view) { FAIL() << "called"; };
  EXPECT_EQ(client_->perform(request).body, "<Error/>");
}

TEST_F(CurlClientTest, ACollectedBodyIsBounded) {
  server_.Get("/b", [](const httplib::Request&, httplib::Response& response) {
    response.set_content(std::string(3'000'000, 'x'), "text/plain");
  });
  HttpRequest request = get_request(url("/b"));
  request.max_body_bytes = 1000;
  const HttpResponse response = client_->perform(request);
  EXPECT_EQ(response.body, std::string(1000, 'x'));
  EXPECT_GT(response.body_bytes, 1000U);
  EXPECT_EQ(client_->perform(request).status, 200);
}

TEST_F(CurlClientTest, WhatTheSinkThrowsArrives) {
  server_.Get("/b", [](const httplib::Request&, httplib::Response& response) { response.set_content("x", "a/b"); });
  HttpRequest request = get_request(url("/b"));
  request.sink = [](std::string_view) { throw Error(ErrorKind::io, "no space", "make some"); };
  const Error error = error_of([&] { client_->perform(request); });
  EXPECT_EQ(error.kind(), ErrorKind::io);
  EXPECT_EQ(error.message(), "no space");
  EXPECT_EQ(error.hint(), "make some");
  request.sink = [](std::string_view) { throw std::range_error("other"); };
  EXPECT_THROW(client_->perform(request), std::range_error);
  EXPECT_EQ(client_->perform(get_request(url("/b"))).body, "x");
}

class BrokenBody final : public BodySource {
 public:
  std::uint64_t size() const override { return 10; }
  void rewind() override {}
  std::size_t read(char*, std::size_t) override { throw Error(ErrorKind::io, "the disk is gone"); }
};

TEST_F(CurlClientTest, WhatTheBodyThrowsArrives) {
  server_.Put("/p", [](const httplib::Request&, httplib::Response&) {});
  BrokenBody body;
  EXPECT_EQ(error_of([&] { client_->perform(put_request(url("/p"), body)); }).message(), "the disk is gone");
}

TEST_F(CurlClientTest, ProgressIsToldInBothDirections) {
  server_.Put("/p", [](const httplib::Request&, httplib::Response& response) {
    response.set_content(std::string(200'000, 'y'), "text/plain");
  });
  CurlOptions options;
  std::uint64_t received = 0;
  std::uint64_t receive_total = 0;
  std::uint64_t sent = 0;
  std::uint64_t send_total = 0;
  options.progress = [&](std::uint64_t a, std::uint64_t b, std::uint64_t c, std::uint64_t d) {
    received = a;
    receive_total = b;
    sent = c;
    send_total = d;
  };
  StringBody body(std::string(300'000, 'x'));
  make_curl_client(options)->perform(put_request(url("/p"), body));
  EXPECT_EQ(received, 200'000U);
  EXPECT_EQ(receive_total, 200'000U);
  EXPECT_EQ(sent, 300'000U);
  EXPECT_EQ(send_total, 300'000U);
}

// From here on the exact bytes of the request matter.
std::string head_of(const HttpRequest& request) {
  std::string head;
  RawServer server([&](RawConnection& connection) {
    head = connection.read_head();
    connection.send("HTTP/1.1 204 No Content\r\n\r\n");
  });
  HttpRequest aimed = request;
  aimed.url = server.origin() + request.url;
  make_curl_client({})->perform(aimed);
  return replace_all(head, ":" + std::to_string(server.port()), ":PORT");
}

TEST(CurlClientHead, NothingIsSentThatWasNotAskedFor) {
  HttpRequest request = get_request("/bucket//a/../%C3%BC%2B?list-type=2&prefix=");
  request.headers = {{"x-amz-date", "20250101T000000Z"}, {"x-empty", ""}};
  request.secret_headers.emplace_back("authorization", Secret("AWS4 s3cret"));
  EXPECT_EQ(head_of(request),
            "GET /bucket//a/../%C3%BC%2B?list-type=2&prefix= HTTP/1.1\r\n"
            "Host: 127.0.0.1:PORT\r\n"
            "x-amz-date: 20250101T000000Z\r\n"
            "x-empty:\r\n"
            "authorization: AWS4 s3cret\r\n\r\n");
}

TEST(CurlClientHead, AHostOfOnesOwnReplacesTheDefault) {
  HttpRequest request = get_request("/");
  request.headers = {{"host", "bucket.example:81"}, {"accept", "application/json"}};
  EXPECT_EQ(head_of(request), "GET / HTTP/1.1\r\nHost: bucket.example:81\r\naccept: application/json\r\n\r\n");
}

TEST(CurlClientHead, APutWithoutBodyIsEmpty) {
  HttpRequest request = get_request("/copy");
  request.method = "PUT";
  EXPECT_EQ(head_of(request), "PUT /copy HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nContent-Length: 0\r\n\r\n");
}

TEST(CurlClientHead, AnEmptyBodyIsEmpty) {
  StringBody body("");
  EXPECT_EQ(head_of(put_request("/empty", body)),
            "PUT /empty HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nContent-Length: 0\r\n\r\n");
}

TEST(CurlClientHead, HeadersCannotBeInjected) {
  const auto client = make_curl_client({});
  for (const HttpHeader& header :
       {HttpHeader{"x", "a\r\nb: c"}, {"x\r\ny", "a"}, {"x", std::string("a\0b", 3)}, {"a:b", "c"}, {"", "c"}}) {
    HttpRequest request = get_request("http://127.0.0.1:1/");
    request.headers = {header};
    const Error error = error_of([&] { client->perform(request); });
    EXPECT_EQ(error.kind(), ErrorKind::internal);
  }
  HttpRequest request = get_request("http://127.0.0.1:1/");
  request.secret_headers.emplace_back("authorization", Secret("hunter2\n"));
  EXPECT_EQ(error_of([&] { client->perform(request); }).message(), "the HTTP header `authorization` cannot be sent");
}

TEST(CurlClientUrl, OnlyHttpAndHttps) {
  const auto client = make_curl_client({});
  EXPECT_EQ(error_of([&] { client->perform(get_request("file:///etc/passwd")); }).message(),
            "an URL must begin with `http://` or `https://`");
  EXPECT_EQ(error_of([&] { client->perform(get_request("http://u:hunter2@127.0.0.1/")); }).message(),
            "an URL must not hold a user or a password");
  const Error port = error_of([&] { client->perform(get_request("http://127.0.0.1:99999999/")); });
  EXPECT_EQ(port.kind(), ErrorKind::usage);
}

}  // namespace
}  // namespace unentropy
