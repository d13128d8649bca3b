// Finding credentials in a configuration file, so that no message ever shows one.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace unentropy {

inline constexpr std::string_view kRedacted = "***";

struct ByteRange {
  std::size_t begin = 0;
  std::size_t end = 0;  // one past the last
};

// `accessKeyId`, `s3-bucket`, `npm_token`, `password` …: the key of a value that is not for other eyes.
bool looks_like_credential(std::string_view key);

// Where `text` holds what is a credential whatever its key: AWS key ids and the tokens of well-known hosts.
// Sorted and disjoint.
std::vector<ByteRange> secret_shapes(std::string_view text);

// The values under keys that look like credentials, plus `secret_shapes`, in a file that may be broken JSON:
// comments, missing quotes and commas, single quotes and bare words are all reckoned with, and in doubt the rest of
// the line goes. A metric may be called `token`: an object that is a direct entry of `metrics` is no credential.
// Sorted and disjoint; quotes are left outside.
std::vector<ByteRange> credential_ranges(std::string_view text);

}  // namespace unentropy
