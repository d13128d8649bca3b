#include "collect/number.h"

#include <cmath>

#include "base/text.h"
#include "target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace unentropy;
  const auto line = first_line(fuzz::text_of(data, size));
  if (!line) return 0;
  const ParsedLabel label = parse_label_line(*line);
  fuzz::require(is_utf8(label.text), "a label is UTF-8");
  fuzz::accepting_errors([&] {
    const double value = parse_number_line(*line).value;
    fuzz::require(std::isfinite(value) && !(value == 0 && std::signbit(value)), "a number is finite and never -0");
    fuzz::require(parse_number_line(shortest_digits(value)).value == value, "a number reads back as itself");
  });
  return 0;
}
