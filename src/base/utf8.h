// Decoding UTF-8 one code point at a time; what text and JSON positions are built on.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace unentropy {

struct Utf8Step {
  char32_t code_point = 0;
  // Bytes to go on by: those of the code point, or of the longest well-formed beginning of one, so that a
  // damaged sequence counts once (Unicode 15, "maximal subparts", as browsers do it). At least 1.
  std::size_t length = 1;
  bool valid = false;  // false: neither surrogate, overlong form nor stray byte is a code point
};

// Decodes at `offset`, which must be inside `text`.
Utf8Step decode_utf8(std::string_view text, std::size_t offset);

// The code points of `text`. A byte b that is part of none becomes 0x110000 + b, so that different texts stay
// different.
std::u32string decode_lossless(std::string_view text);

}  // namespace unentropy
