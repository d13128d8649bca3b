// Histories for tests, screenshots and benchmarks: made by arithmetic alone, the same on every machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "report/report.h"

namespace unentropy {

// A request with the histories that it needs.
struct Sample {
  HistoryData history;
  std::vector<HistoryData> others;  // of other branches
  ReportRequest request;            // without pointers into this; see `request_of`
};
// Complete; `sample` must outlive it.
ReportRequest request_of(const Sample& sample);

// Names of the fixtures that `make_sample` knows.
const std::vector<std::string>& sample_names();
Sample make_sample(std::string_view name);

// `builds` builds over about three years and `metrics` metrics with figures as real projects have them: random walks
// with spikes, gaps and a label metric now and then.
Sample make_large_sample(std::size_t builds, std::size_t metrics);

}  // namespace unentropy
