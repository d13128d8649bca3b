#include "report/theme.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

namespace unentropy {
namespace {

using Colours = std::array<std::string_view, 20>;

// In the order of this list. `--track` and `--grid` are derived in style.css.
constexpr std::array<std::string_view, 20> kVariables{
    "--bg",         "--surface", "--surface-card", "--border", "--border-soft", "--text", "--text-dim",
    "--text-muted", "--accent",  "--up",           "--down",   "--warn",        "--s1",   "--s2",
    "--s3",         "--s4",      "--s5",           "--s6",     "--s7",          "--s8"};

Palette palette(std::string_view theme, ColourMode mode, const Colours& values) {
  Palette result{theme, mode, {}};
  for (std::size_t i = 0; i < kVariables.size(); ++i) {
    result.colours.push_back({kVariables[i], values[i]});
  }
  return result;
}

const Palette& find_palette(std::string_view theme, ColourMode mode) {
  const auto& all = palettes();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Palette& p) { return p.theme == theme && p.mode == mode; });
  if (found != all.end()) {
    return *found;
  }
  return find_palette("lattice", mode);
}

// `#` and six hexadecimal digits; anything else could leave its place in the style sheet.
bool is_colour(std::string_view text) {
  return text.size() == 7 && text.front() == '#' &&
         text.find_first_not_of("0123456789abcdefABCDEF", 1) == std::string_view::npos;
}

std::string declarations(const ReportLayout& layout, ColourMode mode) {
  const auto& overrides = mode == ColourMode::dark ? layout.dark_overrides : layout.light_overrides;
  std::string css = fmt::format("color-scheme:{};", mode == ColourMode::dark ? "dark" : "light");
  for (const ThemeColour& colour : find_palette(layout.theme, mode).colours) {
    const auto own = overrides.find(std::string(colour.variable));
    const bool usable = own != overrides.end() && is_colour(own->second);
    css += fmt::format("{}:{};", colour.variable, usable ? std::string_view(own->second) : colour.value);
  }
  return css;
}

}  // namespace

const std::vector<Palette>& palettes() {
  static const std::vector<Palette> all{
      palette("lattice", ColourMode::dark, {"#0d1117", "#12171f", "#161c26", "#303a49", "#212936", "#e8edf4", "#b3becd",
                                            "#8f9cae", "#5aa2ff", "#3fbf7f", "#ff7b72", "#e0a83a", "#5aa2ff", "#f0a04b",
                                            "#4cc5a5", "#e57ea8", "#a992f5", "#d9c04c", "#5cc4dc", "#f2826e"}),
      palette("lattice", ColourMode::light,
              {"#f5f7fa", "#fbfcfd", "#ffffff", "#cdd5df", "#e4e9ef", "#17202c", "#435063",
               "#5c697b", "#0b62d0", "#0f7a43", "#c4302b", "#8a5a00", "#1f6fdb", "#b85e00",
               "#08805f", "#c2427c", "#7450d6", "#8a7200", "#0b7f9c", "#c8432f"}),
      palette("flux", ColourMode::dark, {"#141110", "#1a1614", "#201b18", "#40362f", "#2d2621", "#f3ece6", "#c9bcb1",
                                         "#a69789", "#f2a93b", "#7fbf5f", "#ff7a66", "#e3b341", "#f2a93b", "#6fb3e8",
                                         "#7fc98a", "#ec85a2", "#bb9af0", "#d6c45a", "#5fc7c0", "#f0805c"}),
      palette("flux", ColourMode::light, {"#faf7f3", "#fdfbf8", "#ffffff", "#ddd3c7", "#eee6dc", "#241b13", "#574838",
                                          "#70604f", "#9a5b00", "#3f7a1e", "#bf2f1e", "#875a00", "#a86400", "#2372b8",
                                          "#2c8448", "#bd3f68", "#7c52c8", "#857200", "#0f817a", "#c94a26"}),
      palette("halftone", ColourMode::dark,
              {"#100e16", "#15121d", "#1a1724", "#3a3450", "#28233a", "#eeebf6", "#bfb8d2",
               "#9b93b3", "#b08cff", "#4fc08d", "#ff7a90", "#e2ab48", "#b08cff", "#4fc3d9",
               "#f2a65a", "#7ccf8a", "#ef86b8", "#d3c257", "#7da6ff", "#f28472"}),
      palette("halftone", ColourMode::light,
              {"#f7f5fb", "#fcfbfe", "#ffffff", "#d7d0e4", "#e9e4f2", "#1f1830", "#4b4263",
               "#655c7d", "#6a3fd1", "#0f7a50", "#c02a4a", "#8a5a00", "#7448da", "#0a7f95",
               "#b35f00", "#2f8440", "#bf3c82", "#837200", "#2f66cf", "#c94a3c"}),
      palette("specimen", ColourMode::dark,
              {"#0c1210", "#111917", "#151f1c", "#2d403a", "#1f2c28", "#e6f0ec", "#b2c4bd",
               "#8ca39a", "#4ecb8f", "#4ecb8f", "#ff8070", "#deb04a", "#4ecb8f", "#6aa8f5",
               "#eda456", "#dd86c0", "#a99cf2", "#d2c650", "#58c4d4", "#f08672"}),
      palette("specimen", ColourMode::light,
              {"#f4f8f6", "#fafcfb", "#ffffff", "#c9d8d1", "#e1eae6", "#13211b", "#3c5047",
               "#556a60", "#0a7550", "#0a7550", "#c0332a", "#855b00", "#0f8058", "#2a6cc9",
               "#b06200", "#b63f90", "#6f55cc", "#807300", "#0c7f93", "#c94c38"}),
  };
  return all;
}

std::string theme_css(const ReportLayout& layout) {
  const std::string light = declarations(layout, ColourMode::light);
  const std::string dark = declarations(layout, ColourMode::dark);
  switch (layout.mode) {
    case ColourMode::light:
      return fmt::format(":root{{{}}}", light);
    case ColourMode::dark:
      return fmt::format(":root{{{}}}", dark);
    case ColourMode::automatic:
      break;
  }
  return fmt::format(
      ":root{{{}}}@media screen and (prefers-color-scheme:dark){{:root:not([data-theme=light]){{{}}}}}"
      ":root[data-theme=dark]{{{}}}",
      light, dark, dark);
}

}  // namespace unentropy
