#include "base/utf8.h"

namespace unentropy {
namespace {

unsigned char byte_at(std::string_view text, std::size_t offset) { return static_cast<unsigned char>(text[offset]); }

// The well-formed second bytes by lead byte (Unicode 15, table 3-7).
struct SecondByte {
  unsigned char low;
  unsigned char high;
};

SecondByte second_byte(unsigned char lead) {
  if (lead == 0xE0) return {0xA0, 0xBF};
  if (lead == 0xED) return {0x80, 0x9F};
  if (lead == 0xF0) return {0x90, 0xBF};
  if (lead == 0xF4) return {0x80, 0x8F};
  return {0x80, 0xBF};
}

}  // namespace

Utf8Step decode_utf8(std::string_view text, std::size_t offset) {
  const unsigned char lead = byte_at(text, offset);
  if (lead < 0x80) return {lead, 1, true};
  if (lead < 0xC2 || lead > 0xF4) return {};
  const std::size_t size = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  char32_t code_point = lead & (0xFFU >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    const SecondByte range = i == 1 ? second_byte(lead) : SecondByte{0x80, 0xBF};
    if (offset + i >= text.size()) return {0, i, false};
    const unsigned char next = byte_at(text, offset + i);
    if (next < range.low || next > range.high) return {0, i, false};
    code_point = (code_point << 6U) | (next & 0x3FU);
  }
  return {code_point, size, true};
}

std::u32string decode_lossless(std::string_view text) {
  std::u32string result;
  result.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    if (byte_at(text, i) < 0x80) {
      result += byte_at(text, i++);
      continue;
    }
    const Utf8Step step = decode_utf8(text, i);
    result += step.valid ? step.code_point : 0x110000 + byte_at(text, i);
    i += step.valid ? step.length : 1;
  }
  return result;
}

}  // namespace unentropy
