// What stands in one build of a history, for whoever asks before adding to it.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <tuple>

#include "base/clock.h"
#include "model/build.h"
#include "model/sample.h"

namespace unentropy {

// What decides between two values of one place: the higher one stays.
struct ValueOrigin {
  std::int64_t attempt = 0;  // 0: another tool wrote it, and the rest says nothing
  Instant measured_at{};
  std::string record;  // run record; empty: none
  auto operator<=>(const ValueOrigin& other) const {
    return std::tie(attempt, measured_at, record) <=> std::tie(other.attempt, other.measured_at, other.record);
  }
  bool operator==(const ValueOrigin&) const = default;
};

struct StandingValue {
  MetricValue value;
  ValueOrigin origin;
};

struct StandingBuild {
  BuildContext build;                           // attempt 0; the timestamp as it is stored
  bool has_time = true;                         // false: what is stored is no time
  std::map<std::string, StandingValue> values;  // by metric
};

}  // namespace unentropy
