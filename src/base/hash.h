// Digests, HMAC, encodings and random bytes, all from OpenSSL.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace unentropy {

using Sha256Digest = std::array<std::uint8_t, 32>;

// Incremental SHA-256.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  void update(std::string_view bytes);
  // The digest of everything so far; the object is then ready for new data.
  Sha256Digest finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

Sha256Digest sha256(std::string_view bytes);
Sha256Digest hmac_sha256(std::string_view key, std::string_view message);

// Incremental MD5, for comparing with ETags and for Content-MD5; never for security.
class Md5 {
 public:
  Md5();
  ~Md5();
  void update(std::string_view bytes);
  std::array<std::uint8_t, 16> finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

std::string hex(const std::uint8_t* data, std::size_t size);  // lower case
template <std::size_t N>
std::string hex(const std::array<std::uint8_t, N>& bytes) {
  return hex(bytes.data(), N);
}
std::string base64(std::string_view bytes);

// `bytes` random bytes from the system's generator as lower-case hexadecimal.
std::string random_hex(std::size_t bytes);

}  // namespace unentropy
