// Time: instants, their text form, and the seam through which everything reads the clock and sleeps.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace unentropy {

using Instant = std::chrono::sys_time<std::chrono::milliseconds>;
using Milliseconds = std::chrono::milliseconds;

// The seam: tests pass a clock that they turn by hand.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant now() const = 0;                                   // wall clock
  virtual std::chrono::steady_clock::time_point steady() const = 0;  // for durations and deadlines
  virtual void sleep_for(Milliseconds duration) = 0;
};

// The machine's own clock.
class SystemClock final : public Clock {
 public:
  Instant now() const override;
  std::chrono::steady_clock::time_point steady() const override;
  void sleep_for(Milliseconds duration) override;
};

// `2025-02-03T04:05:06.789Z`: always UTC, always milliseconds, the one form we store.
std::string format_instant(Instant instant);

// RFC 3339 with a capital `T`, minutes at least, and a zone (`Z` or `±HH:MM`); also a date and time parted
// by one space and without zone, which SQLite's CURRENT_TIMESTAMP writes in UTC. Digits after milliseconds
// are cut off. Nothing if the text is of another form or names no real instant.
std::optional<Instant> parse_instant(std::string_view text);

// `20250203T040506Z`, the date format of AWS Signature Version 4.
std::string format_basic(Instant instant);

// An HTTP date (RFC 9110, IMF-fixdate), `Mon, 03 Feb 2025 04:05:06 GMT`.
std::optional<Instant> parse_http_date(std::string_view text);

// `850 ms`, `3.2 s`, `2 min 5 s`: for logs.
std::string format_duration(Milliseconds duration);

}  // namespace unentropy
