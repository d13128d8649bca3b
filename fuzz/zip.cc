#include "github/zip.h"

#include <filesystem>
#include <string>

#include <sys/mman.h>
#include <unistd.h>

#include "target.h"

// A file of the input's bytes without a file system below it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace unentropy;
  const int fd = ::memfd_create("archive", MFD_CLOEXEC);
  fuzz::require(fd >= 0 && ::write(fd, data, size) == static_cast<ssize_t>(size), "the input can be written");
  ZipLimits limits;
  limits.bytes = 4U << 20;
  limits.entries = 50;
  fuzz::accepting_errors([&] {
    const ZipArchive archive("/proc/self/fd/" + std::to_string(fd), limits);
    std::uint64_t total = 0;
    for (const ZipEntry& entry : archive.entries()) {
      total += entry.size;
      const std::filesystem::path name(entry.name);
      fuzz::require(name.is_relative() && name.lexically_normal() == name, "a name stays inside");
      fuzz::accepting_errors([&] {
        fuzz::require(archive.beginning(entry, limits.bytes + 1).size() == entry.size, "an entry has its length");
      });
    }
    fuzz::require(total <= limits.bytes, "the bound holds");
  });
  ::close(fd);
  return 0;
}
