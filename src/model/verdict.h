// What the quality gate found: one verdict per threshold and one for the whole.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "model/metric.h"
#include "model/sample.h"
#include "model/threshold.h"

namespace unentropy {

enum class VerdictStatus { pass, fail, unknown };

std::string_view to_string(VerdictStatus status);

// The value of one metric in the build that the change is compared with.
struct BaselineValue {
  double value = 0;
  std::string commit_sha;  // of the build it was taken from
  Instant timestamp{};
};

// The build that was chosen, and why there is none if there is none.
struct Baseline {
  std::string reference_branch;
  std::int64_t builds_considered = 0;
  std::string commit_sha;  // empty: there is no baseline
  Instant timestamp{};
  std::optional<int> distance;    // commits between it and the change, where git could tell
  std::string missing_reason;     // if there is none, or for single metrics: why
  std::string unreadable_reason;  // the history could not be read; empty otherwise
  std::string note;               // how it was chosen, where that needs a word
};

// One row: a metric under one threshold, or a metric without threshold (then `threshold` is absent and there is no
// verdict).
struct GateRow {
  Metric metric;
  std::optional<Threshold> threshold;
  std::optional<MetricValue> now;  // absent: it could not be collected
  std::optional<BaselineValue> baseline;
  std::optional<double> difference;        // now - baseline
  std::optional<double> relative_percent;  // of |baseline|; absent for a baseline of zero
  std::optional<VerdictStatus> status;     // absent without threshold
  std::string message;                     // why, in one line; for a metric that failed its reason
  std::string limit;                       // the limit that applies, formatted, for example `≤ 2 KB`

  bool blocking_failure() const {
    return status == VerdictStatus::fail && threshold && threshold->severity == Severity::blocker;
  }
};

struct GateVerdict {
  VerdictStatus status = VerdictStatus::unknown;
  std::string message;        // one line
  std::vector<GateRow> rows;  // in the order of the configuration
  std::size_t passed = 0;
  std::size_t failed = 0;  // warnings among them
  std::size_t warned = 0;  // failed thresholds of severity warning
  std::size_t unknown = 0;
};

}  // namespace unentropy
