// Histories for tests, screenshots and benchmarks: made by arithmetic alone, the same on every machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "report/report.h"

namespace unentropy {

// A small generator of our own: the standard's distributions differ between libraries.
class SampleRandom {
 public:
  explicit SampleRandom(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next();  // SplitMix64
  double uniform();      // [0, 1)
  double normal();       // roughly, mean 0 and deviation 1

 private:
  std::uint64_t state_;
};

// A request that owns its history.
struct Sample {
  HistoryData history;
  ReportRequest request;  // its `history` is set by `sample_report` callers, see `request_of`
};
ReportRequest request_of(const Sample& sample);

// Names of the fixtures that `make_sample` knows.
const std::vector<std::string>& sample_names();
Sample make_sample(std::string_view name);

// `builds` builds over about three years and `metrics` metrics with figures as real projects have them: random walks
// with spikes, gaps and a label metric now and then.
Sample make_large_sample(std::size_t builds, std::size_t metrics);

}  // namespace unentropy
