#include "collect/registry.h"

#include <algorithm>

#include "base/error.h"

namespace unentropy {

namespace {

const std::vector<Collector>& collectors() {
  static const std::vector<Collector> kAll = {
      loc_collector(),
      size_collector(),
      coverage_collector(),
      coverage_lcov_collector(),
      coverage_cobertura_collector(),
      coverage_clover_collector(),
      coverage_jacoco_collector(),
      coverage_istanbul_collector(),
      coverage_go_collector(),
      junit_collector(),
      json_collector(),
      count_collector(),
  };
  return kAll;
}

}  // namespace

const std::vector<CollectorSpec>& collector_specs() {
  static const std::vector<CollectorSpec> kSpecs = [] {
    std::vector<CollectorSpec> specs;
    for (const Collector& collector : collectors()) specs.push_back(collector.spec);
    return specs;
  }();
  return kSpecs;
}

const CollectorSpec* find_collector(std::string_view name) {
  const std::vector<CollectorSpec>& specs = collector_specs();
  const auto found =
      std::find_if(specs.begin(), specs.end(), [&](const CollectorSpec& spec) { return spec.name == name; });
  return found == specs.end() ? nullptr : &*found;
}

CollectorResult run_collector(const std::vector<std::string>& tokens, const CollectContext& context) {
  const CollectorCommand command(tokens);
  const Watch watch(context.clock, context.timeout, context.interrupted);
  const std::shared_ptr<RunCache> cache = context.cache ? context.cache : std::make_shared<RunCache>();
  const std::vector<Collector>& all = collectors();
  const auto found = std::find_if(
      all.begin(), all.end(), [&](const Collector& collector) { return collector.spec.name == command.spec().name; });
  return found->run(CollectorRun{command, context, *cache, watch});
}

}  // namespace unentropy
