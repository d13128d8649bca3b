#include "cli/measuring.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"
#include "collect/collect.h"

namespace unentropy {

Environment environment_of_commands(const Environment& environment) {
  Environment inherited;
  for (const auto& [name, value] : environment.variables()) {
    if (!is_withheld_from_commands(name)) inherited.set(name, value);
  }
  return inherited;
}

std::vector<MetricOutcome> measure(CommandContext& context, const MeasuringPlan& plan) {
  CollectRequest request;
  request.metrics = plan.config.metrics;
  request.sources = plan.config.sources;
  request.working_directory = context.working_directory;
  request.base_directory = plan.base_directory;
  request.environment = environment_of_commands(context.environment);
  request.build = plan.build;
  request.allow_shell = plan.allow_shell;
  request.interrupted = [&context] {
    return context.deadline.reached() || (context.interrupted && context.interrupted());
  };

  Printer& printer = context.printer;
  const bool verbose = context.inputs.flag("verbose");
  CollectListener listener;
  listener.started = [&printer](const Metric& metric) {
    printer.detail("measuring " + metric.key + ": " + single_line(metric.command, 120));
  };
  listener.finished = [&printer, verbose](const MetricOutcome& outcome, const std::string& log) {
    if (verbose || !outcome.succeeded()) printer.foreign(log);
    for (const std::string& notice : outcome.notices) printer.notice(outcome.metric.key + ": " + notice);
    if (outcome.succeeded()) {
      printer.detail(fmt::format("{} took {}", outcome.metric.key, format_duration(outcome.duration)));
    } else {
      printer.warning("metric `" + outcome.metric.key + "` failed: " + outcome.failure().reason);
    }
  };
  std::vector<MetricOutcome> outcomes = collect_metrics(request, context.runner, context.clock, listener);
  if (context.interrupted && context.interrupted()) {
    throw Error(ErrorKind::unavailable, "the run was interrupted", "run it again");
  }
  if (context.deadline.reached()) {
    const std::string limit = context.inputs.text_or("timeout", "") + " s";
    context.printer.warning("`timeout` of " + limit + " for the whole run was used up by collect",
                            "raise `timeout`, or leave it out so that metrics have only their own limits");
    for (MetricOutcome& outcome : outcomes) {
      if (!outcome.succeeded() && outcome.failure().reason == "interrupted") {
        outcome.result = MetricFailure{"cut off, because `timeout` of " + limit + " for the whole run was used up", ""};
      }
    }
  }
  return outcomes;
}

}  // namespace unentropy
