// Numbers in reports, read without fuss: what is no number is nothing.
#pragma once

#include <bit>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

namespace unentropy {

// A line number or a count. Nothing for other text and beyond 32 bits.
inline std::optional<std::uint32_t> to_count(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Whether a number of hits is more than none. It may be larger than any integer, or have a fraction or an exponent.
inline bool is_positive(std::string_view number) {
  if (number.starts_with('-')) return false;
  for (const char c : number) {
    if (c >= '1' && c <= '9') return true;
    if (c != '0' && c != '.' && c != '+') return false;
  }
  return false;
}

// The decimal digits at the front of eight bytes, without a branch for how many there are: that of counts follows no
// pattern, and a processor that guesses it wrong loses more time than the reading takes.
class DigitRun {
 public:
  static constexpr std::size_t kBytes = 8;

  // There must be `kBytes` bytes at `text`.
  explicit DigitRun(const char* text) {
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, text, kBytes);
    if constexpr (std::endian::native == std::endian::big) bytes = __builtin_bswap64(bytes);
    const std::uint64_t values = bytes ^ 0x3030303030303030U;
    // The highest bit of every byte that is no digit. The sums are of seven bits each, so that none carries over.
    constexpr std::uint64_t kHighest = 0x8080808080808080U;
    const std::uint64_t others = (((values & ~kHighest) + 0x7676767676767676U) | values) & kHighest;
    size_ = others == 0 ? kBytes : static_cast<std::size_t>(__builtin_ctzll(others)) / 8;
    values_ = size_ == 0 ? 0 : values << (64 - 8 * size_);
  }

  // `kBytes` if there are as many or more.
  std::size_t size() const { return size_; }
  bool is_positive() const { return values_ != 0; }

 private:
  std::uint64_t values_ = 0;  // of the digits alone
  std::size_t size_ = 0;
};

}  // namespace unentropy
