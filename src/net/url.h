// The part of an URL that may be shown: scheme, host and port, without credentials, path or query.
#pragma once

#include <string>
#include <string_view>

namespace unentropy {

struct UrlOrigin {
  std::string scheme;     // lower case
  std::string authority;  // `host` or `host:port`, as written

  std::string text() const { return scheme + "://" + authority; }
  // Without port; the brackets of an IPv6 address stay.
  std::string host() const;
};

// Throws `Error` (usage) unless `url` is an absolute http or https URL with a host, without credentials, and nothing in
// it that cannot be part of an URL.
UrlOrigin url_origin(std::string_view url);

}  // namespace unentropy
