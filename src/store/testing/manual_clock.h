// A clock that stands still until somebody sleeps or turns it.
#pragma once

#include <vector>

#include "base/clock.h"

namespace unentropy {

class ManualClock final : public Clock {
 public:
  explicit ManualClock(Instant now) : now_(now) {}

  Instant now() const override { return now_; }
  std::chrono::steady_clock::time_point steady() const override {
    return std::chrono::steady_clock::time_point(elapsed_);
  }
  void sleep_for(Milliseconds duration) override {
    slept_ += duration;
    turn(duration);
  }

  void turn(Milliseconds duration) {
    now_ += duration;
    elapsed_ += duration;
  }
  Milliseconds slept() const { return slept_; }

 private:
  Instant now_;
  Milliseconds elapsed_{0};
  Milliseconds slept_{0};
};

}  // namespace unentropy
