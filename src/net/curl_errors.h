// What libcurl's result codes mean for us.
#pragma once

#include "base/error.h"

namespace unentropy {

// The kind of error behind a CURLE_… code. Codes that nobody has thought about are `unavailable`: trying again a
// few times does no harm, while giving up might.
ErrorKind kind_of_curl_code(int code);

// Whether a transfer that ended with this code can have reached the server's application.
enum class Reached { no, perhaps };
Reached reach_of_curl_code(int code);

}  // namespace unentropy
