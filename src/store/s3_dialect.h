// What is particular about known S3 services, recognised by the host of the endpoint. One table.
#pragma once

#include <string>
#include <string_view>

#include "store/s3.h"

namespace unentropy {

struct S3Dialect {
  std::string_view service;  // for messages
  S3Addressing addressing = S3Addressing::path;
  std::string region;           // to sign for
  bool region_is_sure = false;  // the host names it, or the service has just one
  bool is_aws = false;
  bool known = false;
};

// `host` in lower case, without port. Unknown hosts get path style and `us-east-1`, which self-hosted stores take
// unless they were set up otherwise.
S3Dialect dialect_of_host(std::string_view host);

}  // namespace unentropy
