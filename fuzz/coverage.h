// The targets of coverage formats: read a report, count it, and merge it with itself, which must change nothing.
#pragma once

#include "collect/coverage.h"
#include "target.h"

namespace unentropy::fuzz {

inline int read_coverage(const CoverageFormat& format, const std::uint8_t* data, std::size_t size) {
  const StillClock clock;
  const Watch watch(clock, std::nullopt, {});
  accepting_errors([&] {
    InputStream input(text_of(data, size), "report", watch);
    const CoverageReport report = format.parse(input);
    for (const FileCoverage& file : report.files) {
      for (const CoverageType type : format.types) {
        const CoverageCount once = file.count(type);
        FileCoverage merged;
        merged.merge(file, type);
        merged.merge(file, type);
        const CoverageCount twice = merged.count(type);
        require(once.found == twice.found && once.covered == twice.covered, "merging a report with itself is nothing");
      }
    }
  });
  return 0;
}

}  // namespace unentropy::fuzz
