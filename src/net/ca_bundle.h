// Certificate authorities: the system's and one more.
#pragma once

#include <filesystem>
#include <string>

namespace unentropy {

// The PEM text of `file` behind that of the system's bundle, where there is one. Throws `Error` (usage) if `file`
// cannot be read or holds no certificate.
std::string ca_bundle_with(const std::filesystem::path& file);

}  // namespace unentropy
