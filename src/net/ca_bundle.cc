#include "net/ca_bundle.h"

#include <array>
#include <string_view>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"

namespace unentropy {
namespace {

constexpr std::uint64_t kMaxBytes = 16U << 20;

// Where distributions keep all trusted certificates in one file: Debian and Ubuntu, Fedora and RHEL, SUSE, Alpine.
constexpr std::array<const char*, 4> kSystemBundles{
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
};

}  // namespace

std::optional<std::filesystem::path> system_ca_bundle() {
  for (const char* path : kSystemBundles) {
    std::error_code ignored;
    if (std::filesystem::is_regular_file(path, ignored)) return path;
  }
  return std::nullopt;
}

std::string ca_bundle_with(const std::filesystem::path& file) {
  const std::string name = "reading the certificate authorities in `" + single_line(file.string()) + "`";
  std::string own;
  try {
    own = read_file(file, kMaxBytes);
  } catch (const Error& error) {
    throw Error(ErrorKind::usage, name + ": " + error.message(), "give the path of a PEM file");
  }
  if (own.find("-----BEGIN CERTIFICATE-----") == std::string::npos &&
      own.find("-----BEGIN TRUSTED CERTIFICATE-----") == std::string::npos) {
    throw Error(ErrorKind::usage, name + ": there is no certificate in it", "give the path of a PEM file");
  }
  const auto system = system_ca_bundle();
  return (system ? read_file(*system, kMaxBytes) + "\n" : "") + own;
}

}  // namespace unentropy
