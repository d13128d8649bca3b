#include "cli/run_tables.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.h"
#include "github/runner_files.h"
#include "model/format.h"

namespace unentropy {
namespace {

std::string unit_name(const Metric& metric) { return metric.unit ? std::string(to_string(*metric.unit)) : ""; }

struct Row {
  std::string name;
  std::string value;
  std::string change;
  bool failed = false;
};

Row row_of(const MetricOutcome& outcome, const RunResult& result) {
  Row row;
  row.name = shown_name(outcome.metric);
  if (!outcome.succeeded()) {
    row.failed = true;
    row.value = "failed: " + single_line(outcome.failure().reason, 200);
    return row;
  }
  row.value = value_text(outcome.value(), outcome.metric);
  const auto previous = result.previous.find(outcome.metric.key);
  if (previous == result.previous.end()) {
    row.change = "new";
    return row;
  }
  const double* before = std::get_if<double>(&previous->second.value);
  const double* now = std::get_if<double>(&outcome.value());
  if (before && now) {
    row.change = format_change(*before, *now, unit_name(outcome.metric));
  } else if (previous->second.value != outcome.value()) {
    row.change = "was " + value_text(previous->second.value, outcome.metric);
  } else {
    row.change = "-";
  }
  return row;
}

std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string padded(const std::string& text, std::size_t to) {
  return text + std::string(to > width(text) ? to - width(text) : 0, ' ');
}

std::string aligned(const std::vector<Row>& rows) {
  std::vector<std::vector<std::string>> cells;
  for (const Row& row : rows) {
    if (row.failed) {
      cells.push_back({row.name, row.value + "  " + row.change});
    } else {
      cells.push_back({row.name, row.value, row.change});
    }
  }
  return aligned_columns(cells);
}

}  // namespace

std::string aligned_columns(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    if (widths.size() < row.size()) widths.resize(row.size());
    for (std::size_t i = 0; i + 1 < row.size(); ++i) widths[i] = std::max(widths[i], width(row[i]));
  }
  std::string table;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += "  " + (i + 1 < row.size() ? padded(row[i], widths[i]) : row[i]);
    }
    table += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return table;
}

std::string shown_name(const Metric& metric) {
  if (metric.name == metric.key) return metric.key;
  return single_line(metric.name, 40) + " (" + metric.key + ")";
}

std::string value_text(const MetricValue& value, const Metric& metric) {
  if (const double* number = std::get_if<double>(&value)) return format_value(*number, unit_name(metric));
  return single_line(std::get<std::string>(value), 60);
}

std::string metrics_table(const RunResult& result) {
  std::vector<Row> rows;
  for (const MetricOutcome& outcome : result.outcomes) rows.push_back(row_of(outcome, result));
  return aligned(rows);
}

std::string timed_metrics_table(const RunResult& result) {
  std::vector<Row> rows;
  for (const MetricOutcome& outcome : result.outcomes) {
    rows.push_back(row_of(outcome, result));
    rows.back().change = format_duration(outcome.duration);
  }
  return aligned(rows);
}

std::string phase_line(const Phase& phase) {
  return fmt::format("{:<8}  {:<7}  {:>8}  {}", phase.name, to_string(phase.status), format_duration(phase.duration),
                     phase.detail);
}

std::string format_bytes(std::uint64_t bytes) { return format_value(static_cast<double>(bytes), "bytes"); }

std::string counted(std::int64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string job_summary(const RunResult& result) {
  std::string text = "## Unentropy\n\n";
  if (result.success()) {
    text += fmt::format("{} of {} metrics measured, {} in the history.\n\n", result.collected(), result.outcomes.size(),
                        counted(result.total_builds, "build"));
  } else {
    text += "**" + message_markdown(result.error_message) + "**\n\n";
    if (!result.error_hint.empty()) text += "Hint: " + message_markdown(result.error_hint) + "\n\n";
  }
  text += "| Phase | Status | Duration | |\n| --- | --- | ---: | --- |\n";
  for (const Phase& phase : result.phases) {
    text += fmt::format("| {} | {} | {} | {} |\n", phase.name, to_string(phase.status), format_duration(phase.duration),
                        message_markdown(phase.error ? phase.error->message() : phase.detail));
  }
  if (!result.outcomes.empty()) {
    text += "\n| Metric | Value | Change |\n| --- | ---: | ---: |\n";
    for (const MetricOutcome& outcome : result.outcomes) {
      const Row row = row_of(outcome, result);
      text += fmt::format("| {} | {} | {} |\n", escape_markdown(row.name), escape_markdown(row.value),
                          escape_markdown(row.change));
    }
  }
  if (!result.report_path.empty()) {
    text += "\nReport: " + escape_markdown(result.report_path.string()) +
            " (a workflow artifact, if the workflow uploads the folder)\n";
  }
  if (!result.kept_database.empty()) {
    text += "\nThe history with this build was kept on the runner: " + escape_markdown(result.kept_database.string()) +
            "\n";
  }
  return text + "\n";
}

}  // namespace unentropy
