// Text of strangers made fit for a terminal, a log or a summary: one line, no control, nothing secret.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/utf8.h"

namespace unentropy {

// The code point at `offset` as it may be printed: tabs and line ends become a space; other controls, and those that
// change the direction of text or have no shape, become U+FFFD.
std::string printable_form(const Utf8Step& step, std::string_view text, std::size_t offset);
// Columns that a terminal gives to the printable form: 0, 1 or 2.
int display_width(char32_t value);

// All of `text` on one line, at most `max_code_points` and then `…`, with what looks like a credential (an AWS key
// id, a token of GitHub) replaced by `***`.
std::string printable_line(std::string_view text, std::size_t max_code_points = 60);
// The same between back-ticks, for messages.
std::string value_in_ticks(std::string_view text);

}  // namespace unentropy
