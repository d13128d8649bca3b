#include "history/header.h"

#include <array>
#include <bit>
#include <cerrno>
#include <cstddef>
#include <string_view>

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"

namespace unentropy {
namespace {

constexpr std::string_view kMagic{"SQLite format 3\0", 16};
constexpr std::size_t kHeaderBytes = 100;
// Offsets of big-endian fields.
constexpr std::size_t kPageSize = 16;
constexpr std::size_t kReadVersion = 19;
constexpr std::size_t kChangeCounter = 24;
constexpr std::size_t kPageCount = 28;
constexpr std::size_t kVersionValidFor = 92;
constexpr unsigned char kReadVersionWal = 2;
constexpr std::uint32_t kMinPageBytes = 512;

using HeaderBytes = std::array<unsigned char, kHeaderBytes>;

std::uint32_t big_endian(const HeaderBytes& bytes, std::size_t offset, std::size_t size) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < size; ++i) value = value << 8U | bytes[offset + i];
  return value;
}

Error damaged(const std::filesystem::path& path, std::string_view cause) {
  return Error(ErrorKind::corrupt, fmt::format("opening the history `{}`: {}", single_line(path.native()), cause),
               "the file was left as it is; restore an older copy of it");
}

// Fewer bytes than the array only at the end of the file.
std::size_t read_start(int fd, HeaderBytes& bytes, const std::filesystem::path& path) {
  std::size_t have = 0;
  while (have < bytes.size()) {
    const ssize_t got = ::read(fd, bytes.data() + have, bytes.size() - have);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw system_error(errno, "reading the history `" + single_line(path.native()) + "`");
    if (got == 0) break;
    have += static_cast<std::size_t>(got);
  }
  return have;
}

}  // namespace

DatabaseHeader read_database_header(const std::filesystem::path& path) {
  const UniqueFd fd = open_for_reading(path);
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) {
    throw system_error(errno, "reading the history `" + single_line(path.native()) + "`");
  }
  DatabaseHeader header;
  header.file_bytes = static_cast<std::uint64_t>(status.st_size);
  if (header.file_bytes == 0) return header;

  HeaderBytes bytes{};
  const std::size_t have = read_start(fd.get(), bytes, path);
  const std::size_t compared = std::min(have, kMagic.size());
  if (std::string_view(reinterpret_cast<const char*>(bytes.data()), compared) != kMagic.substr(0, compared)) {
    throw damaged(path, "it is not an SQLite database");
  }
  if (have < kHeaderBytes) throw damaged(path, fmt::format("it is cut off after {} bytes", header.file_bytes));

  const std::uint32_t page = big_endian(bytes, kPageSize, 2);
  header.page_bytes = page == 1 ? 65536 : page;
  if (header.page_bytes < kMinPageBytes || !std::has_single_bit(header.page_bytes)) {
    throw damaged(path, fmt::format("its header names a page size of {} bytes", page));
  }
  header.write_ahead_log = bytes[kReadVersion] == kReadVersionWal;
  // Writers older than SQLite 3.7.0 leave the count alone; the two counters then differ.
  const bool count_is_valid = big_endian(bytes, kChangeCounter, 4) == big_endian(bytes, kVersionValidFor, 4);
  const std::uint64_t expected = std::uint64_t{big_endian(bytes, kPageCount, 4)} * header.page_bytes;
  if (count_is_valid && header.file_bytes < expected) {
    throw damaged(path, fmt::format("it has {} of the {} bytes that its header names", header.file_bytes, expected));
  }
  return header;
}

}  // namespace unentropy
