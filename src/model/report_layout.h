// How the report is laid out and coloured, as the configuration states it.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace unentropy {

struct ReportChart {
  std::vector<std::string> metrics;  // keys that exist in the configuration
  std::string title;                 // empty: the names of the metrics joined with ", "
};

struct ReportSection {
  std::string name;
  std::string description;  // empty: none
  std::vector<ReportChart> charts;
};

enum class ColourMode { automatic, light, dark };

struct ReportLayout {
  std::vector<ReportSection> sections;                // empty: one flat grid
  std::string theme = "lattice";                      // one of `theme_names()`
  std::map<std::string, std::string> dark_overrides;  // `--bg` → `#rrggbb`
  std::map<std::string, std::string> light_overrides;
  ColourMode mode = ColourMode::automatic;
};

const std::vector<std::string>& theme_names();           // lattice, flux, halftone, specimen
const std::vector<std::string>& theme_variable_names();  // `--bg` … `--warn`
const std::vector<std::string>& colour_mode_names();     // auto, light, dark

}  // namespace unentropy
