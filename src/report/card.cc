#include "report/card.h"

#include <algorithm>

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

std::string text(std::string_view raw) { return escape_html(single_line(raw, kMaxTextLength)); }

// `f` names the figure for the script, which replaces the text when the reader picks another range.
std::string figure(std::string_view f, std::string_view label, const std::string& value) {
  return fmt::format(R"(<div><dt>{}</dt><dd data-f="{}">{}</dd></div>)", label, f, value);
}

std::string change_html(std::string_view f, const Change& change, std::string_view what) {
  if (change.text.empty()) {
    return {};
  }
  const std::string arrow = change.arrow.empty() ? "" : fmt::format(R"(<i aria-hidden="true">{}</i> )", change.arrow);
  return fmt::format(R"(<span class="change {}" data-f="{}">{}{}</span> <span class="what">{}</span>)",
                     to_string(change.tone), f, arrow, escape_html(change.text), what);
}

struct MetricText {
  std::string now;      // escaped
  std::string changes;  // HTML
  std::string figures;  // HTML of a <dl>
  std::string drawing;  // HTML
};

std::string ago_note(std::size_t ago) {
  return ago == 0 ? "" : fmt::format(R"(<span class="what">{} {} ago</span>)", ago, ago == 1 ? "build" : "builds");
}

MetricText number_text(const ShownMetric& metric, const Dataset& dataset, const HistorySeries& series) {
  MetricText result;
  const NumberStatistics statistics = number_statistics(dataset, series, 0);
  if (statistics.count == 0) {
    return result;
  }
  const NewestTwo newest = newest_two(dataset, series);
  const auto shown = [&](double value) { return escape_html(format_value(value, metric.unit)); };
  result.now = shown(statistics.last);
  if (newest.previous) {
    result.changes = change_html(
        "difference",
        difference(dataset.number(series, *newest.previous), statistics.last, metric.unit, metric.direction),
        "vs previous");
  }
  result.changes += ago_note(dataset.size() - 1 - *newest.last);
  const Change over_range = trend(statistics, metric.unit, metric.direction);
  const std::string arrow =
      over_range.arrow.empty() ? "" : fmt::format(R"(<i aria-hidden="true">{}</i> )", over_range.arrow);
  result.figures = figure("minimum", "Min", shown(statistics.minimum)) +
                   figure("mean", "Mean", shown(statistics.mean)) +
                   figure("maximum", "Max", shown(statistics.maximum)) +
                   figure("trend", "Trend",
                          fmt::format(R"(<span class="change {}">{}{}</span>)", to_string(over_range.tone), arrow,
                                      escape_html(over_range.text)));
  result.drawing = sparkline_svg(dataset, series);
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
    result.changes = before == now
                         ? R"(<span class="change flat">unchanged</span>)"
                         : fmt::format(R"(<span class="change flat">was {}</span>)", text(series.labels[before]));
  }
  result.changes += ago_note(dataset.size() - 1 - *newest.last);
  const auto counts = label_counts(dataset, series, 0);
  const auto drawn = drawn_labels(counts);
  std::string list;
  for (std::size_t i = 0; i < std::min(drawn.size(), kMaxListedLabels); ++i) {
    list += fmt::format(R"(<div><dt><b class="f{}"></b>{}</dt><dd>{}</dd></div>)", i + 1, text(series.labels[drawn[i]]),
                        format_value(static_cast<double>(counts[drawn[i]]), "integer"));
  }
  result.figures = list;
  result.drawing = label_bar_svg(dataset, series);
  return result;
}

MetricText metric_text(const ShownMetric& metric, const Dataset& dataset, std::size_t index) {
  const HistorySeries* series = dataset.series(index);
  if (series == nullptr) {
    return {};
  }
  return metric.type == MetricType::label ? label_text(dataset, *series) : number_text(metric, dataset, *series);
}

std::string metric_html(const ShownMetric& metric, std::size_t index, const MetricText& shown, bool named) {
  const std::string name =
      named ? fmt::format(R"(<h4 class="name"><b class="key"></b>{}</h4>)", text(metric.name)) : "";
  const std::string kind = metric.type == MetricType::label ? "label" : "number";
  if (shown.now.empty()) {
    return fmt::format(R"(<div class="metric {}" data-metric="{}">{}<p class="none">No data yet</p></div>)", kind,
                       index, name);
  }
  return fmt::format(
      R"(<div class="metric {}" data-metric="{}">{}<p class="value"><span class="now" data-f="now">{}</span>)"
      R"(<span class="changes">{}</span></p><dl class="figures">{}</dl></div>)",
      kind, index, name, shown.now, shown.changes, shown.figures);
}

}  // namespace

std::string render_card(const ShownLayout& layout, const Dataset& dataset, const ShownChart& chart,
                        std::size_t number) {
  std::size_t members = 0;
  for (const ShownPanel& panel : chart.panels) {
    members += panel.metrics.size();
  }
  std::string metrics;
  std::string drawings;
  for (std::size_t p = 0; p < chart.panels.size(); ++p) {
    std::string lines;
    for (const std::size_t m : chart.panels[p].metrics) {
      const MetricText shown = metric_text(layout.metrics[m], dataset, m);
      metrics += metric_html(layout.metrics[m], m, shown, members > 1);
      lines += shown.drawing;
    }
    drawings += fmt::format(R"(<div class="plot {}" data-panel="{}">{}</div>)",
                            chart.panels[p].type == MetricType::label ? "label" : "number", p, lines);
  }
  const std::string about =
      chart.description.empty() ? "" : fmt::format(R"(<p class="about">{}</p>)", text(chart.description));
  return fmt::format(R"(<article class="card{}" id="chart-{}" data-chart="{}" aria-labelledby="title-{}"><header>)"
                     R"(<h3 id="title-{}">{}</h3>{}</header><div class="metrics">{}</div>{}</article>)",
                     members > 1 ? " many" : "", number, number, number, number, text(chart.title), about, metrics,
                     drawings);
}

}  // namespace unentropy
