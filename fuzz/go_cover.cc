#include "collect/go_coverage.h"
#include "coverage.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return unentropy::fuzz::read_coverage(unentropy::go_coverage_format(), data, size);
}
