#include "cli/report_data.h"

#include <cmath>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/text.h"
#include "base/version.h"
#include "cli/csv.h"
#include "github/runner_files.h"
#include "model/format.h"
#include "report/dataset.h"
#include "report/escape.h"
#include "report/figures.h"
#include "report/statistics.h"

namespace unentropy {
namespace {

// What all three formats draw from.
struct Content {
  const ReportRequest& request;
  ShownLayout layout;
  Dataset dataset;
};

Content content_of(const ReportRequest& request) {
  ShownLayout layout = lay_out(request.metrics, request.history->series, request.layout, request.thresholds);
  Dataset dataset(*request.history, layout.metrics);
  return {request, std::move(layout), std::move(dataset)};
}

bool has_label(const Content& content, const HistorySeries& series, std::size_t build) {
  return content.dataset.label(series, build) != HistorySeries::kNoLabel;
}

std::string label_text(const Content& content, const HistorySeries& series, std::size_t build) {
  return series.labels[content.dataset.label(series, build)];
}

// Appends `text` to `list`, parted by commas.
void add_item(std::string& list, const std::string& text) { list += (list.empty() ? "" : ",") + text; }

// --- JSON
// -------------------------------------------------------------------------------------------------------------

std::string range_json(const NumberStatistics& statistics) {
  if (statistics.count == 0) return R"({"count":0})";
  return fmt::format(R"({{"count":{},"first":{},"last":{},"minimum":{},"maximum":{},"mean":{}}})", statistics.count,
                     json_number(statistics.first), json_number(statistics.last), json_number(statistics.minimum),
                     json_number(statistics.maximum), json_number(statistics.mean));
}

std::string labels_json(const HistorySeries& series, const std::vector<std::uint64_t>& counts) {
  std::string out;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] == 0) continue;
    add_item(out, fmt::format(R"({{"label":{},"builds":{}}})", json_string(series.labels[i]), counts[i]));
  }
  return "[" + out + "]";
}

std::string series_json(const Content& content, const HistorySeries& series) {
  const Dataset& dataset = content.dataset;
  const bool labels = series.type == MetricType::label;
  const auto starts = preset_starts(dataset);
  std::string ranges;
  for (std::size_t p = 0; p < kRangePresets.size(); ++p) {
    const std::string figures = labels ? labels_json(series, label_counts(dataset, series, starts[p]))
                                       : range_json(number_statistics(dataset, series, starts[p]));
    add_item(ranges, json_string(kRangePresets[p].id) + ":" + figures);
  }
  std::string values;
  for (std::size_t i = 0; i < dataset.size(); ++i) {
    if (i > 0) values += ',';
    if (labels) {
      values += has_label(content, series, i) ? json_string(label_text(content, series, i)) : "null";
    } else {
      values += json_number(dataset.number(series, i));
    }
  }
  return fmt::format(R"(,"ranges":{{{}}},"values":[{}])", ranges, values);
}

std::string metric_json(const Content& content, std::size_t number) {
  const ShownMetric& metric = content.layout.metrics[number];
  const HistorySeries* series = content.dataset.series(number);
  std::string out = fmt::format(R"({{"key":{},"name":{},"type":{},"unit":{},"direction":{},"description":{})",
                                json_string(metric.key), json_string(metric.name), json_string(to_string(metric.type)),
                                metric.unit.empty() ? "null" : json_string(metric.unit),
                                metric.direction ? json_string(to_string(*metric.direction)) : "null",
                                json_string(metric.description));
  return out + (series == nullptr ? "" : series_json(content, *series)) + "}";
}

std::string build_json(const HistoryBuild& build) {
  return fmt::format(R"({{"timestamp":{},"commit":{},"run_id":{},"run_number":{},"event":{}}})",
                     json_string(format_instant(build.timestamp)), json_string(build.commit_sha),
                     json_string(build.run_id), build.run_number,
                     build.event_name.empty() ? "null" : json_string(build.event_name));
}

std::string json_text(const Content& content) {
  std::string branches;
  for (const HistoryBranch& branch : content.request.history->branches) {
    add_item(branches, fmt::format(R"({{"name":{},"builds":{}}})", json_string(branch.name), branch.builds));
  }
  std::string out = fmt::format(
      R"({{"format":"unentropy-report","format_version":1,"generator":{},"generated_at":{},)"
      R"("repository":{},"branch":{},"branches":[{}],)",
      json_string("unentropy " + std::string(version())), json_string(format_instant(content.request.generated_at)),
      json_string(content.request.repository), json_string(content.request.history->branch), branches);
  out += "\n\"builds\":[";
  for (std::size_t i = 0; i < content.dataset.size(); ++i) {
    out += (i == 0 ? "\n" : ",\n") + build_json(content.dataset.build(i));
  }
  out += "],\n\"metrics\":[";
  for (std::size_t m = 0; m < content.layout.metrics.size(); ++m) {
    out += (m == 0 ? "\n" : ",\n") + metric_json(content, m);
  }
  return out + "]}\n";
}

