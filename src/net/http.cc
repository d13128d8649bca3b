#include "net/http.h"

#include "base/text.h"

namespace unentropy {

std::optional<std::string> HttpResponse::header(std::string_view name) const {
  const std::string wanted = to_lower(name);
  for (const HttpHeader& header : headers) {
    if (to_lower(header.name) == wanted) return header.value;
  }
  return std::nullopt;
}

}  // namespace unentropy
