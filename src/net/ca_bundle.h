// Certificate authorities: the system's and one more.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace unentropy {

// The file in which this system keeps all the authorities that it trusts, wherever its distribution puts that.
std::optional<std::filesystem::path> system_ca_bundle();

// The PEM text of `file` behind that of the system's bundle, where there is one. Throws `Error` (usage) if `file`
// cannot be read or holds no certificate.
std::string ca_bundle_with(const std::filesystem::path& file);

}  // namespace unentropy
