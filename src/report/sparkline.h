// Small static drawings, which need no script and show that there is something to see before one has run.
#pragma once

#include <cstddef>
#include <string>

#include "report/dataset.h"

namespace unentropy {

// An SVG of a numeric metric over time: highest and lowest value per column, so that a single spike shows; broken
// where a column has builds but no value. Empty without any value. `colour` is 1 … 8.
std::string sparkline_svg(const Dataset& dataset, const HistorySeries& series, std::size_t colour);

// An SVG bar of a label metric: the share of builds per label, most frequent first.
std::string label_bar_svg(const Dataset& dataset, const HistorySeries& series);

}  // namespace unentropy
