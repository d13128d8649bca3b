#include "report/sparkline.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <fmt/format.h>

#include "report/pack.h"
#include "report/statistics.h"

namespace unentropy {
namespace {

constexpr int kWidth = 160;
constexpr int kHeight = 40;
constexpr int kMargin = 2;  // above and below, so that the line is not cut in half
constexpr int kColumns = 80;
constexpr std::size_t kMaxShares = 8;

struct Column {
  std::size_t builds = 0;
  std::size_t values = 0;
  double low = 0;
  double high = 0;
  bool rising = false;  // the highest value came after the lowest
};

std::vector<Column> columns_of(const Dataset& dataset, const HistorySeries& series) {
  std::vector<Column> columns(kColumns);
  const auto first = dataset.build(0).timestamp;
  const auto span = dataset.build(dataset.size() - 1).timestamp - first;
  for (std::size_t i = 0; i < dataset.size(); ++i) {
    // By time; if all builds share one instant, by order.
    const double place = span.count() > 0 ? static_cast<double>((dataset.build(i).timestamp - first).count()) /
                                                static_cast<double>(span.count())
                                          : static_cast<double>(i + 1) / static_cast<double>(dataset.size() + 1);
    Column& column = columns[static_cast<std::size_t>(std::lround(place * (kColumns - 1)))];
    ++column.builds;
    const double value = dataset.number(series, i);
    if (std::isnan(value)) {
      continue;
    }
    if (column.values == 0) {
      column.low = value;
      column.high = value;
    } else if (value > column.high) {
      column.high = value;
      column.rising = true;
    } else if (value < column.low) {
      column.low = value;
      column.rising = false;
    }
    ++column.values;
  }
  return columns;
}

// Appends to a path and leaves out what SVG lets one leave out.
class PathWriter {
 public:
  void gap() { down_ = false; }
  void point(int x, int y) {
    if (!down_) {
      path_ += fmt::format("M{} {}", x, y);
      down_ = true;
      fresh_ = true;
    } else {
      path_ += fmt::format("{}{} {}", fresh_ ? "L" : " ", x, y);
      fresh_ = false;
    }
  }
  // A point without neighbours: a line of no length, which round ends make a dot.
  void dot(int x, int y) {
    path_ += fmt::format("M{} {}h0", x, y);
    down_ = false;
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  bool down_ = false;
  bool fresh_ = false;
};

}  // namespace

std::string sparkline_svg(const Dataset& dataset, const HistorySeries& series, std::size_t colour) {
  if (dataset.size() == 0) {
    return {};
  }
  const std::vector<Column> columns = columns_of(dataset, series);
  bool any = false;
  double low = 0;
  double high = 0;
  for (const Column& column : columns) {
    if (column.values > 0) {
      low = any ? std::min(low, column.low) : column.low;
      high = any ? std::max(high, column.high) : column.high;
      any = true;
    }
  }
  if (!any) {
    return {};
  }
  const auto y = [&](double value) {
    const double range = high / 2 - low / 2;  // halves: the difference may be too large for a double
    const double share = range > 0 ? (value / 2 - low / 2) / range : 0.5;
    return static_cast<int>(std::lround(kHeight - kMargin - share * (kHeight - 2 * kMargin)));
  };
  PathWriter path;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const Column& column = columns[i];
    if (column.builds == 0) {
      continue;
    }
    if (column.values == 0) {
      path.gap();
      continue;
    }
    const auto neighbour_is_gap = [&](int step) {
      for (auto j = static_cast<int>(i) + step; j >= 0 && j < kColumns; j += step) {
        if (columns[static_cast<std::size_t>(j)].builds > 0) {
          return columns[static_cast<std::size_t>(j)].values == 0;
        }
      }
      return true;
    };
    const int x = static_cast<int>(i) * kWidth / (kColumns - 1);
    const int top = y(column.high);
    const int bottom = y(column.low);
    if (top == bottom && neighbour_is_gap(-1) && neighbour_is_gap(1)) {
      path.dot(x, top);
    } else if (top == bottom) {
      path.point(x, top);
    } else {
      path.point(x, column.rising ? bottom : top);
      path.point(x, column.rising ? top : bottom);
    }
  }
  return fmt::format(
      R"(<svg class="spark k{}" viewBox="0 0 {} {}" preserveAspectRatio="none" aria-hidden="true"><path d="{}"/></svg>)",
      colour, kWidth, kHeight, path.path());
}

std::string label_bar_svg(const Dataset& dataset, const HistorySeries& series) {
  const std::vector<std::uint64_t> counts = label_counts(dataset, series, 0);
  std::uint64_t total = 0;
  for (const std::uint64_t count : counts) {
    total += count;
  }
  if (total == 0) {
    return {};
  }
  std::string rects;
  double x = 0;
  const auto add = [&](std::size_t colour, std::uint64_t count) {
    const double width = kWidth * static_cast<double>(count) / static_cast<double>(total);
    rects += fmt::format(R"(<rect class="f{}" x="{:.1f}" width="{:.1f}" height="{}"/>)", colour, x, width, kHeight);
    x += width;
  };
  std::uint64_t rest = total;
  const auto drawn = drawn_labels(counts);
  for (std::size_t i = 0; i < drawn.size() && i < kMaxShares; ++i) {
    add(i + 1, counts[drawn[i]]);
    rest -= counts[drawn[i]];
  }
  if (rest > 0) {
    add(0, rest);
  }
  return fmt::format(
      R"(<svg class="spark bar" viewBox="0 0 {} {}" preserveAspectRatio="none" aria-hidden="true">{}</svg>)", kWidth,
      kHeight, rects);
}

}  // namespace unentropy
