// The limit of the whole run, as one more reason to stop measuring.
#pragma once

#include <atomic>
#include <chrono>

namespace unentropy {

// Asked from several threads. Not armed: never reached.
class Deadline {
 public:
  using Point = std::chrono::steady_clock::time_point;

  void arm(Point when) { when_.store(when.time_since_epoch().count(), std::memory_order_relaxed); }
  void disarm() { when_.store(kNever, std::memory_order_relaxed); }
  bool reached() const {
    return std::chrono::steady_clock::now().time_since_epoch().count() >= when_.load(std::memory_order_relaxed);
  }

 private:
  static constexpr Point::rep kNever = Point::max().time_since_epoch().count();
  std::atomic<Point::rep> when_{kNever};
};

}  // namespace unentropy
