#include "cli/live_list.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/text.h"

namespace unentropy {
namespace {

constexpr std::chrono::milliseconds kPeriod{100};

}  // namespace

std::vector<std::string> live_lines(const std::vector<std::string>& running, std::size_t done, std::size_t total,
                                    TerminalSize size) {
  // The cursor stands in a line of its own below, and a terminal may be smaller than any list.
  const std::size_t room = size.rows > 3 ? size.rows - 3 : 1;
  std::vector<std::string> lines;
  for (const std::string& name : running) {
    if (lines.size() + 1 >= room) break;
    lines.push_back("  " + name);
  }
  const std::size_t hidden = running.size() - lines.size();
  lines.push_back(fmt::format("  {} of {} done{}", done, total, hidden > 0 ? fmt::format(", {} more", hidden) : ""));
  for (std::string& line : lines) line = utf8_prefix(line, size.columns > 1 ? size.columns - 1 : 1);
  return lines;
}

LiveList::LiveList(Printer& printer, const Clock& clock, std::vector<std::string> names)
    : printer_(printer), clock_(clock), names_(std::move(names)), thread_([this] { keep_drawing(); }) {}

LiveList::~LiveList() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    stopping_.notify_all();
  }
  thread_.join();
  erase();
}

void LiveList::show(std::size_t index, MetricProgress progress) {
  const std::lock_guard lock(mutex_);
  std::erase_if(running_, [index](const Running& running) { return running.index == index; });
  if (progress == MetricProgress::running) {
    running_.push_back({index, clock_.steady()});
  } else {
    ++done_;
  }
}

// Nothing is drawn in the first moment, so that a quick run does not flicker.
void LiveList::keep_drawing() {
  std::unique_lock lock(mutex_);
  while (!stopping_.wait_for(lock, kPeriod, [this] { return stopped_; })) {
    erase();
    draw();
  }
}

void LiveList::erase() {
  if (drawn_ > 0) printer_.live(fmt::format("\x1b[{}F\x1b[J", drawn_));
  drawn_ = 0;
}

void LiveList::draw() {
  const auto size = printer_.terminal();
  if (!size) return;
  std::vector<std::string> running;
  for (const Running& metric : running_) {
    const auto elapsed = std::chrono::duration_cast<std::chrono::seconds>(clock_.steady() - metric.since);
    running.push_back(fmt::format("{}  {} s", single_line(names_[metric.index], 60), elapsed.count()));
  }
  const std::vector<std::string> lines = live_lines(running, done_, names_.size(), *size);
  printer_.live(join(lines, "\n") + "\n");
  drawn_ = lines.size();
}

LiveList::Pause::Pause(LiveList* list) : list_(list) {
  if (list_ == nullptr) return;
  list_->mutex_.lock();
  list_->erase();
}

LiveList::Pause::~Pause() {
  if (list_ != nullptr) list_->mutex_.unlock();
}

}  // namespace unentropy
