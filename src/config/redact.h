// Finding credentials in a configuration file, so that no message ever shows one.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace unentropy {

inline constexpr std::string_view kRedacted = "***";

struct ByteRange {
  std::size_t begin = 0;
  std::size_t end = 0;  // one past the last
};

// What is left of a key when case and separators do not matter: `s3accesskeyid` of `S3_ACCESS-KEY id`.
std::string letters_and_digits(std::string_view text);

// `accessKeyId`, `s3-bucket`, `npm_token`, `password` …: the key of a value that is not for other eyes.
bool looks_like_credential(std::string_view key);

// Where `text` holds what is a credential whatever its key: AWS key ids and the tokens of well-known hosts.
// Sorted and disjoint.
std::vector<ByteRange> secret_shapes(std::string_view text);

// The values under keys that look like credentials, plus `secret_shapes`. A metric may be called `token`: an object
// that is a direct entry of `metrics` is no credential. In text that is no JSON a lost quote or comma turns keys into
// values; there everything goes that follows such a word on its line. Sorted and disjoint; quotes are left outside.
std::vector<ByteRange> credential_ranges(std::string_view text);

}  // namespace unentropy
