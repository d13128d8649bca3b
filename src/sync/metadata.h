// Names of the metadata that we keep with a snapshot.
#pragma once

#include <string_view>

namespace unentropy {

inline constexpr std::string_view kDigestMetadata = "unentropy-sha256";  // of the whole object, hexadecimal
inline constexpr std::string_view kBuildsMetadata = "unentropy-builds";
inline constexpr std::string_view kValuesMetadata = "unentropy-values";

}  // namespace unentropy
