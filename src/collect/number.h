// Reading the value of a metric from what its command printed.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace unentropy {

// The first line of `output` that is not blank, trimmed. Lines end with LF, CR LF or CR.
std::optional<std::string_view> first_line(std::string_view output);

struct ParsedNumber {
  double value = 0;     // finite, never -0
  std::string ignored;  // text after the number, to be mentioned; empty: none
};

// An optional sign; digits with an optional `.` and digits on at least one side of it; an optional exponent; then
// nothing, `%`, or white space and further text. ASCII only, whatever the locale. `line` is trimmed. Throws `Error`
// (usage) that shows the line for everything else; the table of cases is docs/reference/collectors.md.
ParsedNumber parse_number_line(std::string_view line);

struct ParsedLabel {
  std::string text;  // valid UTF-8, at most `kMaxLabelLength` code points
  bool cut = false;
};

inline constexpr std::size_t kMaxLabelLength = 256;

ParsedLabel parse_label_line(std::string_view line);

}  // namespace unentropy
