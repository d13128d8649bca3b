// The page's script and styles, built from web/ and linked into the program.
#pragma once

#include <string_view>

extern "C" {
extern const char unentropy_report_script[];
extern const char unentropy_report_script_end[];
extern const char unentropy_report_boot[];
extern const char unentropy_report_boot_end[];
extern const char unentropy_report_style[];
extern const char unentropy_report_style_end[];
}

namespace unentropy {

inline std::string_view report_script() { return {unentropy_report_script, unentropy_report_script_end}; }
// Runs before the first paint, so that a remembered theme does not flash.
inline std::string_view report_boot_script() { return {unentropy_report_boot, unentropy_report_boot_end}; }
inline std::string_view report_style() { return {unentropy_report_style, unentropy_report_style_end}; }

}  // namespace unentropy
