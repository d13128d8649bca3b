// A metric whose command is for the shell: environment, end of the process, value, log.
#pragma once

#include <string>

#include "base/error.h"
#include "base/process.h"
#include "collect/collect.h"
#include "model/sample.h"

namespace unentropy {

struct Measured {
  MetricOutcome outcome;
  std::string log;  // what a person wants to see of the run
};

// Never throws: a failure is part of the outcome.
Measured run_shell_metric(const Metric& metric, const CollectRequest& request, ProcessRunner& runner);

// The variables of a metric's command: the request's, and UNENTROPY_* for build and metric.
Environment shell_environment(const Metric& metric, const CollectRequest& request);

// The last lines of `text`, at most `lines`, each made printable.
std::string last_lines(std::string_view text, std::size_t lines);

// The value of `metric` in what its command printed. Throws `Error` (usage) if there is none. Notices are added.
MetricValue read_value(const Metric& metric, std::string_view output, std::vector<std::string>& notices);

// `message; hint` in one line.
std::string reason_of(const Error& error);

}  // namespace unentropy
