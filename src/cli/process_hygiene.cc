#include "cli/process_hygiene.h"

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include <sys/prctl.h>
#include <sys/resource.h>

namespace unentropy {
namespace {

// The one thing a signal handler may touch.
std::atomic<bool> interruption{false};
static_assert(std::atomic<bool>::is_always_lock_free);

void on_signal(int) { interruption.store(true, std::memory_order_relaxed); }

}  // namespace

void forbid_inspection() {
  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
}

void wipe_environment(const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    // `getenv` points into the block that /proc/self/environ shows.
    if (char* value = std::getenv(name.c_str())) {
      ::explicit_bzero(value, std::strlen(value));
      ::unsetenv(name.c_str());
    }
  }
}

void catch_signals() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  ::sigemptyset(&action.sa_mask);
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  struct sigaction ignore {};
  ignore.sa_handler = SIG_IGN;
  // Writing fails with an error instead, which is reported: to a closed pipe, beyond the limit of a file's size.
  ::sigaction(SIGPIPE, &ignore, nullptr);
  ::sigaction(SIGXFSZ, &ignore, nullptr);
}

bool interruption_requested() { return interruption.load(std::memory_order_relaxed); }

}  // namespace unentropy
