// Cobertura's coverage.xml, as Cobertura, coverage.py, gcovr, Istanbul and coverlet write it.
#pragma once

#include "collect/coverage.h"

namespace unentropy {

const CoverageFormat& cobertura_format();

// Throws `Error` (corrupt) unless the root element is `coverage`.
CoverageReport parse_cobertura(InputStream& input);

}  // namespace unentropy
