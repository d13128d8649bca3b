// Changes as the page words them: text, and whether it is good news.
//
// web/src/figures.ts repeats these rules for the range that the reader picks.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "model/metric.h"
#include "report/statistics.h"

namespace unentropy {

enum class Tone { neutral, good, bad };
std::string_view to_string(Tone tone);  // also the CSS class

struct Change {
  std::string arrow;  // `↑`, `↓`, `→`; empty with `N/A`
  std::string text;
  std::string relative;  // `(+3.1%)`, where there is more to say than `text` does
  Tone tone = Tone::neutral;
};

// From one build to a later one: the difference in the unit and, unless the unit is a percentage already, relative.
Change difference(double before, double now, std::string_view unit, std::optional<Direction> direction);

// Over a range: (last - first) / |first| × 100; below 0.01 in magnitude it is stable. `N/A` for fewer than two
// values; the absolute change if the first value is 0.
Change trend(const NumberStatistics& statistics, std::string_view unit, std::optional<Direction> direction);

}  // namespace unentropy
