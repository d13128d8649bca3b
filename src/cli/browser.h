// Showing a file to the person at the terminal.
#pragma once

#include <filesystem>

#include "base/environment.h"

namespace unentropy {

enum class BrowserStart {
  started,
  none,  // no desktop, or no program that opens files
};

// Hands `file` to the desktop's opener (`xdg-open`, `wslview`, `open`) and does not wait: the browser outlives this
// process and never touches its terminal. A failure is no error.
BrowserStart open_in_browser(const std::filesystem::path& file, const Environment& environment);

}  // namespace unentropy
