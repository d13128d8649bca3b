// Where the history lives.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace unentropy {

enum class StorageType { sqlite_artifact, sqlite_s3, sqlite_local };

inline constexpr StorageType kDefaultStorageType = StorageType::sqlite_artifact;

std::string_view to_string(StorageType type);
std::optional<StorageType> parse_storage_type(std::string_view text);
const std::vector<std::string>& storage_type_names();

}  // namespace unentropy
