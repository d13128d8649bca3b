#include "model/storage.h"

#include "model/name_table.h"

namespace unentropy {
namespace {

constexpr NameTable<StorageType, 3> kStorageTypes{{{StorageType::sqlite_artifact, "sqlite-artifact"},
                                                   {StorageType::sqlite_s3, "sqlite-s3"},
                                                   {StorageType::sqlite_local, "sqlite-local"}}};

}  // namespace

std::string_view to_string(StorageType type) { return kStorageTypes.name(type); }
std::optional<StorageType> parse_storage_type(std::string_view text) { return kStorageTypes.parse(text); }

const std::vector<std::string>& storage_type_names() {
  static const std::vector<std::string> names = kStorageTypes.names();
  return names;
}

}  // namespace unentropy
