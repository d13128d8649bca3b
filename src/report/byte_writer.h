// Bytes for the page: variable-length integers, and base64 text out of them.
//
// The reading side is web/src/unpack.ts; the format is described in docs/formats/report.md.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace unentropy {

class ByteWriter {
 public:
  void byte(std::uint8_t value) { bytes_ += static_cast<char>(value); }
  // LEB128: seven bits a byte, lowest first.
  void unsigned_integer(std::uint64_t value) {
    while (value >= 0x80U) {
      byte(static_cast<std::uint8_t>(value | 0x80U));
      value >>= 7U;
    }
    byte(static_cast<std::uint8_t>(value));
  }
  // Zigzag: 0, -1, 1, -2 … become 0, 1, 2, 3 …
  void signed_integer(std::int64_t value) {
    const auto bits = static_cast<std::uint64_t>(value);
    unsigned_integer((bits << 1U) ^ (value < 0 ? ~std::uint64_t{0} : 0));
  }
  void number(double value);  // eight bytes, little endian
  void raw(std::string_view bytes) { bytes_ += bytes; }
  void text(std::string_view text) {
    unsigned_integer(text.size());
    raw(text);
  }

  std::size_t size() const { return bytes_.size(); }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

}  // namespace unentropy