// --- CSV
// --------------------------------------------------------------------------------------------------------------

std::string csv_value(const Content& content, const HistorySeries* series, std::size_t build) {
  if (series == nullptr) return "";
  if (series->type == MetricType::label) {
    return has_label(content, *series, build) ? csv_cell(label_text(content, *series, build)) : "";
  }
  const double number = content.dataset.number(*series, build);
  return std::isfinite(number) ? shortest_digits(number) : "";
}

std::string csv_text(const Content& content) {
  std::string out = "timestamp,commit,run_id,run_number,event";
  for (const ShownMetric& metric : content.layout.metrics) out += "," + csv_cell(metric.key);
  out += "\r\n";
  for (std::size_t i = 0; i < content.dataset.size(); ++i) {
    const HistoryBuild& build = content.dataset.build(i);
    out += fmt::format("{},{},{},{},{}", format_instant(build.timestamp), csv_cell(build.commit_sha),
                       csv_cell(build.run_id), build.run_number, csv_cell(build.event_name));
    for (std::size_t m = 0; m < content.layout.metrics.size(); ++m) {
      out += "," + csv_value(content, content.dataset.series(m), i);
    }
    out += "\r\n";
  }
  return out;
}

// --- Markdown
// ---------------------------------------------------------------------------------------------------------

std::string change_text(const Change& change) {
  std::string text = change.arrow.empty() ? "" : change.arrow + " ";
  text += change.text;
  if (!change.relative.empty()) text += " " + change.relative;
  return text;
}

std::string row(const std::vector<std::string>& cells) { return "| " + join(cells, " | ") + " |\n"; }

std::string markdown_row(const Content& content, std::size_t number) {
  const ShownMetric& metric = content.layout.metrics[number];
  const HistorySeries* series = content.dataset.series(number);
  const std::string name = escape_markdown(metric.name);
  const NewestTwo newest = series == nullptr ? NewestTwo{} : newest_two(content.dataset, *series);
  if (!newest.last) return row({name, "no data", "", "", "", "", ""});
  if (metric.type == MetricType::label) {
    const std::string now = label_text(content, *series, *newest.last);
    std::string change;
    if (newest.previous) {
      const std::string before = label_text(content, *series, *newest.previous);
      change = before == now ? "unchanged" : "was " + escape_markdown(before);
    }
    return row({name, escape_markdown(now), change, "", "", "", ""});
  }
  const NumberStatistics statistics = number_statistics(content.dataset, *series, 0);
  const auto shown = [&](double value) { return escape_markdown(format_value(value, metric.unit)); };
  std::string change = "N/A";
  if (newest.previous) {
    const double before = content.dataset.number(*series, *newest.previous);
    change = escape_markdown(change_text(difference(before, statistics.last, metric.unit, metric.direction)));
  }
  return row({name, shown(statistics.last), change, shown(statistics.minimum), shown(statistics.mean),
              shown(statistics.maximum),
              escape_markdown(change_text(trend(statistics, metric.unit, metric.direction)))});
}

std::string markdown_text(const Content& content) {
  const Dataset& dataset = content.dataset;
  std::string out = fmt::format("## Metrics of {}\n\n", escape_markdown(content.request.repository));
  if (dataset.size() == 0) {
    return out + fmt::format("No builds of branch {} yet.\n", escape_markdown(content.request.history->branch));
  }
  const auto day = [&](std::size_t i) { return format_instant(dataset.build(i).timestamp).substr(0, 10); };
  out += fmt::format("Branch {}, {} {}, {} to {} (UTC).\n\n", escape_markdown(content.request.history->branch),
                     format_value(static_cast<double>(dataset.size()), "integer"),
                     dataset.size() == 1 ? "build" : "builds", day(0), day(dataset.size() - 1));
  out += row({"Metric", "Now", "vs previous", "Min", "Mean", "Max", "Trend"});
  out += "| --- | ---: | ---: | ---: | ---: | ---: | ---: |\n";
  for (std::size_t m = 0; m < content.layout.metrics.size(); ++m) out += markdown_row(content, m);
  return out;
}

}  // namespace

std::string report_data(const ReportRequest& request, DataFormat format) {
  const Content content = content_of(request);
  switch (format) {
    case DataFormat::json:
      return json_text(content);
    case DataFormat::csv:
      return csv_text(content);
    case DataFormat::markdown:
      break;
  }
  return markdown_text(content);
}

}  // namespace unentropy
