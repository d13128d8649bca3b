// A history as columns: what the report and the summaries draw from.
//
// Built by `history`, consumed by `report` and `cli`. Columns, because a history may hold millions of values.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "model/metric.h"

namespace unentropy {

struct HistoryBuild {
  std::int64_t id = 0;
  std::string commit_sha;
  std::string run_id;
  std::int64_t run_number = 0;
  std::string event_name;  // empty: null
  Instant timestamp{};
};

struct HistorySeries {
  std::string metric_key;
  MetricType type = MetricType::numeric;
  std::string unit;         // as stored: a unit's name, other text in old files, or empty
  std::string description;  // as stored
  // Parallel to `HistoryData::builds`. NaN: no value. ±Infinity is possible in old files and means no value in
  // charts and statistics. For labels: an index into `labels`, kNoLabel where there is none.
  std::vector<double> numbers;
  std::vector<std::uint32_t> label_indexes;
  std::vector<std::string> labels;

  static constexpr std::uint32_t kNoLabel = std::numeric_limits<std::uint32_t>::max();
};

struct HistoryBranch {
  std::string name;
  std::int64_t builds = 0;  // builds of visible events
};

// The builds of one branch, ordered by instant, then run number, then id.
struct HistoryData {
  std::string branch;
  std::vector<HistoryBranch> branches;  // every branch with at least one visible build, most builds first
  std::vector<HistoryBuild> builds;
  std::vector<HistorySeries> series;  // one per metric with at least one value among `builds`, by key
  std::int64_t total_builds = 0;      // in the whole history, all events and branches
};

}  // namespace unentropy
