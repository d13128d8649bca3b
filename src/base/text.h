// Text helpers that know nothing of the product: trimming, splitting, UTF-8, numbers, near misses.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace unentropy {

std::string_view trim(std::string_view text);  // ASCII white space at both ends
std::vector<std::string_view> split(std::string_view text, char separator);
std::string join(const std::vector<std::string>& parts, std::string_view separator);
std::string to_lower(std::string_view text);  // ASCII only
std::string replace_all(std::string_view text, std::string_view from, std::string_view to);

// True if `text` is well-formed UTF-8 (no surrogates, nothing overlong).
bool is_utf8(std::string_view text);
// Invalid bytes become U+FFFD.
std::string to_valid_utf8(std::string_view text);
// Length in UTF-16 code units, as JavaScript's `length` gives it. `text` must be valid UTF-8.
std::size_t utf16_length(std::string_view text);
// At most `code_points` code points, never cutting one in half.
std::string_view utf8_prefix(std::string_view text, std::size_t code_points);
// One printable line: control characters (line ends and escape sequences among them) become spaces,
// invalid UTF-8 becomes U+FFFD, and more than `max_code_points` are cut with `…`.
std::string single_line(std::string_view text, std::size_t max_code_points = 200);
// A user's text as messages show it: `single_line` between back-ticks, those inside become `'`.
std::string in_ticks(std::string_view text, std::size_t max_code_points = 200);

// The shortest decimal digits that read back to the same double (std::to_chars): "17", "0.1", "1e+300".
std::string shortest_digits(double value);
// The whole of `text` as a number, or nothing. No locale, no leading "+", no white space.
std::optional<double> parse_double(std::string_view text);
std::optional<long long> parse_integer(std::string_view text);

// Edits (insert, delete, replace, swap of neighbours) between the two, ASCII case ignored.
std::size_t edit_distance(std::string_view a, std::string_view b);
// The nearest candidate if its distance is at most 2 or at most a third of the length of `text`, and not
// the whole of it; nothing otherwise. Ties go to the earlier candidate.
std::optional<std::string> nearest(std::string_view text, const std::vector<std::string>& candidates);

// Percent-encodes everything but `A-Z a-z 0-9 - . _ ~` (RFC 3986, unreserved) and what is in `kept`, hexadecimal digits
// in capitals.
std::string percent_encode(std::string_view text, std::string_view kept = "");

}  // namespace unentropy
