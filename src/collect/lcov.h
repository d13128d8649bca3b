// LCOV tracefiles, as geninfo(1) defines them.
#pragma once

#include "collect/coverage.h"

namespace unentropy {

const CoverageFormat& lcov_format();

// Throws `Error` (corrupt) for a file without any `SF` line.
CoverageReport parse_lcov(InputStream& input);

}  // namespace unentropy
