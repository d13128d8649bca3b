#include "config/printable.h"

#include <algorithm>
#include <array>
#include <vector>

#include "config/redact.h"

namespace unentropy {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};

template <std::size_t N>
bool in(const std::array<Range, N>& ranges, char32_t value) {
  return std::any_of(ranges.begin(), ranges.end(), [&](Range r) { return value >= r.first && value <= r.last; });
}

// Controls, direction marks and overrides, invisible characters, line and paragraph separators, tags.
constexpr std::array<Range, 10> kHarmful{{{0x00, 0x1F},
                                          {0x7F, 0x9F},
                                          {0xAD, 0xAD},
                                          {0x61C, 0x61C},
                                          {0x200B, 0x200F},
                                          {0x2028, 0x202E},
                                          {0x2060, 0x206F},
                                          {0xFEFF, 0xFEFF},
                                          {0xFFF9, 0xFFFB},
                                          {0xE0000, 0xE007F}}};
constexpr std::array<Range, 6> kCombining{
    {{0x300, 0x36F}, {0x483, 0x489}, {0x1AB0, 0x1AFF}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}, {0xE0100, 0xE01EF}}};
constexpr std::array<Range, 11> kWide{{{0x1100, 0x115F},
                                       {0x2E80, 0x303E},
                                       {0x3041, 0xA4CF},
                                       {0xAC00, 0xD7A3},
                                       {0xF900, 0xFAFF},
                                       {0xFE30, 0xFE6F},
                                       {0xFF00, 0xFF60},
                                       {0xFFE0, 0xFFE6},
                                       {0x1F300, 0x1F64F},
                                       {0x1F680, 0x1FAFF},
                                       {0x20000, 0x3FFFD}}};

}  // namespace

std::string printable_form(const Utf8Step& step, std::string_view text, std::size_t offset) {
  if (!step.valid) return "\xEF\xBF\xBD";
  if (step.code_point == '\t' || step.code_point == '\n' || step.code_point == '\r') return " ";
  if (in(kHarmful, step.code_point)) return "\xEF\xBF\xBD";
  return std::string(text.substr(offset, step.length));
}

int display_width(char32_t value) {
  if (value < 0x300 || in(kHarmful, value)) return 1;
  if (in(kCombining, value)) return 0;
  return in(kWide, value) ? 2 : 1;
}

std::string printable_line(std::string_view text, std::size_t max_code_points) {
  const std::vector<ByteRange> secrets = secret_shapes(text.substr(0, max_code_points * 4 + 256));
  std::string result;
  std::size_t count = 0;
  auto secret = secrets.begin();
  for (std::size_t i = 0; i < text.size(); ++count) {
    if (count == max_code_points) return result + "…";
    if (secret != secrets.end() && i == secret->begin) {
      result += kRedacted;
      i = secret->end;
      ++secret;
      continue;
    }
    const Utf8Step step = decode_utf8(text, i);
    result += printable_form(step, text, i);
    i += step.length;
  }
  return result;
}

std::string value_in_ticks(std::string_view text) {
  std::string line = printable_line(text);
  std::replace(line.begin(), line.end(), '`', '\'');
  return "`" + line + "`";
}

}  // namespace unentropy
