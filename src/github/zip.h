// Reading one file out of a ZIP archive that a stranger may have made.
//
// Format: PKWARE's APPNOTE, as far as the host's artifacts use it: stored and deflated entries, Zip64.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace unentropy {

struct ZipLimits {
  std::uint64_t entries = 1000;
  std::uint64_t bytes = 2ULL << 30;  // unpacked, all entries together
  // Unpacked to packed, for what unpacks to more than a MiB. A history that is mostly empty pages has some 100.
  std::uint64_t ratio = 400;
};

struct ZipEntry {
  std::string name;  // relative, of plain components with `/` between them
  std::uint64_t size = 0;
};

// An archive, looked through before any of it is unpacked. Everything that is wrong with it is an `Error` (corrupt)
// which names the archive: a truncated one, one that is no ZIP, absolute names, `..`, links and other special files,
// two entries of one name, encryption, other methods than stored and deflate, more than the limits allow.
class ZipArchive {
 public:
  explicit ZipArchive(std::filesystem::path file, ZipLimits limits = {});

  // Files in the order of the archive; folders are left out.
  const std::vector<ZipEntry>& entries() const { return entries_; }
  // At most `count` bytes of the beginning of an entry.
  std::string beginning(const ZipEntry& entry, std::size_t count) const;
  // Unpacks one entry to `destination`, a new file of mode 0600 that appears whole or not at all. `corrupt` if length
  // or checksum are not those of the archive.
  void extract(const ZipEntry& entry, const std::filesystem::path& destination) const;

 private:
  std::filesystem::path file_;
  std::vector<ZipEntry> entries_;
};

}  // namespace unentropy
