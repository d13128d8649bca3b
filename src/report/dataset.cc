#include "report/dataset.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "base/text.h"

namespace unentropy {
namespace {

constexpr std::size_t kMaxUnitsPerPanel = 2;

ShownMetric from_configuration(const Metric& metric, const HistorySeries* series) {
  ShownMetric shown;
  shown.key = metric.key;
  shown.name = metric.name.empty() ? metric.key : metric.name;
  shown.description = metric.description;
  shown.type = metric.type;
  shown.direction = effective_direction(metric);
  if (metric.unit) {
    shown.unit = std::string(to_string(*metric.unit));
  }
  if (series != nullptr) {
    shown.type = series->type;
    if (shown.unit.empty()) {
      shown.unit = series->unit;
    }
    if (shown.description.empty()) {
      shown.description = series->description;
    }
  }
  return shown;
}

ShownMetric from_history(const HistorySeries& series) {
  ShownMetric shown;
  shown.key = series.metric_key;
  shown.name = series.metric_key;
  shown.description = series.description;
  shown.unit = series.unit;
  shown.type = series.type;
  return shown;
}

// Numbers first, by unit in order of appearance, two units to a panel; then one panel per label metric.
std::vector<ShownPanel> panels_of(const std::vector<std::size_t>& members, const std::vector<ShownMetric>& metrics) {
  std::vector<std::vector<std::size_t>> by_unit;
  for (const std::size_t m : members) {
    if (metrics[m].type != MetricType::numeric) {
      continue;
    }
    const auto same = std::find_if(by_unit.begin(), by_unit.end(), [&](const std::vector<std::size_t>& group) {
      return metrics[group.front()].unit == metrics[m].unit;
    });
    if (same != by_unit.end()) {
      same->push_back(m);
    } else {
      by_unit.push_back({m});
    }
  }
  std::vector<ShownPanel> panels;
  for (std::size_t i = 0; i < by_unit.size(); ++i) {
    if (i % kMaxUnitsPerPanel == 0) {
      panels.emplace_back();
    }
    auto& into = panels.back().metrics;
    into.insert(into.end(), by_unit[i].begin(), by_unit[i].end());
  }
  for (const std::size_t m : members) {
    if (metrics[m].type == MetricType::label) {
      panels.push_back({{m}, MetricType::label});
    }
  }
  return panels;
}

ShownChart single_chart(std::size_t metric, const std::vector<ShownMetric>& metrics) {
  return {metrics[metric].name, metrics[metric].description, panels_of({metric}, metrics)};
}

ShownChart chart_of(const ReportChart& chart, const std::map<std::string, std::size_t, std::less<>>& index,
                    const std::vector<ShownMetric>& metrics) {
  std::vector<std::size_t> members;
  std::vector<std::string> names;
  for (const std::string& key : chart.metrics) {
    const auto found = index.find(key);
    if (found != index.end() && std::find(members.begin(), members.end(), found->second) == members.end()) {
      members.push_back(found->second);
      names.push_back(metrics[found->second].name);
    }
  }
  ShownChart shown;
  shown.title = chart.title.empty() ? join(names, ", ") : chart.title;
  shown.description = members.size() == 1 ? metrics[members.front()].description : std::string();
  shown.panels = panels_of(members, metrics);
  return shown;
}

bool has_value(const HistorySeries& series, std::size_t build) {
  return series.type == MetricType::label
             ? build < series.label_indexes.size() && series.label_indexes[build] < series.labels.size()
             : build < series.numbers.size() && std::isfinite(series.numbers[build]);
}

}  // namespace

ShownLayout lay_out(const std::vector<Metric>& configured, const std::vector<HistorySeries>& recorded,
                    const ReportLayout& layout, const std::vector<Threshold>& thresholds) {
  ShownLayout shown;
  std::map<std::string, std::size_t, std::less<>> index;
  std::map<std::string_view, const HistorySeries*> by_key;
  for (const HistorySeries& one : recorded) {
    by_key.emplace(one.metric_key, &one);
  }
  for (const Metric& metric : configured) {
    index.emplace(metric.key, shown.metrics.size());
    const auto found = by_key.find(metric.key);
    shown.metrics.push_back(from_configuration(metric, found == by_key.end() ? nullptr : found->second));
  }
  const std::size_t known = shown.metrics.size();
  for (const HistorySeries& one : recorded) {
    if (index.emplace(one.metric_key, shown.metrics.size()).second) {
      shown.metrics.push_back(from_history(one));
    }
  }
  for (const Threshold& threshold : thresholds) {
    if (const auto found = index.find(threshold.metric); found != index.end()) {
      shown.metrics[found->second].thresholds.push_back(threshold);
    }
  }

  for (const ReportSection& section : layout.sections) {
    ShownSection& into = shown.sections.emplace_back();
    into.name = section.name;
    into.description = section.description;
    for (const ReportChart& chart : section.charts) {
      ShownChart one = chart_of(chart, index, shown.metrics);
      if (!one.panels.empty()) {
        into.charts.push_back(std::move(one));
      }
    }
  }
  // Without a configuration nothing can be "no longer configured": every metric is simply shown.
  const std::size_t flat = configured.empty() ? shown.metrics.size() : known;
  if (layout.sections.empty()) {
    ShownSection& grid = shown.sections.emplace_back();
    for (std::size_t m = 0; m < flat; ++m) {
      grid.charts.push_back(single_chart(m, shown.metrics));
    }
  }
  if (flat < shown.metrics.size()) {
    ShownSection& rest = shown.sections.emplace_back();
    rest.name = "No longer configured";
    rest.description = "Metrics that exist only in the history.";
    rest.folded = true;
    for (std::size_t m = flat; m < shown.metrics.size(); ++m) {
      rest.charts.push_back(single_chart(m, shown.metrics));
    }
  }
  return shown;
}

Dataset::Dataset(const HistoryData& history, const std::vector<ShownMetric>& metrics) : history_(&history) {
  std::map<std::string_view, const HistorySeries*> recorded;
  for (const HistorySeries& one : history.series) {
    recorded.emplace(one.metric_key, &one);
  }
  for (const ShownMetric& metric : metrics) {
    const auto found = recorded.find(metric.key);
    const bool usable = found != recorded.end() && found->second->type == metric.type;
    series_.push_back(usable ? found->second : nullptr);
  }
  std::vector<bool> kept(history.builds.size(), false);
  for (const HistorySeries* one : series_) {
    for (std::size_t i = 0; one != nullptr && i < kept.size(); ++i) {
      if (!kept[i] && has_value(*one, i)) {
        kept[i] = true;
      }
    }
  }
  for (std::size_t i = 0; i < kept.size(); ++i) {
    if (kept[i]) {
      builds_.push_back(static_cast<std::uint32_t>(i));
    }
  }
}

double Dataset::number(const HistorySeries& series, std::size_t i) const {
  const double value = series.numbers[builds_[i]];
  return std::isfinite(value) ? value : std::numeric_limits<double>::quiet_NaN();
}

std::uint32_t Dataset::label(const HistorySeries& series, std::size_t i) const {
  const std::uint32_t index = series.label_indexes[builds_[i]];
  return index < series.labels.size() ? index : HistorySeries::kNoLabel;
}

}  // namespace unentropy
