// Writes ZIP archives, and ones that no decent archiver would write: for the tests of this folder.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <zlib.h>

namespace unentropy::testing {

struct ZipFile {
  std::string name;
  std::string content;
  bool deflated = true;
  std::uint32_t mode = 0100644;      // of Unix, upper half of the external attributes
  std::uint16_t flags = 0;           // added to both headers
  std::uint16_t method = 0xffff;     // said instead of the true one; 0xffff: the true one
  std::uint32_t crc_changed_by = 0;  // added to the true one
  std::int64_t size_changed_by = 0;  // added to the unpacked size that the archive says
};

inline std::string deflated(const std::string& content) {
  z_stream stream{};
  deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  std::string packed(deflateBound(&stream, static_cast<uLong>(content.size())), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

inline std::string zip_of(const std::vector<ZipFile>& files) {
  const auto number = [](std::uint64_t value, int bytes) {
    std::string text;
    for (int i = 0; i < bytes; ++i) text += static_cast<char>((value >> (8 * i)) & 0xff);
    return text;
  };
  std::string archive;
  std::string directory;
  for (const ZipFile& file : files) {
    const std::string packed = file.deflated ? deflated(file.content) : file.content;
    const auto crc =
        crc32(0, reinterpret_cast<const Bytef*>(file.content.data()), static_cast<uInt>(file.content.size()));
    const std::uint16_t method = file.method != 0xffff ? file.method : (file.deflated ? 8 : 0);
    const std::string common =
        number(20, 2) + number(file.flags, 2) + number(method, 2) + number(0, 4) +
        number(crc + file.crc_changed_by, 4) + number(packed.size(), 4) +
        number(static_cast<std::uint64_t>(static_cast<std::int64_t>(file.content.size()) + file.size_changed_by), 4) +
        number(file.name.size(), 2);
    const std::size_t offset = archive.size();
    archive += "PK\3\4" + common + number(0, 2) + file.name + packed;
    directory += "PK\1\2" + number(3 << 8 | 20, 2) + common + number(0, 2) + number(0, 2) + number(0, 2) +
                 number(0, 2) + number(static_cast<std::uint64_t>(file.mode) << 16, 4) + number(offset, 4) + file.name;
  }
  return archive + directory + "PK\5\6" + number(0, 4) + number(files.size(), 2) + number(files.size(), 2) +
         number(directory.size(), 4) + number(archive.size(), 4) + number(0, 2);
}

}  // namespace unentropy::testing
