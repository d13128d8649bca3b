#include "report/card.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/text.h"
#include "model/format.h"
#include "report/escape.h"
#include "report/figures.h"
#include "report/pack.h"
#include "report/sparkline.h"
#include "report/statistics.h"

namespace unentropy {
namespace {

constexpr std::size_t kMaxListedLabels = 8;
constexpr std::size_t kMaxTextLength = 300;
constexpr std::size_t kSeriesColours = 8;
constexpr std::uint64_t kFewPoints = 5;

std::string text(std::string_view raw) { return escape_html(single_line(raw, kMaxTextLength)); }

std::string change_html(const Change& change) {
  const std::string arrow = change.arrow.empty() ? "" : fmt::format(R"(<i aria-hidden="true">{}</i> )", change.arrow);
  const std::string relative =
      change.relative.empty() ? "" : fmt::format(R"(<span class="relative"> {}</span>)", escape_html(change.relative));
  return fmt::format(R"(<span class="change {}">{}{}{}</span>)", to_string(change.tone), arrow,
                     escape_html(change.text), relative);
}

struct MetricText {
  std::string now;      // escaped; empty: no value
  std::string changes;  // HTML
  std::string figures;  // HTML, inside a <dl>
  std::string cells;    // HTML, the same figures inside a table's row
  std::string drawing;  // HTML
  std::string note;     // escaped
};

std::string ago_note(std::size_t ago, bool first) {
  return ago == 0 ? ""
                  : fmt::format(R"(<span class="what">{}measured {} {} ago</span>)", first ? "" : " · ", ago,
                                ago == 1 ? "build" : "builds");
}

// The absolute limits of the quality gate that the newest value breaks.
std::string broken_limits(const ShownMetric& metric, double value) {
  std::string out;
  for (const Threshold& threshold : metric.thresholds) {
    const bool lower = threshold.mode == ThresholdMode::min;
    if (!threshold.target || (!lower && threshold.mode != ThresholdMode::max)) {
      continue;
    }
    if (lower ? value < *threshold.target : value > *threshold.target) {
      out += fmt::format(R"( <span class="broken">breaks {} {}</span>)", to_string(threshold.mode),
                         escape_html(format_value(*threshold.target, metric.unit)));
    }
  }
  return out;
}

std::string sparse_note(std::uint64_t count) {
  return count >= kFewPoints
             ? ""
             : fmt::format("Only {} {} so far: too few to show a trend", count, count == 1 ? "value" : "values");
}

MetricText number_text(const ShownMetric& metric, const Dataset& dataset, const HistorySeries& series,
                       std::size_t colour) {
  MetricText result;
  const NumberStatistics statistics = number_statistics(dataset, series, 0);
  if (statistics.count == 0) {
    return result;
  }
  const NewestTwo newest = newest_two(dataset, series);
  const auto shown = [&](double value) { return escape_html(format_value(value, metric.unit)); };
  result.now = shown(statistics.last);
  if (newest.previous) {
    const double before = dataset.number(series, *newest.previous);
    result.changes = change_html(difference(before, statistics.last, metric.unit, metric.direction)) +
                     R"(<span class="what"> vs previous</span>)";
  }
  result.changes += ago_note(dataset.size() - 1 - *newest.last, result.changes.empty());
  result.changes += broken_limits(metric, statistics.last);
  const std::array<std::pair<std::string_view, std::string>, 4> figures{
      {{"Min", shown(statistics.minimum)},
       {"Mean", shown(statistics.mean)},
       {"Max", shown(statistics.maximum)},
       {"Trend", change_html(trend(statistics, metric.unit, metric.direction))}}};
  for (const auto& [name, value] : figures) {
    result.figures += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>", name, value);
    result.cells += fmt::format("<td>{}</td>", value);
  }
  result.drawing = sparkline_svg(dataset, series, colour % kSeriesColours + 1);
  result.note = sparse_note(statistics.count);
  return result;
}

MetricText label_text(const Dataset& dataset, const HistorySeries& series) {
  MetricText result;
  const NewestTwo newest = newest_two(dataset, series);
  if (!newest.last) {
    return result;
  }
  const std::uint32_t now = dataset.label(series, *newest.last);
  result.now = text(series.labels[now]);
  if (newest.previous) {
    const std::uint32_t before = dataset.label(series, *newest.previous);
    const std::string change = before == now ? "unchanged" : "was " + text(series.labels[before]);
    result.changes = fmt::format(R"(<span class="change flat">{}</span>)", change);
  }
  result.changes += ago_note(dataset.size() - 1 - *newest.last, result.changes.empty());
  const auto counts = label_counts(dataset, series, 0);
  const auto drawn = drawn_labels(counts);
  for (std::size_t i = 0; i < std::min(drawn.size(), kMaxListedLabels); ++i) {
    const std::uint64_t count = counts[drawn[i]];
    result.figures += fmt::format(R"(<div><dt><b class="swatch f{}"></b>{}</dt><dd>{} {}</dd></div>)", i + 1,
                                  text(series.labels[drawn[i]]), format_value(static_cast<double>(count), "integer"),
                                  count == 1 ? "build" : "builds");
  }
  result.drawing = label_bar_svg(dataset, series);
  return result;
}

MetricText metric_text(const ShownMetric& metric, const Dataset& dataset, std::size_t index, std::size_t colour) {
  const HistorySeries* series = dataset.series(index);
  if (series == nullptr) {
    return {};
  }
  return metric.type == MetricType::label ? label_text(dataset, *series)
                                          : number_text(metric, dataset, *series, colour);
}

// Value and change, large: for a chart of one metric.
std::string single_html(const ShownMetric& metric, std::size_t index, const MetricText& shown) {
  const std::string value =
      shown.now.empty()
          ? R"(<span class="none">No data yet</span>)"
          : fmt::format(R"(<span class="now">{}</span> <span class="changes">{}</span>)", shown.now, shown.changes);
  return fmt::format(R"(<div class="metric{}" data-metric="{}"><p class="value">{}</p></div>)",
                     metric.type == MetricType::label ? " label" : "", index, value);
}

// A line of the legend, for a chart of several metrics. `colour` counts within the chart.
std::string legend_row(const ShownMetric& metric, std::size_t index, const MetricText& shown, std::size_t colour) {
  const std::string key = metric.type == MetricType::label
                              ? std::string(R"(<b class="swatch"></b>)")
                              : fmt::format(R"(<b class="swatch k{}"></b>)", colour % kSeriesColours + 1);
  std::string cells;
  if (shown.now.empty()) {
    cells = R"(<td colspan="6" class="none">No data yet</td>)";
  } else {
    cells = fmt::format(R"(<td class="now">{}</td><td class="changes">{}</td>{})", shown.now, shown.changes,
                        shown.cells.empty() ? R"(<td colspan="4"></td>)" : shown.cells);
  }
  return fmt::format(R"(<tr data-metric="{}"><th scope="row">{}{}</th>{}</tr>)", index, key, text(metric.name), cells);
}

std::string legend_html(const std::string& rows) {
  return R"(<div class="scroll" tabindex="0" role="group" aria-label="Figures"><table class="legend"><thead><tr><th scope="col">Metric</th><th scope="col">Now</th>)"
         R"(<th scope="col">vs previous</th><th scope="col">Min</th><th scope="col">Mean</th><th scope="col">Max</th>)"
         R"(<th scope="col">Trend</th></tr></thead><tbody>)" +
         rows + "</tbody></table></div>";
}

}  // namespace

std::string render_card(const ShownLayout& layout, const Dataset& dataset, const ShownChart& chart,
                        std::size_t number) {
  std::size_t members = 0;
  for (const ShownPanel& panel : chart.panels) {
    members += panel.metrics.size();
  }
  const bool many = members > 1;
  std::string values;   // above the drawings
  std::string figures;  // below them
  std::string drawings;
  std::string note;
  std::size_t colour = 0;
  for (std::size_t p = 0; p < chart.panels.size(); ++p) {
    const bool labels = chart.panels[p].type == MetricType::label;
    std::string lines;
    for (const std::size_t m : chart.panels[p].metrics) {
      const MetricText shown = metric_text(layout.metrics[m], dataset, m, colour);
      if (many) {
        figures += legend_row(layout.metrics[m], m, shown, colour);
      } else {
        values = single_html(layout.metrics[m], m, shown);
        figures =
            fmt::format(R"(<dl class="figures{}" data-metric="{}">{}</dl>)", labels ? " label" : "", m, shown.figures);
        note = shown.note;
      }
      lines += shown.drawing;
      colour += labels ? 0 : 1;
    }
    drawings += fmt::format(R"(<div class="plot {}{}" data-panel="{}">{}</div>)", labels ? "label" : "number",
                            lines.empty() ? " bare" : "", p, lines);
  }
  const std::string about =
      chart.description.empty() ? "" : fmt::format(R"(<p class="about">{}</p>)", text(chart.description));
  return fmt::format(R"(<article class="card{}" id="chart-{}" data-chart="{}" aria-labelledby="title-{}"><header>)"
                     R"(<h3 id="title-{}">{}</h3>{}</header>{}{}{}<p class="note">{}</p></article>)",
                     many ? " many" : "", number, number, number, number, text(chart.title), about, values, drawings,
                     many ? legend_html(figures) : figures, note);
}

}  // namespace unentropy
