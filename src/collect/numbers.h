// Numbers in reports, read without fuss: what is no number is nothing.
#pragma once

#include <charconv>
#include <cstdint>
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

}  // namespace unentropy
