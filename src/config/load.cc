#include <cstdint>
#include <system_error>

#include <fmt/format.h>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "config/config.h"

namespace unentropy {
namespace {

constexpr std::uint64_t kMaxBytes = 1U << 20;

std::string absolute_name(const fs::path& path) {
  std::error_code error;
  const fs::path absolute = fs::absolute(path, error);
  return in_ticks((error ? path : absolute).lexically_normal().native(), 4096);
}

}  // namespace

LoadedConfig load_config(const fs::path& path) {
  std::error_code error;
  if (fs::symlink_status(path, error).type() == fs::file_type::not_found) {
    throw Error(ErrorKind::usage, fmt::format("reading the configuration: there is no file {}", absolute_name(path)),
                "`unentropy init` writes one; another place is named with `config-file`");
  }
  LoadedConfig loaded;
  try {
    loaded.text = read_file(path, kMaxBytes);
  } catch (const Error& failure) {
    throw Error(ErrorKind::usage, "reading the configuration: " + failure.message(),
                failure.hint().empty()
                    ? "it must be readable and at most 1 MiB; another one is named with `config-file`"
                    : failure.hint());
  }
  loaded.result = parse_config(loaded.text, path.has_parent_path() ? path.parent_path() : fs::path("."));
  return loaded;
}

}  // namespace unentropy
