// One chart of the page as static HTML: title, current value, change, drawing, figures.
#pragma once

#include <cstddef>
#include <string>

#include "report/dataset.h"

namespace unentropy {

// `number` counts the charts of the page: identifiers belong to charts, so that a metric may appear in several.
std::string render_card(const ShownLayout& layout, const Dataset& dataset, const ShownChart& chart, std::size_t number);

}  // namespace unentropy
