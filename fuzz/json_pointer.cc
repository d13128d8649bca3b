// The pointer in the first line, the document behind it.
#include <cmath>

#include "collect/json_value.h"
#include "target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace unentropy;
  const fuzz::TwoTexts texts = fuzz::split_first_line(fuzz::text_of(data, size));
  const fuzz::StillClock clock;
  const Watch watch(clock, std::nullopt, {});
  for (const JsonNumber wanted : {JsonNumber::value, JsonNumber::length}) {
    fuzz::accepting_errors([&] {
      InputStream input(texts.rest, "document", watch);
      fuzz::require(std::isfinite(json_number(input, texts.first, wanted)), "a number is finite");
    });
  }
  return 0;
}
