// The XML that S3 answers with, read with bounds: no document types, no deep nesting, no long texts.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/object_store.h"

namespace unentropy {

// <Error>; names and texts as the server gave them.
struct S3ErrorDocument {
  std::string code;
  std::string message;
  std::string region;  // where the server names the right one
};

// Nothing if `body` is no such document.
std::optional<S3ErrorDocument> parse_s3_error(std::string_view body);

// One page of <ListBucketResult>.
struct S3ListPage {
  std::vector<ListedObject> objects;
  bool truncated = false;
  std::string next_token;
};

// Keys are decoded where the page says that they are encoded. Nothing if `body` is no such document.
std::optional<S3ListPage> parse_s3_list(std::string_view body);

// The ETag of a <CopyObjectResult>, which may be empty. Nothing if `body` is no such document.
std::optional<std::string> parse_s3_copy(std::string_view body);

// The <Status> of a <VersioningConfiguration>: `Enabled`, `Suspended`, or empty for a bucket that never had it.
std::optional<std::string> parse_s3_versioning(std::string_view body);

}  // namespace unentropy
