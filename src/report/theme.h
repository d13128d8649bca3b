// The palettes, as the page's CSS variables.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "model/report_layout.h"

namespace unentropy {

struct ThemeColour {
  std::string_view variable;  // `--bg`
  std::string_view value;     // `#rrggbb`
};

// One palette in one variant: the variables of `theme_variable_names()` and the series colours `--s1` … `--s8`.
struct Palette {
  std::string_view theme;
  ColourMode mode;  // dark or light
  std::vector<ThemeColour> colours;
};
const std::vector<Palette>& palettes();

// `:root` rules for the layout's theme with its overrides. For `automatic` both variants, chosen by the system
// unless the root element has `data-theme`; for a locked mode that variant alone.
std::string theme_css(const ReportLayout& layout);

}  // namespace unentropy
