#include "collect/shell.h"

#include <csignal>
#include <cstring>

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"
#include "collect/number.h"

namespace unentropy {

namespace {

constexpr std::size_t kDetailLines = 10;
constexpr std::size_t kMaxLog = 64U << 10;

struct Variable {
  const char* name;
  std::optional<std::string> value;
};

std::string reason_of_end(const Metric& metric, const ProcessResult& result) {
  switch (result.end) {
    case ProcessResult::End::timed_out:
      return fmt::format("timed out after {}; raise the metric's `timeout`", format_duration(metric.timeout));
    case ProcessResult::End::interrupted:
      return "interrupted";
    case ProcessResult::End::signalled: {
      const char* name = ::sigabbrev_np(result.signal);
      return fmt::format("ended by signal {}{}", result.signal, name ? fmt::format(" (SIG{})", name) : "");
    }
    case ProcessResult::End::exited:
      break;
  }
  if (result.exit_code == 127) return "exit code 127: a command was not found";
  if (result.exit_code == 126) return "exit code 126: a command cannot be executed";
  return fmt::format("exit code {}", result.exit_code);
}

std::string_view bounded(std::string_view text) {
  return text.size() <= kMaxLog ? text : text.substr(text.size() - kMaxLog);
}

std::string with_line_end(std::string_view text) {
  std::string result(bounded(text));
  if (!result.empty() && !result.ends_with('\n')) result += '\n';
  return result;
}

}  // namespace

Environment shell_environment(const Metric& metric, const CollectRequest& request) {
  Environment environment = request.environment;
  std::vector<Variable> variables = {
      {"UNENTROPY_COMMIT_SHA", std::nullopt}, {"UNENTROPY_BRANCH", std::nullopt},
      {"UNENTROPY_RUN_ID", std::nullopt},     {"UNENTROPY_RUN_NUMBER", std::nullopt},
      {"UNENTROPY_ACTOR", std::nullopt},      {"UNENTROPY_METRIC_KEY", metric.key},
      {"UNENTROPY_METRIC_NAME", metric.key},  {"UNENTROPY_METRIC_TYPE", std::string(to_string(metric.type))},
  };
  if (request.build) {
    variables[0].value = request.build->commit_sha;
    variables[1].value = request.build->branch;
    variables[2].value = request.build->run_id;
    variables[3].value = std::to_string(request.build->run_number);
    variables[4].value = request.build->actor;
  }
  for (const Variable& variable : variables) {
    environment.erase(variable.name);
    if (variable.value) environment.set(variable.name, *variable.value);
  }
  return environment;
}

std::string last_lines(std::string_view text, std::size_t lines) {
  std::vector<std::string> kept;
  text = bounded(text);
  while (!text.empty() && kept.size() < lines) {
    const std::size_t end = text.rfind('\n');
    const std::string line = single_line(end == std::string_view::npos ? text : text.substr(end + 1));
    if (!trim(line).empty() || !kept.empty()) kept.push_back(line);
    text = end == std::string_view::npos ? std::string_view() : text.substr(0, end);
  }
  return join(std::vector<std::string>(kept.rbegin(), kept.rend()), "\n");
}

std::string reason_of(const Error& error) {
  return error.hint().empty() ? error.message() : error.message() + "; " + error.hint();
}

MetricValue read_value(const Metric& metric, std::string_view output, std::vector<std::string>& notices) {
  const auto line = first_line(output);
  if (!line) {
    throw Error(ErrorKind::usage, "no output", "the command must print the value on standard output");
  }
  if (metric.type == MetricType::label) {
    ParsedLabel label = parse_label_line(*line);
    if (label.cut)
      notices.push_back(fmt::format("the label is longer than {} characters and was cut", kMaxLabelLength));
    return std::move(label.text);
  }
  const ParsedNumber number = parse_number_line(*line);
  if (!number.ignored.empty()) {
    notices.push_back(fmt::format("`{}` after the number was ignored", number.ignored));
  }
  return number.value;
}

Measured run_shell_metric(const Metric& metric, const CollectRequest& request, ProcessRunner& runner) {
  Measured measured{{metric, MetricFailure{}, Milliseconds{0}, {}}, {}};
  MetricOutcome& outcome = measured.outcome;
  ProcessRequest process;
  process.argv = {"/bin/sh", "-c", std::string(trim(metric.command))};
  process.environment = shell_environment(metric, request);
  process.working_directory = request.working_directory;
  process.timeout = metric.timeout;
  std::string detail;
  try {
    const ProcessResult result = runner.run(process);
    outcome.duration = result.duration;
    measured.log = with_line_end(result.standard_output) + with_line_end(result.standard_error);
    detail = last_lines(result.standard_error, kDetailLines);
    if (result.end != ProcessResult::End::exited || result.exit_code != 0) {
      outcome.result = MetricFailure{reason_of_end(metric, result), detail};
    } else {
      outcome.result = read_value(metric, result.standard_output, outcome.notices);
    }
  } catch (const Error& error) {
    outcome.result = MetricFailure{reason_of(error), detail};
  }
  return measured;
}

}  // namespace unentropy
