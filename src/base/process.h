// Running other programs: the seam `ProcessRunner` and its one real implementation.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/environment.h"

namespace unentropy {

struct ProcessRequest {
  std::vector<std::string> argv;  // argv[0] is looked up in PATH of `environment`
  Environment environment;        // the complete environment of the child
  std::filesystem::path working_directory;
  std::optional<Milliseconds> timeout;
  Milliseconds grace{2000};  // between SIGTERM and SIGKILL after the timeout
  std::size_t max_stdout_bytes = 1U << 20;
  std::size_t max_stderr_bytes = 64U << 10;
};

struct ProcessResult {
  enum class End { exited, signalled, timed_out, interrupted };
  End end = End::exited;
  int exit_code = 0;            // for `exited`
  int signal = 0;               // for `signalled`
  std::string standard_output;  // the first `max_stdout_bytes`
  std::string standard_error;   // the last `max_stderr_bytes`
  bool stdout_truncated = false;
  Milliseconds duration{0};
};

class ProcessRunner {
 public:
  virtual ~ProcessRunner() = default;
  // Runs to the end. A program that cannot be started is an `Error`; a failing one is a result.
  virtual ProcessResult run(const ProcessRequest& request) = 0;
};

// The child leads a process group of its own with standard input from /dev/null. At the deadline the whole
// group and everything it re-parented to us gets SIGTERM, after `grace` SIGKILL; nothing is left running and
// `run` returns although a grandchild may hold the pipes open. When the direct child has exited, what it left
// running in the background is killed as well. Processes handed to us cannot be told apart by who started them,
// so runs of one process exclude each other, and nothing else may start children meanwhile.
class SystemProcessRunner final : public ProcessRunner {
 public:
  // `interrupted` is asked now and then; once true, the child is ended and the result says `interrupted`.
  explicit SystemProcessRunner(std::function<bool()> interrupted = {});
  ProcessResult run(const ProcessRequest& request) override;

 private:
  std::function<bool()> interrupted_;
};

}  // namespace unentropy
