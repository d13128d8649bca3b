#include "model/report_layout.h"

namespace unentropy {

const std::vector<std::string>& theme_names() {
  static const std::vector<std::string> names{"lattice", "flux", "halftone", "specimen"};
  return names;
}

const std::vector<std::string>& theme_variable_names() {
  static const std::vector<std::string> names{"--bg",          "--surface", "--surface-card", "--border",
                                              "--border-soft", "--text",    "--text-dim",     "--text-muted",
                                              "--accent",      "--up",      "--down",         "--warn"};
  return names;
}

const std::vector<std::string>& colour_mode_names() {
  static const std::vector<std::string> names{"auto", "light", "dark"};
  return names;
}

}  // namespace unentropy
