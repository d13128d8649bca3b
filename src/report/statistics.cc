#include "report/statistics.h"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace unentropy {
namespace {

// Keeps what addition rounds away, so that millions of values of different size still give the exact mean.
class CompensatedSum {
 public:
  void add(double value) {
    const double next = sum_ + value;
    if (std::abs(sum_) >= std::abs(value)) {
      lost_ += (sum_ - next) + value;
    } else {
      lost_ += (value - next) + sum_;
    }
    sum_ = next;
  }
  // Infinite only if the values are too large to add; the compensation is then meaningless.
  double value() const { return std::isfinite(sum_) && std::isfinite(lost_) ? sum_ + lost_ : sum_; }

 private:
  double sum_ = 0;
  double lost_ = 0;
};

bool has_value(const Dataset& dataset, const HistorySeries& series, std::size_t i) {
  return series.type == MetricType::label ? dataset.label(series, i) != HistorySeries::kNoLabel
                                          : !std::isnan(dataset.number(series, i));
}

}  // namespace

std::array<std::size_t, kRangePresets.size()> preset_starts(const Dataset& dataset) {
  std::array<std::size_t, kRangePresets.size()> starts{};
  for (std::size_t p = 0; p < kRangePresets.size(); ++p) {
    if (kRangePresets[p].days == 0 || dataset.size() == 0) {
      continue;
    }
    const Instant from = dataset.build(dataset.size() - 1).timestamp - std::chrono::days(kRangePresets[p].days);
    std::size_t low = 0;
    std::size_t high = dataset.size();
    while (low < high) {
      const std::size_t middle = low + (high - low) / 2;
      if (dataset.build(middle).timestamp < from) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    starts[p] = low;
  }
  return starts;
}

NumberStatistics number_statistics(const Dataset& dataset, const HistorySeries& series, std::size_t from) {
  NumberStatistics result;
  CompensatedSum sum;
  // Values so large that their sum overflows are added as halves of halves; see below.
  CompensatedSum scaled;
  constexpr double kScale = 0x1p-64;
  for (std::size_t i = from; i < dataset.size(); ++i) {
    const double value = dataset.number(series, i);
    if (std::isnan(value)) {
      continue;
    }
    if (result.count == 0) {
      result.first = value;
      result.minimum = value;
      result.maximum = value;
    }
    ++result.count;
    result.last = value;
    result.minimum = std::min(result.minimum, value);
    result.maximum = std::max(result.maximum, value);
    sum.add(value);
    scaled.add(value * kScale);
  }
  if (result.count > 0) {
    const auto count = static_cast<double>(result.count);
    const double plain = sum.value();
    result.mean = std::isfinite(plain) ? plain / count : scaled.value() / count / kScale;
  }
  return result;
}

std::vector<std::uint64_t> label_counts(const Dataset& dataset, const HistorySeries& series, std::size_t from) {
  std::vector<std::uint64_t> counts(series.labels.size(), 0);
  for (std::size_t i = from; i < dataset.size(); ++i) {
    const std::uint32_t label = dataset.label(series, i);
    if (label != HistorySeries::kNoLabel) {
      ++counts[label];
    }
  }
  return counts;
}

NewestTwo newest_two(const Dataset& dataset, const HistorySeries& series) {
  NewestTwo result;
  for (std::size_t i = dataset.size(); i > 0; --i) {
    if (!has_value(dataset, series, i - 1)) {
      continue;
    }
    if (result.last) {
      result.previous = i - 1;
      return result;
    }
    result.last = i - 1;
  }
  return result;
}

}  // namespace unentropy
