#include "cli/transfer_progress.h"

#include <algorithm>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "cli/run_tables.h"

namespace unentropy {
namespace {

using Point = std::chrono::steady_clock::time_point;

constexpr Milliseconds kPatience{2'000};
constexpr Milliseconds kRedraw{200};      // at a terminal
constexpr Milliseconds kNextLine{5'000};  // elsewhere
constexpr Milliseconds kRateWindow{5'000};
constexpr std::size_t kBarWidth = 20;

double seconds(Milliseconds duration) { return std::chrono::duration<double>(duration).count(); }

std::string rate_text(double bytes_per_second) {
  return format_bytes(static_cast<std::uint64_t>(std::max(bytes_per_second, 0.0))) + "/s";
}

struct Amount {
  bool sending = false;
  std::uint64_t bytes = 0;
  std::uint64_t total = 0;  // 0: unknown

  bool complete() const { return total > 0 && bytes >= total; }
  std::string text() const { return format_bytes(bytes) + (total > 0 ? " of " + format_bytes(total) : ""); }
  double part() const { return static_cast<double>(bytes) / static_cast<double>(total); }
};

class TransferLog {
 public:
  TransferLog(Printer& printer, Clock& clock) : printer_(printer), clock_(clock) {}

  void update(std::uint64_t received, std::uint64_t receive_total, std::uint64_t sent, std::uint64_t send_total) {
    // A request with a body is an upload, whatever comes back for it.
    const Amount amount = send_total > 0 ? Amount{true, sent, send_total} : Amount{false, received, receive_total};
    const Point now = clock_.steady();
    if (amount.bytes == 0 || amount.bytes < last_bytes_) begin(now);
    last_bytes_ = amount.bytes;
    if (amount.bytes == 0 || done_) return;
    note(now, amount.bytes);
    const auto elapsed = std::chrono::duration_cast<Milliseconds>(now - started_);
    if (elapsed < kPatience) {
      done_ = amount.complete();
    } else if (amount.complete()) {
      done_ = true;
      printer_.progress(fmt::format("{} {} in {}, {}", amount.sending ? "sent" : "received", format_bytes(amount.bytes),
                                    format_duration(elapsed),
                                    rate_text(static_cast<double>(amount.bytes) / seconds(elapsed))));
    } else if (!shown_ || now - *shown_ >= (printer_.terminal() ? kRedraw : kNextLine)) {
      shown_ = now;
      show(amount);
    }
  }

 private:
  void begin(Point now) {
    if (shown_) printer_.transient("");  // the one before ended early
    started_ = now;
    shown_.reset();
    done_ = false;
    marks_.assign(1, {now, 0});
  }

  void note(Point now, std::uint64_t bytes) {
    // libcurl calls thousands of times in a second.
    if (marks_.size() > 1 && now - marks_[marks_.size() - 2].when < kRedraw) {
      marks_.back() = {now, bytes};
    } else {
      marks_.push_back({now, bytes});
    }
    while (marks_.size() > 2 && now - marks_[1].when >= kRateWindow) marks_.pop_front();
  }

  // Over the last seconds, so that a transfer that has become slow is seen to be.
  double rate() const {
    const Mark& from = marks_.front();
    const Mark& to = marks_.back();
    const auto window = std::chrono::duration_cast<Milliseconds>(to.when - from.when);
    return window.count() == 0 ? 0 : static_cast<double>(to.bytes - from.bytes) / seconds(window);
  }

  std::string time_left(const Amount& amount) const {
    if (rate() < 1) return "stalled";
    if (amount.total == 0) return "";
    const double left = static_cast<double>(amount.total - amount.bytes) / rate();
    if (left > 86'400) return "more than a day left";
    const auto whole = static_cast<std::int64_t>(left) + 1;
    return (whole < 60 ? fmt::format("{} s", whole) : format_duration(std::chrono::seconds(whole))) + " left";
  }

  void show(const Amount& amount) {
    const std::string left = time_left(amount);
    const char* doing = amount.sending ? "sending" : "receiving";
    if (!printer_.terminal()) {
      const std::string part = amount.total > 0 ? fmt::format(" ({:.0f}%)", amount.part() * 100) : "";
      printer_.progress(
          fmt::format("{} {}{}, {}{}", doing, amount.text(), part, rate_text(rate()), left.empty() ? "" : ", " + left));
      return;
    }
    std::string bar;
    if (amount.total > 0) {
      const auto filled = std::min(kBarWidth, static_cast<std::size_t>(amount.part() * kBarWidth));
      bar = fmt::format("[{:-<{}}] {:>3.0f}%  ", std::string(filled, '#'), kBarWidth, amount.part() * 100);
    }
    printer_.transient(fmt::format("{} {}{}  {}  {}", doing, bar, amount.text(), rate_text(rate()), left));
  }

  struct Mark {
    Point when;
    std::uint64_t bytes;
  };

  Printer& printer_;
  Clock& clock_;
  Point started_;
  std::uint64_t last_bytes_ = 0;
  std::optional<Point> shown_;
  bool done_ = false;
  std::deque<Mark> marks_;
};

}  // namespace

std::function<void(std::uint64_t, std::uint64_t, std::uint64_t, std::uint64_t)> transfer_progress(Printer& printer,
                                                                                                  Clock& clock) {
  return [log = std::make_shared<TransferLog>(printer, clock)](std::uint64_t received, std::uint64_t receive_total,
                                                               std::uint64_t sent, std::uint64_t send_total) {
    log->update(received, receive_total, sent, send_total);
  };
}

}  // namespace unentropy
