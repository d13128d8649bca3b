// AWS Signature Version 4, header form, as pure functions.
//
// Source: "Signature Calculations for the Authorization Header" in the Amazon S3 API reference. Whoever sends the
// request builds its URL from the same `path` and `query` that were signed, so what is signed is what travels.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/secret.h"

namespace unentropy {

struct SigningCredentials {
  Secret access_key_id;
  Secret secret_access_key;
  Secret session_token;  // may be empty
};

struct SignableRequest {
  std::string method;
  std::string path;   // see `encode_path`
  std::string query;  // see `canonical_query`
  // All of them are signed, `host` and `x-amz-date` among them; a session token is added by `authorization`.
  std::vector<std::pair<std::string, std::string>> headers;
  std::string payload_sha256;  // hexadecimal
};

struct SigningScope {
  Instant time;
  std::string region;
  std::string service = "s3";

  // `20130524/us-east-1/s3/aws4_request`
  std::string text() const;
};

// Percent-encoded (base/text.h), but for `/`. Nothing is normalised: `a//b/../c` is a key like any other.
std::string encode_path(std::string_view path);
// The way back; nothing if a `%` is not followed by two hexadecimal digits.
std::optional<std::string> percent_decode(std::string_view text);
// Encodes names and values and sorts them; `name=` for an empty value.
std::string canonical_query(const std::vector<std::pair<std::string, std::string>>& parameters);

// `host;x-amz-date`
std::string signed_headers(const SignableRequest& request);
std::string canonical_request(const SignableRequest& request);
std::string string_to_sign(std::string_view canonical_request, const SigningScope& scope);
std::string signature(std::string_view string_to_sign, const Secret& secret_access_key, const SigningScope& scope);

// The value of the header `Authorization`. With a session token, the caller sends that as `x-amz-security-token`.
Secret authorization(const SignableRequest& request, const SigningCredentials& credentials, const SigningScope& scope);

}  // namespace unentropy
