#include "base/secret.h"

#include <openssl/crypto.h>

namespace unentropy {

Secret::Secret(Secret&& other) noexcept : value_(std::move(other.value_)) {
  // A short string is copied by its move constructor, so the bytes may still be there.
  wipe(other.value_);
}

Secret& Secret::operator=(const Secret& other) {
  if (this == &other) return *this;
  Secret copy(other);
  *this = std::move(copy);
  return *this;
}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this == &other) return *this;
  wipe(value_);
  value_ = std::move(other.value_);
  wipe(other.value_);
  return *this;
}

Secret::~Secret() { wipe(value_); }

void wipe(std::string& text) {
  // The unused rest of the buffer may hold what the string held before it shrank.
  text.resize(text.capacity());
  OPENSSL_cleanse(text.data(), text.size());
  text.clear();
}

}  // namespace unentropy
