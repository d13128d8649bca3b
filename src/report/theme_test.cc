#include "report/theme.h"

#include <algorithm>
#include <cmath>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace unentropy {
namespace {

using testing::HasSubstr;
using testing::Not;

double channel(std::string_view colour, std::size_t at) {
  const double value = std::stoi(std::string(colour.substr(at, 2)), nullptr, 16) / 255.0;
  return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
}

// WCAG 2.2, "contrast ratio".
double contrast(std::string_view a, std::string_view b) {
  const auto luminance = [](std::string_view c) {
    return 0.2126 * channel(c, 1) + 0.7152 * channel(c, 3) + 0.0722 * channel(c, 5);
  };
  const double high = std::max(luminance(a), luminance(b));
  const double low = std::min(luminance(a), luminance(b));
  return (high + 0.05) / (low + 0.05);
}

std::string_view colour(const Palette& palette, std::string_view variable) {
  for (const ThemeColour& one : palette.colours) {
    if (one.variable == variable) {
      return one.value;
    }
  }
  return {};
}

TEST(Palettes, EveryThemeHasBothVariantsAndAllVariables) {
  EXPECT_EQ(palettes().size(), 2 * theme_names().size());
  for (const std::string& theme : theme_names()) {
    for (const ColourMode mode : {ColourMode::dark, ColourMode::light}) {
      const auto found = std::find_if(palettes().begin(), palettes().end(),
                                      [&](const Palette& p) { return p.theme == theme && p.mode == mode; });
      ASSERT_NE(found, palettes().end()) << theme;
      for (const std::string& variable : theme_variable_names()) {
        EXPECT_FALSE(colour(*found, variable).empty()) << theme << variable;
      }
    }
  }
}

TEST(Palettes, F133_TextReachesAaOnEverySurface) {
  for (const Palette& palette : palettes()) {
    for (const char* text : {"--text", "--text-dim", "--text-muted", "--accent", "--up", "--down", "--warn"}) {
      for (const char* ground : {"--bg", "--surface", "--surface-card"}) {
        EXPECT_GE(contrast(colour(palette, text), colour(palette, ground)), 4.5)
            << palette.theme << (palette.mode == ColourMode::dark ? " dark " : " light ") << text << " on " << ground;
      }
    }
    // A pressed button, and the button in the accent's colour.
    EXPECT_GE(contrast(colour(palette, "--text"), colour(palette, "--border-soft")), 4.5) << palette.theme;
    EXPECT_GE(contrast(colour(palette, "--surface-card"), colour(palette, "--accent")), 4.5) << palette.theme;
  }
}

TEST(Palettes, F133_SeriesReachAaForGraphicsAndLabelsOnThemForText) {
  for (const Palette& palette : palettes()) {
    for (const char* series : {"--s1", "--s2", "--s3", "--s4", "--s5", "--s6", "--s7", "--s8"}) {
      EXPECT_GE(contrast(colour(palette, series), colour(palette, "--surface-card")), 4.5)
          << palette.theme << (palette.mode == ColourMode::dark ? " dark " : " light ") << series;
    }
  }
}

TEST(ThemeCss, F118_ALockedModeHasThatPaletteAlone) {
  ReportLayout layout;
  layout.theme = "flux";
  layout.mode = ColourMode::dark;
  const std::string css = theme_css(layout);
  EXPECT_EQ(css.find(":root{color-scheme:dark;--bg:#141110;"), 0U);
  EXPECT_THAT(css, Not(HasSubstr("prefers-color-scheme")));
  EXPECT_THAT(css, Not(HasSubstr("data-theme")));
}

TEST(ThemeCss, TheSystemDecidesUnlessTheReaderDoes) {
  const std::string css = theme_css({});
  EXPECT_EQ(css.find(":root{color-scheme:light;"), 0U);
  EXPECT_THAT(css, HasSubstr("@media screen and (prefers-color-scheme:dark){"  // paper is white
                             ":root:not([data-theme=light]){color-scheme:dark;"));
  EXPECT_THAT(css, HasSubstr(":root[data-theme=dark]{color-scheme:dark;"));
}

TEST(ThemeCss, OverridesAreTakenOnlyIfTheyAreColours) {
  ReportLayout layout;
  layout.mode = ColourMode::light;
  layout.light_overrides = {{"--accent", "#123ABC"}, {"--bg", "red;}</style><script>"}, {"--evil", "#000000"}};
  const std::string css = theme_css(layout);
  EXPECT_THAT(css, HasSubstr("--accent:#123ABC;"));
  EXPECT_THAT(css, HasSubstr("--bg:#f5f7fa;"));
  EXPECT_THAT(css, Not(HasSubstr("script")));
  EXPECT_THAT(css, Not(HasSubstr("evil")));
}

TEST(ThemeCss, AnUnknownThemeIsLattice) {
  ReportLayout layout;
  layout.theme = "no such theme";
  EXPECT_EQ(theme_css(layout), theme_css({}));
}

}  // namespace
}  // namespace unentropy
