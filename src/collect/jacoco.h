// JaCoCo's XML report.
#pragma once

#include "collect/coverage.h"

namespace unentropy {

const CoverageFormat& jacoco_format();

// Throws `Error` (corrupt) unless the root element is `report`.
CoverageReport parse_jacoco(InputStream& input);

}  // namespace unentropy
