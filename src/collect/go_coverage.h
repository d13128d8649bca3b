// Go's cover profiles, as `go test -coverprofile` writes them.
#pragma once

#include "collect/coverage.h"

namespace unentropy {

const CoverageFormat& go_coverage_format();

// Throws `Error` (corrupt) if the file does not begin with `mode:` or a line is of another form.
CoverageReport parse_go_coverage(InputStream& input);

}  // namespace unentropy
