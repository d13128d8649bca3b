// `json`: a number out of a JSON file, by JSON Pointer (RFC 6901).
#pragma once

#include <string_view>

#include "collect/input_stream.h"

namespace unentropy {

enum class JsonNumber {
  value,   // the number that is there, or that a string there begins with
  length,  // how many members the array or object there has
};

// Throws `Error`: usage for a wrong pointer and for something else than a number, not_found if nothing is there,
// corrupt if the file is not JSON.
double json_number(InputStream& input, std::string_view pointer, JsonNumber wanted);

}  // namespace unentropy
