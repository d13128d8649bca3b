// Exact figures over all builds of a range, so that thinning what is drawn never changes what is said.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "report/dataset.h"

namespace unentropy {

// The ranges that a reader picks with one click, reaching back from the newest build.
struct RangePreset {
  std::string_view id;     // in links and in the page's data
  std::string_view label;  // on the button
  int days = 0;            // 0: everything
};
inline constexpr std::array<RangePreset, 4> kRangePresets{
    RangePreset{"all", "All", 0}, {"90d", "90 d", 90}, {"30d", "30 d", 30}, {"7d", "7 d", 7}};

// Index of the first build within each preset (0 for everything, `dataset.size()` only if there is no build).
std::array<std::size_t, kRangePresets.size()> preset_starts(const Dataset& dataset);

struct NumberStatistics {
  std::uint64_t count = 0;  // builds with a value; 0: the rest means nothing
  double first = 0;
  double last = 0;
  double minimum = 0;
  double maximum = 0;
  double mean = 0;  // compensated summation (Neumaier)
};

// Over the builds [from, dataset.size()).
NumberStatistics number_statistics(const Dataset& dataset, const HistorySeries& series, std::size_t from);

// Builds per label, parallel to `series.labels`, over [from, dataset.size()).
std::vector<std::uint64_t> label_counts(const Dataset& dataset, const HistorySeries& series, std::size_t from);

// The newest value and the one before it, as positions in the dataset.
struct NewestTwo {
  std::optional<std::size_t> last;
  std::optional<std::size_t> previous;
};
NewestTwo newest_two(const Dataset& dataset, const HistorySeries& series);

}  // namespace unentropy
