#include <array>

#include <fmt/format.h>

#include "report/escape.h"
#include "report/page.h"
#include "report/statistics.h"

namespace unentropy {
namespace {

std::string json_list(const std::vector<std::string>& items) {
  std::string out = "[";
  for (const std::string& item : items) {
    out += out.size() > 1 ? "," : "";
    out += item;
  }
  return out + "]";
}

// [count, first, last, minimum, maximum, mean], or 0 without a value.
std::string statistics_json(const NumberStatistics& s) {
  if (s.count == 0) {
    return "0";
  }
  return fmt::format("[{},{},{},{},{},{}]", s.count, json_number(s.first), json_number(s.last), json_number(s.minimum),
                     json_number(s.maximum), json_number(s.mean));
}

// Builds per drawn label, then those of all others.
std::string counts_json(const std::vector<std::uint64_t>& counts, const std::vector<std::uint32_t>& drawn) {
  std::uint64_t rest = 0;
  for (const std::uint64_t count : counts) {
    rest += count;
  }
  std::vector<std::string> items;
  for (const std::uint32_t label : drawn) {
    items.push_back(std::to_string(counts[label]));
    rest -= counts[label];
  }
  items.push_back(std::to_string(rest));
  return json_list(items);
}

std::string metric_json(const Dataset& dataset, const HistorySeries& series,
                        const std::array<std::size_t, kRangePresets.size()>& starts,
                        const std::vector<std::uint32_t>& drawn) {
  const NewestTwo newest = newest_two(dataset, series);
  if (!newest.last) {
    return "null";
  }
  const auto value = [&](std::optional<std::size_t> i) -> std::string {
    if (!i) {
      return "null";
    }
    return series.type == MetricType::label ? json_string(series.labels[dataset.label(series, *i)])
                                            : json_number(dataset.number(series, *i));
  };
  std::vector<std::string> ranges;
  for (std::size_t p = 0; p < starts.size(); ++p) {
    // Presets that reach back to the same build have the same figures.
    if (p > 0 && starts[p] == starts[p - 1]) {
      ranges.emplace_back("1");
    } else if (series.type == MetricType::label) {
      ranges.push_back(counts_json(label_counts(dataset, series, starts[p]), drawn));
    } else {
      ranges.push_back(statistics_json(number_statistics(dataset, series, starts[p])));
    }
  }
  std::string out = fmt::format(R"({{"ago":{},"last":{},"previous":{},"ranges":{})", dataset.size() - 1 - *newest.last,
                                value(newest.last), value(newest.previous), json_list(ranges));
  if (series.type == MetricType::label) {
    std::vector<std::string> names;
    for (const std::uint32_t label : drawn) {
      names.push_back(json_string(series.labels[label]));
    }
    out += ",\"labels\":" + json_list(names) + fmt::format(",\"others\":{}", series.labels.size() - drawn.size());
  }
  return out + "}";
}

}  // namespace

std::string branch_json(const Dataset& dataset, const ShownLayout& layout,
                        const std::vector<std::vector<std::uint32_t>>& drawn_labels) {
  const auto starts = preset_starts(dataset);
  std::vector<std::string> counts;
  for (const std::size_t start : starts) {
    counts.push_back(std::to_string(dataset.size() - start));
  }
  std::vector<std::string> metrics;
  for (std::size_t m = 0; m < layout.metrics.size(); ++m) {
    const HistorySeries* series = dataset.series(m);
    metrics.push_back(series == nullptr ? "null" : metric_json(dataset, *series, starts, drawn_labels[m]));
  }
  return fmt::format(R"({{"name":{},"builds":{},"metrics":{}}})", json_string(dataset.history().branch),
                     json_list(counts), json_list(metrics));
}

}  // namespace unentropy
