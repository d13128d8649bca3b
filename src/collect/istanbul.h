// Istanbul's JSON (nyc, Jest, Vitest, c8): coverage-final.json with every statement, coverage-summary.json with totals.
#pragma once

#include "collect/coverage.h"

namespace unentropy {

const CoverageFormat& istanbul_format();

// Throws `Error` (corrupt) if nothing in the file looks like either form.
CoverageReport parse_istanbul(InputStream& input);

}  // namespace unentropy
