#include "base/version.h"

#include "version_value.h"

namespace unentropy {

std::string_view version() { return UNENTROPY_VERSION; }

}  // namespace unentropy
