// What is being measured right now, as a few lines at the bottom of a terminal that are drawn anew while time passes.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "cli/printer.h"
#include "collect/collect.h"

namespace unentropy {

// The lines: those that are running first, each cut to `size`, then one that says how many are done.
std::vector<std::string> live_lines(const std::vector<std::string>& running, std::size_t done, std::size_t total,
                                    TerminalSize size);

// Everything may be called from any thread. The destructor leaves no trace on the terminal.
class LiveList {
 public:
  LiveList(Printer& printer, const Clock& clock, std::vector<std::string> names);
  ~LiveList();
  LiveList(const LiveList&) = delete;
  LiveList& operator=(const LiveList&) = delete;

  void show(std::size_t index, MetricProgress progress);

  // Takes the lines away as long as it lives, so that others can print.
  class Pause {
   public:
    explicit Pause(LiveList* list);  // null: nothing to do
    ~Pause();
    Pause(const Pause&) = delete;
    Pause& operator=(const Pause&) = delete;

   private:
    LiveList* list_;
  };

 private:
  struct Running {
    std::size_t index;
    std::chrono::steady_clock::time_point since;
  };

  void keep_drawing();
  void erase();
  void draw();

  Printer& printer_;
  const Clock& clock_;
  std::vector<std::string> names_;
  std::mutex mutex_;  // of all that follows
  std::condition_variable stopping_;
  bool stopped_ = false;
  std::vector<Running> running_;
  std::size_t done_ = 0;
  std::size_t drawn_ = 0;  // lines
  std::thread thread_;
};

}  // namespace unentropy
