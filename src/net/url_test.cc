#include "net/url.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace unentropy {
namespace {

std::string problem_of(std::string_view url) {
  try {
    url_origin(url);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    return error.message();
  }
  return "none";
}

TEST(UrlOrigin, ShowsSchemeHostAndPortAlone) {
  EXPECT_EQ(url_origin("https://host.example/bucket/key?X-Amz-Signature=abc").text(), "https://host.example");
  EXPECT_EQ(url_origin("HTTP://127.0.0.1:9000/a").text(), "http://127.0.0.1:9000");
  EXPECT_EQ(url_origin("http://[::1]:9000?q").text(), "http://[::1]:9000");
  EXPECT_EQ(url_origin("https://h#f").text(), "https://h");
}

TEST(UrlOrigin, HostIsWithoutPort) {
  EXPECT_EQ(url_origin("http://h.example:1/").host(), "h.example");
  EXPECT_EQ(url_origin("http://h.example/").host(), "h.example");
  EXPECT_EQ(url_origin("http://[::1]:9000/").host(), "[::1]");
  EXPECT_EQ(url_origin("http://[::1]/").host(), "[::1]");
}

TEST(UrlOrigin, RefusesWhatCannotBeAskedFor) {
  EXPECT_EQ(problem_of("ftp://h/"), "an URL must begin with `http://` or `https://`");
  EXPECT_EQ(problem_of("file:///etc/passwd"), "an URL must begin with `http://` or `https://`");
  EXPECT_EQ(problem_of("h.example/x"), "an URL must begin with `http://` or `https://`");
  EXPECT_EQ(problem_of(""), "an URL must begin with `http://` or `https://`");
  EXPECT_EQ(problem_of("https:///x"), "an URL lacks its host: `https://`");
  EXPECT_EQ(problem_of("https://:80/x"), "an URL lacks its host: `https://:80`");
  EXPECT_EQ(problem_of("https://h/a b"), "an URL at `https://h` has white space or characters that are not ASCII");
  EXPECT_EQ(problem_of("https://h/\xc3\xbc"), "an URL at `https://h` has white space or characters that are not ASCII");
  EXPECT_EQ(problem_of("https://h/a\r\nX: y"),
            "an URL at `https://h` has white space or characters that are not ASCII");
}

TEST(UrlOrigin, RefusesCredentialsWithoutRepeatingThem) {
  EXPECT_EQ(problem_of("https://user:hunter2@h/x"), "an URL must not hold a user or a password");
}

}  // namespace
}  // namespace unentropy
