// A run record: what one run measured, small, immutable, and enough to add its builds to any copy of the history.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "model/build.h"
#include "model/metric.h"
#include "model/sample.h"

namespace unentropy {

struct RecordedMetric {
  std::string key;
  MetricType type = MetricType::numeric;
  std::string unit;         // as the database stores it; empty: none
  std::string description;  // empty: none
  MetricValue value;        // a finite number or a label, as `type` says
};

struct RecordedBuild {
  BuildContext build;  // its timestamp is the time of measurement; attempt 0: another tool wrote it, nobody knows more
  std::vector<RecordedMetric> metrics;
  // For a build that was taken from another history: the record it first came in, empty if in none. Absent: this one.
  std::optional<std::string> first_record = std::nullopt;
};

// What was measured, failures left out.
RecordedBuild recorded_build(const BuildContext& build, const std::vector<MetricOutcome>& outcomes);

// A removal, kept for ever in the history so that no record or backup brings the build back.
struct Tombstone {
  std::string commit_sha;
  std::string run_id;
  Instant removed_at{};
};

// Two records with the same name are the same record. Folding records is idempotent, commutative and associative.
struct RunRecord {
  std::string name;  // unique for ever; sorts by time of measurement
  std::vector<RecordedBuild> builds;
  std::vector<Tombstone> tombstones;
};

}  // namespace unentropy
