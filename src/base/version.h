// The version, from the build.
#pragma once

#include <string_view>

namespace unentropy {

std::string_view version();  // for example `0.1.0`

}  // namespace unentropy
