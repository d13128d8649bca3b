// Values as people read them: one function for terminal, summary, comment and report.
//
// The rules (shortest round-trip digits, half away from zero, carrying, no negative zero) are those of
// docs/formats/values.md; the report's script repeats them and shares the table of cases with the tests.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "model/metric.h"

namespace unentropy {

// `unit` is a unit's name, any other text (old files), or empty. ±Infinity prints as `∞`.
std::string format_value(double value, std::string_view unit);
// The difference with a sign, `+0.0%` when it rounds to zero.
std::string format_delta(double difference, std::string_view unit);
// (now - before) / |before| as a percentage with a sign; nothing for a baseline of zero.
std::optional<std::string> format_relative_change(double before, double now);
// The change between two numbers: difference and, unless the unit is percent, relative change; `-` where they are
// equal.
std::string format_change(double before, double now, std::string_view unit);

}  // namespace unentropy
