// What the page shows: which metrics in which charts, and of one branch the builds that carry a value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/history_data.h"
#include "model/metric.h"
#include "model/report_layout.h"
#include "model/threshold.h"

namespace unentropy {

struct ShownMetric {
  std::string key;
  std::string name;
  std::string description;
  std::string unit;  // a unit's name, other text of old files, or empty
  MetricType type = MetricType::numeric;
  std::optional<Direction> direction;
  std::vector<Threshold> thresholds;
};

// Metrics that share one drawing area: numbers in at most two units, or one label metric.
struct ShownPanel {
  std::vector<std::size_t> metrics;  // indexes into `Page::metrics`
  MetricType type = MetricType::numeric;
};

struct ShownChart {
  std::string title;
  std::string description;
  std::vector<ShownPanel> panels;
};

struct ShownSection {
  std::string name;
  std::string description;
  std::vector<ShownChart> charts;
  bool folded = false;  // metrics that the configuration no longer has
};

struct ShownLayout {
  std::vector<ShownMetric> metrics;
  std::vector<ShownSection> sections;  // a flat grid is one section without a name
};

// `recorded` are the series of the branch that the page opens with.
ShownLayout lay_out(const std::vector<Metric>& configured, const std::vector<HistorySeries>& recorded,
                    const ReportLayout& layout, const std::vector<Threshold>& thresholds);

// One branch, reduced to what is shown. Holds references into the history, which must outlive it.
class Dataset {
 public:
  Dataset(const HistoryData& history, const std::vector<ShownMetric>& metrics);

  const HistoryData& history() const { return *history_; }
  std::size_t size() const { return builds_.size(); }
  const HistoryBuild& build(std::size_t i) const { return history_->builds[builds_[i]]; }
  // Nothing if the branch has no value of the metric.
  const HistorySeries* series(std::size_t metric) const { return series_[metric]; }
  // Finite, or NaN where the build has no value.
  double number(const HistorySeries& series, std::size_t i) const;
  // Index into `labels`, or `HistorySeries::kNoLabel`.
  std::uint32_t label(const HistorySeries& series, std::size_t i) const;

 private:
  const HistoryData* history_ = nullptr;
  std::vector<std::uint32_t> builds_;  // of the history, those with at least one value
  std::vector<const HistorySeries*> series_;
};

}  // namespace unentropy
