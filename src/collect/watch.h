// The time limit and the interruption of one run of a collector, asked now and then by everything that may take long.
#pragma once

#include <chrono>
#include <functional>
#include <optional>

#include "base/clock.h"

namespace unentropy {

// Safe to use from several threads. The clock must outlive it.
class Watch {
 public:
  Watch(const Clock& clock, std::optional<Milliseconds> limit, std::function<bool()> interrupted);

  // Throws `Error` (unavailable) when the limit has passed or the run was interrupted. Costs about as much as
  // reading the clock: call it once per file or megabyte.
  void check() const;

 private:
  const Clock& clock_;
  std::optional<Milliseconds> limit_;
  std::chrono::steady_clock::time_point start_;
  std::function<bool()> interrupted_;
};

}  // namespace unentropy
