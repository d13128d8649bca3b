#include "collect/watch.h"

#include <utility>

#include <fmt/format.h>

#include "base/error.h"

namespace unentropy {

Watch::Watch(const Clock& clock, std::optional<Milliseconds> limit, std::function<bool()> interrupted)
    : clock_(clock), limit_(limit), start_(clock.steady()), interrupted_(std::move(interrupted)) {}

void Watch::check() const {
  if (interrupted_ && interrupted_()) throw Error(ErrorKind::unavailable, "interrupted");
  if (limit_ && clock_.steady() - start_ >= *limit_) {
    throw Error(ErrorKind::unavailable, fmt::format("timed out after {}", format_duration(*limit_)),
                "raise the metric's `timeout`");
  }
}

}  // namespace unentropy
