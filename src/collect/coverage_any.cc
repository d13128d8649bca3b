// `coverage`: any format, found out by content.
#include "collect/coverage.h"

namespace unentropy {

namespace {

CollectorResult collect_any(const CollectorRun& run) { return collect_coverage(run, nullptr); }

}  // namespace

Collector coverage_collector() {
  CollectorSpec spec =
      coverage_spec("coverage", "test coverage from reports of any known format",
                    {CoverageType::line, CoverageType::branch, CoverageType::function, CoverageType::statement});
  spec.options.front().default_text = "line; statement for Go";
  return {spec, collect_any};
}

}  // namespace unentropy
