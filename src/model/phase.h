// One step of a run: what the log, the summary, the JSON result and the outputs are drawn from.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/error.h"

namespace unentropy {

enum class PhaseStatus { done, warned, failed, skipped };

std::string_view to_string(PhaseStatus status);

struct Phase {
  std::string name;  // download, collect, upload, report
  PhaseStatus status = PhaseStatus::done;
  Milliseconds duration{0};
  std::string detail;          // one line: what was done, or why it was skipped
  std::optional<Error> error;  // for `failed` and, where a failure was survived, `warned`
};

}  // namespace unentropy
