// The content of an object as the body of a request.
#pragma once

#include <memory>

#include "net/http.h"
#include "store/object_store.h"

namespace unentropy {

// `content` must outlive it. Throws `Error` (io) if a file has another size than when the content was made.
std::unique_ptr<BodySource> make_content_body(const ObjectContent& content);

}  // namespace unentropy
