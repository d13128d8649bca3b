// How a collector joins the program: a file pair of its own that defines one of the functions below, and a line in
// registry.cc.
#pragma once

#include <string>
#include <vector>

#include "collect/collector.h"
#include "collect/command_line.h"
#include "collect/run_cache.h"
#include "collect/watch.h"

namespace unentropy {

// Everything one run of a collector may use.
struct CollectorRun {
  const CollectorCommand& command;
  const CollectContext& context;
  RunCache& cache;
  const Watch& watch;
};

struct Collector {
  CollectorSpec spec;
  CollectorResult (*run)(const CollectorRun&);
};

Collector count_collector();
Collector coverage_clover_collector();
Collector coverage_cobertura_collector();
Collector coverage_collector();
Collector coverage_go_collector();
Collector coverage_istanbul_collector();
Collector coverage_jacoco_collector();
Collector coverage_lcov_collector();
Collector json_collector();
Collector junit_collector();
Collector loc_collector();
Collector size_collector();

}  // namespace unentropy
