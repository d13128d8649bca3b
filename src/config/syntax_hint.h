// What to do about a file that is not JSON, for what people most often write instead.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"

namespace unentropy {

// May be empty.
std::string syntax_hint(std::string_view text, TextPosition position);

}  // namespace unentropy
