#include "cli/measuring.h"

#include <optional>

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"
#include "cli/live_list.h"
#include "cli/run_tables.h"
#include "collect/collect.h"

namespace unentropy {
namespace {

std::vector<std::string> keys_of(const std::vector<Metric>& metrics) {
  std::vector<std::string> keys;
  keys.reserve(metrics.size());
  for (const Metric& metric : metrics) keys.push_back(metric.key);
  return keys;
}

// What is said of a metric when it and all before it are done.
void tell(Printer& printer, const MetricOutcome& outcome, const std::string& log, bool verbose) {
  if (verbose || !outcome.succeeded()) printer.foreign(log);
  for (const std::string& notice : outcome.notices) printer.notice(outcome.metric.key + ": " + notice);
  if (!outcome.succeeded()) {
    printer.warning("metric `" + outcome.metric.key + "` failed: " + outcome.failure().reason);
  } else if (verbose) {
    printer.detail(fmt::format("{} took {}", outcome.metric.key, format_duration(outcome.duration)));
  } else if (!printer.terminal()) {
    printer.progress(fmt::format("{}: {}, {}", outcome.metric.key, value_text(outcome.value(), outcome.metric),
                                 format_duration(outcome.duration)));
  }
}

}  // namespace

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
  std::optional<LiveList> live;
  if (printer.terminal()) live.emplace(printer, context.clock, keys_of(request.metrics));
  LiveList* const list = live ? &*live : nullptr;
  CollectListener listener;
  listener.started = [&printer](const Metric& metric) {
    printer.detail("measuring " + metric.key + ": " + single_line(metric.command, 120));
  };
  listener.finished = [&printer, verbose, list](const MetricOutcome& outcome, const std::string& log) {
    const LiveList::Pause pause(list);
    tell(printer, outcome, log, verbose);
  };
  if (list != nullptr) {
    listener.progress = [list](std::size_t index, MetricProgress progress) { list->show(index, progress); };
  }
  std::vector<MetricOutcome> outcomes = collect_metrics(request, context.runner, context.clock, listener);
  live.reset();
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
