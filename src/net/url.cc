#include "net/url.h"

#include <algorithm>

#include "base/error.h"
#include "base/text.h"

namespace unentropy {

std::string UrlOrigin::host() const {
  const auto colon = authority.rfind(':');
  if (colon == std::string::npos || authority.find(']', colon) != std::string::npos) return authority;
  return authority.substr(0, colon);
}

UrlOrigin url_origin(std::string_view url) {
  const auto separator = url.find("://");
  UrlOrigin origin;
  if (separator != std::string_view::npos) origin.scheme = to_lower(url.substr(0, separator));
  if (origin.scheme != "http" && origin.scheme != "https") {
    throw Error(ErrorKind::usage, "an URL must begin with `http://` or `https://`");
  }
  const std::string_view rest = url.substr(separator + 3);
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  if (authority.find('@') != std::string_view::npos) {
    throw Error(ErrorKind::usage, "an URL must not hold a user or a password");
  }
  origin.authority = authority;
  if (authority.empty() || authority.front() == ':') {
    throw Error(ErrorKind::usage, "an URL lacks its host: `" + origin.text() + "`");
  }
  if (std::any_of(url.begin(), url.end(), [](unsigned char c) { return c <= 0x20 || c >= 0x7f; })) {
    throw Error(ErrorKind::usage,
                "an URL at `" + single_line(origin.text()) + "` has white space or characters that are not ASCII");
  }
  return origin;
}

}  // namespace unentropy
