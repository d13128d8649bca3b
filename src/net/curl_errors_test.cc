#include "net/curl_errors.h"

#include <gtest/gtest.h>

namespace unentropy {
namespace {

// Numbers as <curl/curl.h> has fixed them for good.
TEST(CurlErrors, EachCodeHasItsKind) {
  const std::pair<int, ErrorKind> cases[] = {
      {1, ErrorKind::unavailable},   // an answer that is not HTTP
      {3, ErrorKind::usage},         // malformed URL
      {5, ErrorKind::unavailable},   // proxy's name
      {6, ErrorKind::unavailable},   // host's name
      {7, ErrorKind::unavailable},   // refused
      {18, ErrorKind::unavailable},  // short body
      {27, ErrorKind::io},           // out of memory
      {28, ErrorKind::unavailable},  // time-out
      {35, ErrorKind::unavailable},  // TLS handshake cut
      {43, ErrorKind::internal},     // bad argument
      {52, ErrorKind::unavailable},  // closed without answer
      {55, ErrorKind::unavailable},  // sending
      {56, ErrorKind::unavailable},  // receiving
      {60, ErrorKind::denied},       // certificate not trusted
      {65, ErrorKind::unavailable},  // body would have to be sent twice
      {77, ErrorKind::usage},        // CA file
      {83, ErrorKind::denied},       // issuer
      {97, ErrorKind::unavailable},  // proxy handshake
      {9999, ErrorKind::unavailable},
  };
  for (const auto& [code, kind] : cases) EXPECT_EQ(kind_of_curl_code(code), kind) << code;
}

TEST(CurlErrors, OnlyFailuresBeforeTheRequestAreKnownNotToHaveReachedTheServer) {
  for (const int code : {3, 5, 6, 7, 35, 60, 77, 97}) EXPECT_EQ(reach_of_curl_code(code), Reached::no) << code;
  for (const int code : {1, 18, 28, 52, 55, 56, 65, 92, 9999}) {
    EXPECT_EQ(reach_of_curl_code(code), Reached::perhaps) << code;
  }
}

}  // namespace
}  // namespace unentropy
