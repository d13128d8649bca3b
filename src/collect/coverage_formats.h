// Which format a coverage report has, by its content.
#pragma once

#include <optional>
#include <string_view>

#include "collect/coverage.h"

namespace unentropy {

// `head` is the beginning of the file, at least some kilobytes of it. Nothing if it is none that is known.
const CoverageFormat* coverage_format_of(std::string_view head);

// Reads the beginning of an open file and leaves it at its start. Throws `Error` (corrupt) for an unknown format.
const CoverageFormat& detect_coverage_format(int fd, std::string_view shown);

}  // namespace unentropy
