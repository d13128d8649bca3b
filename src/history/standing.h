// What stands in one build of a history, each value with the origin that decides about it.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>

#include "model/build.h"
#include "model/run_record.h"
#include "model/sample.h"

namespace unentropy {

// `unentropy_value_origin` says with this that another tool wrote the value; attempts count from 1.
inline constexpr std::int64_t kForeignAttempt = 0;

// Where a value comes from. Of two values for one place the one with the higher origin stays.
struct Origin {
  std::int64_t attempt = 1;
  std::int64_t measured_at = 0;  // milliseconds since 1970
  std::string record;            // empty: recorded without a run record
  auto operator<=>(const Origin& other) const {
    return std::tie(attempt, measured_at, record) <=> std::tie(other.attempt, other.measured_at, other.record);
  }
  bool operator==(const Origin&) const = default;
};

// Nothing: written by another tool. Orders below every origin.
using MaybeOrigin = std::optional<Origin>;

// Of what a record named `record` says; nothing for a build that another tool wrote.
MaybeOrigin origin_of(const RecordedBuild& recorded, const std::string& record);

// What stands, or is to stand, at (build, metric).
struct Place {
  MetricValue value;
  MaybeOrigin origin;
};
using Places = std::map<std::string, Place>;  // by metric

// Whether `offered` takes the place of `standing`. Total, so that the order of arrival does not matter.
bool wins(const Place& offered, const Place& standing);

struct StandingBuild {
  BuildContext build;    // attempt 0; the timestamp as it is stored
  bool has_time = true;  // false: what is stored is no time
  Places values;
};

}  // namespace unentropy
