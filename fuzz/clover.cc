#include "collect/clover.h"

#include "coverage.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return unentropy::fuzz::read_coverage(unentropy::clover_format(), data, size);
}
