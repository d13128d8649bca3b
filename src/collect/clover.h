// Clover's XML, as OpenClover, PHPUnit and Istanbul write it.
#pragma once

#include "collect/coverage.h"

namespace unentropy {

const CoverageFormat& clover_format();

// Throws `Error` (corrupt) unless the root element is `coverage` and has a `project`.
CoverageReport parse_clover(InputStream& input);

}  // namespace unentropy
