#include "collect/junit.h"

#include <cmath>

#include "target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace unentropy;
  const fuzz::StillClock clock;
  const Watch watch(clock, std::nullopt, {});
  fuzz::accepting_errors([&] {
    InputStream input(fuzz::text_of(data, size), "report", watch);
    const TestReport report = parse_junit(input);
    fuzz::require(std::isfinite(report.seconds) && report.seconds >= 0, "a duration is finite and not negative");
  });
  return 0;
}
