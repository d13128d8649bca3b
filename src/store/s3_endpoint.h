// Where a store is: the endpoint a user gives, taken apart, and the URL of a bucket there.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "store/s3.h"
#include "store/s3_dialect.h"

namespace unentropy {

struct S3Endpoint {
  bool secure = true;
  std::string host;                   // lower case; an IPv6 address in brackets
  std::optional<std::uint16_t> port;  // absent: the scheme's own
  std::string prefix;                 // decoded, no `/` at the end: ``, `/storage/v1/s3`

  std::string authority() const;  // `host` or `host:port`
  std::string text() const;       // `https://host:port/prefix`
};

struct EndpointProblem {
  std::string message;
  std::string hint;
};

// `[http[s]://]host[:port][/prefix]`; a bare host means https.
std::variant<S3Endpoint, EndpointProblem> parse_s3_endpoint(std::string_view text);

bool is_loopback(std::string_view host);    // `localhost`, `x.localhost`, `127.x.x.x`, `[::1]`
bool is_ip_address(std::string_view host);  // four numbers, or brackets

// Everything that settings decide about requests.
struct S3Place {
  S3Endpoint endpoint;
  std::string bucket;
  std::string region;
  bool region_given = false;  // by the user, so that no answer of the store may change it
  S3Dialect dialect;
  S3Addressing addressing = S3Addressing::path;  // never automatic

  std::string authority() const;                 // the value of `Host`
  std::string path(std::string_view key) const;  // canonical: encoded; an empty key is the bucket itself
  std::string base() const;                      // `https://authority`
  std::string describe() const;                  // `s3://bucket/ at https://host`
};

// The settings must have passed `check_s3_settings`.
S3Place place_of(const S3Settings& settings);

}  // namespace unentropy
