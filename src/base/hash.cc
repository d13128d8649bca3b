#include "base/hash.h"

#include <algorithm>
#include <limits>
#include <utility>

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include "base/error.h"

namespace unentropy {
namespace {

[[noreturn]] void fail(const char* what) {
  throw Error(ErrorKind::internal, std::string("computing ") + what + ": OpenSSL refused",
              "check the OpenSSL configuration of this machine");
}

struct ContextDeleter {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

// An EVP digest that begins anew after each result.
class Digest {
 public:
  Digest(const EVP_MD* algorithm, const char* name) : context_(EVP_MD_CTX_new()), algorithm_(algorithm), name_(name) {
    begin();
  }

  void update(std::string_view bytes) {
    if (EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) != 1) fail(name_);
  }

  template <std::size_t N>
  std::array<std::uint8_t, N> finish() {
    std::array<std::uint8_t, N> result{};
    unsigned size = 0;
    if (EVP_DigestFinal_ex(context_.get(), result.data(), &size) != 1 || size != N) fail(name_);
    begin();
    return result;
  }

 private:
  void begin() {
    if (context_ == nullptr || EVP_DigestInit_ex(context_.get(), algorithm_, nullptr) != 1) fail(name_);
  }

  std::unique_ptr<EVP_MD_CTX, ContextDeleter> context_;
  const EVP_MD* algorithm_;
  const char* name_;
};

}  // namespace

struct Sha256::Impl {
  Digest digest{EVP_sha256(), "a SHA-256 digest"};
};

Sha256::Sha256() : impl_(std::make_unique<Impl>()) {}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;
void Sha256::update(std::string_view bytes) { impl_->digest.update(bytes); }
Sha256Digest Sha256::finish() { return impl_->digest.finish<32>(); }

Sha256Digest sha256(std::string_view bytes) {
  Sha256 digest;
  digest.update(bytes);
  return digest.finish();
}

Sha256Digest hmac_sha256(std::string_view key, std::string_view message) {
  Sha256Digest result{};
  unsigned size = 0;
  const auto* text = reinterpret_cast<const unsigned char*>(message.data());
  // OpenSSL takes a null key as "the key of last time".
  const char* key_bytes = key.data() != nullptr ? key.data() : "";
  if (key.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()) ||
      HMAC(EVP_sha256(), key_bytes, static_cast<int>(key.size()), text, message.size(), result.data(), &size) ==
          nullptr ||
      size != result.size()) {
    fail("an HMAC");
  }
  return result;
}

struct Md5::Impl {
  Digest digest{EVP_md5(), "an MD5 digest"};
};

Md5::Md5() : impl_(std::make_unique<Impl>()) {}
Md5::~Md5() = default;
void Md5::update(std::string_view bytes) { impl_->digest.update(bytes); }
std::array<std::uint8_t, 16> Md5::finish() { return impl_->digest.finish<16>(); }

std::string hex(const std::uint8_t* data, std::size_t size) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string result;
  result.reserve(2 * size);
  for (std::size_t i = 0; i < size; ++i) {
    result += kDigits[data[i] >> 4U];
    result += kDigits[data[i] & 0xFU];
  }
  return result;
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string result;
  result.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t present = std::min<std::size_t>(3, bytes.size() - i);
    unsigned group = 0;
    for (std::size_t j = 0; j < 3; ++j) {
      group = (group << 8U) | (j < present ? static_cast<unsigned char>(bytes[i + j]) : 0U);
    }
    for (std::size_t j = 0; j < 4; ++j) {
      result += j <= present ? kDigits[(group >> (18 - 6 * j)) & 0x3FU] : '=';
    }
  }
  return result;
}

std::string random_hex(std::size_t bytes) {
  std::vector<std::uint8_t> buffer(bytes);
  if (bytes > static_cast<std::size_t>(std::numeric_limits<int>::max()) ||
      RAND_bytes(buffer.data(), static_cast<int>(bytes)) != 1) {
    fail("random bytes");
  }
  return hex(buffer.data(), buffer.size());
}

}  // namespace unentropy
