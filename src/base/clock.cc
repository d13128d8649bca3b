#include "base/clock.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <thread>

#include <fmt/format.h>

namespace unentropy {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::array<std::string_view, 7> kWeekdays{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

// Takes a text apart from left to right; after the first mismatch nothing matches any more.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  bool failed() const { return failed_; }
  bool at_end() const { return !failed_ && rest_.empty(); }
  bool at_digit() const { return !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; }

  // Exactly `count` digits.
  int number(int count) {
    int value = 0;
    for (int i = 0; i < count; ++i) value = value * 10 + digit();
    return value;
  }

  int digit() {
    if (!at_digit()) return fail();
    const int value = rest_.front() - '0';
    rest_.remove_prefix(1);
    return value;
  }

  void expect(std::string_view text) {
    if (!accept(text)) fail();
  }

  bool accept(std::string_view text) {
    if (failed_ || !rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }

  // The index of the name that comes next.
  template <std::size_t N>
  int one_of(const std::array<std::string_view, N>& names) {
    for (std::size_t i = 0; i < N; ++i) {
      if (accept(names[i])) return static_cast<int>(i);
    }
    return fail();
  }

  int fail() {
    failed_ = true;
    rest_ = {};
    return 0;
  }

 private:
  std::string_view rest_;
  bool failed_ = false;
};

struct Civil {
  int year = 0;
  int month = 0;
  int day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
  int millisecond = 0;
};

std::optional<Instant> to_instant(const Civil& civil, minutes offset, int last_second) {
  const std::chrono::year_month_day date{std::chrono::year(civil.year),
                                         std::chrono::month(static_cast<unsigned>(civil.month)),
                                         std::chrono::day(static_cast<unsigned>(civil.day))};
  if (!date.ok() || civil.hour > 23 || civil.minute > 59 || civil.second > last_second) return std::nullopt;
  const Instant instant = std::chrono::sys_days(date) + hours(civil.hour) + minutes(civil.minute) +
                          seconds(civil.second) + Milliseconds(civil.millisecond) - offset;
  // Our own form has four digits for the year, and an offset may lead out of them.
  const std::chrono::year_month_day shifted{std::chrono::floor<days>(instant)};
  if (shifted.year() < std::chrono::year(0) || shifted.year() > std::chrono::year(9999)) return std::nullopt;
  return instant;
}

Civil to_civil(Instant instant) {
  const auto day = std::chrono::floor<days>(instant);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss<Milliseconds> time{instant - day};
  return {static_cast<int>(date.year()),
          static_cast<int>(static_cast<unsigned>(date.month())),
          static_cast<int>(static_cast<unsigned>(date.day())),
          static_cast<int>(time.hours().count()),
          static_cast<int>(time.minutes().count()),
          static_cast<int>(time.seconds().count()),
          static_cast<int>(time.subseconds().count())};
}

// Milliseconds of a fraction of any length; what is finer is cut off.
int fraction(Scanner& scanner) {
  int value = scanner.digit() * 100;
  for (int unit : {10, 1}) value += scanner.at_digit() ? scanner.digit() * unit : 0;
  while (scanner.at_digit()) scanner.digit();
  return value;
}

minutes zone(Scanner& scanner) {
  if (scanner.accept("Z")) return minutes(0);
  const bool west = scanner.accept("-");
  if (!west) scanner.expect("+");
  const int hour = scanner.number(2);
  scanner.expect(":");
  const int minute = scanner.number(2);
  if (hour > 23 || minute > 59) scanner.fail();
  const minutes offset = hours(hour) + minutes(minute);
  return west ? -offset : offset;
}

}  // namespace

Instant SystemClock::now() const {
  return std::chrono::time_point_cast<Milliseconds>(std::chrono::system_clock::now());
}

std::chrono::steady_clock::time_point SystemClock::steady() const { return std::chrono::steady_clock::now(); }

void SystemClock::sleep_for(Milliseconds duration) { std::this_thread::sleep_for(duration); }

std::string format_instant(Instant instant) {
  const Civil c = to_civil(instant);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", c.year, c.month, c.day, c.hour, c.minute, c.second,
                     c.millisecond);
}

std::optional<Instant> parse_instant(std::string_view text) {
  Scanner scanner(text);
  Civil civil;
  civil.year = scanner.number(4);
  scanner.expect("-");
  civil.month = scanner.number(2);
  scanner.expect("-");
  civil.day = scanner.number(2);
  const bool has_zone = scanner.accept("T");
  if (!has_zone) scanner.expect(" ");
  civil.hour = scanner.number(2);
  scanner.expect(":");
  civil.minute = scanner.number(2);
  if (scanner.accept(":")) {
    civil.second = scanner.number(2);
    if (scanner.accept(".")) civil.millisecond = fraction(scanner);
  }
  const minutes offset = has_zone ? zone(scanner) : minutes(0);
  if (!scanner.at_end()) return std::nullopt;
  return to_instant(civil, offset, 59);
}

std::string format_basic(Instant instant) {
  const Civil c = to_civil(instant);
  return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}Z", c.year, c.month, c.day, c.hour, c.minute, c.second);
}

std::optional<Instant> parse_http_date(std::string_view text) {
  Scanner scanner(text);
  Civil civil;
  // The weekday follows from the date; a server that has it wrong still means the date.
  scanner.one_of(kWeekdays);
  scanner.expect(", ");
  civil.day = scanner.number(2);
  scanner.expect(" ");
  civil.month = scanner.one_of(kMonths) + 1;
  scanner.expect(" ");
  civil.year = scanner.number(4);
  scanner.expect(" ");
  civil.hour = scanner.number(2);
  scanner.expect(":");
  civil.minute = scanner.number(2);
  scanner.expect(":");
  civil.second = scanner.number(2);
  scanner.expect(" GMT");
  if (!scanner.at_end()) return std::nullopt;
  // RFC 9110 allows for a leap second.
  return to_instant(civil, minutes(0), 60);
}

std::string format_duration(Milliseconds duration) {
  const long long ms = std::max<long long>(duration.count(), 0);
  if (ms < 1000) return fmt::format("{} ms", ms);
  const long long tenths = (ms + 50) / 100;
  if (tenths < 600) return fmt::format("{}.{} s", tenths / 10, tenths % 10);
  const long long whole_seconds = (ms + 500) / 1000;
  if (whole_seconds < 3600) return fmt::format("{} min {} s", whole_seconds / 60, whole_seconds % 60);
  const long long whole_minutes = (ms + 30'000) / 60'000;
  return fmt::format("{} h {} min", whole_minutes / 60, whole_minutes % 60);
}

}  // namespace unentropy
