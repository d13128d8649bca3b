#include "github/zip.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <functional>
#include <memory>
#include <set>
#include <string_view>
#include <system_error>

#include <fmt/format.h>
#include <minizip/unzip.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"

namespace unentropy {
namespace {

constexpr std::uint64_t kHarmlessBytes = 1U << 20;  // of one entry, whatever its ratio
constexpr std::size_t kMaxNameBytes = 255;          // minizip finds no longer ones
constexpr uLong kEncrypted = 0x0001;
constexpr uLong kStronglyEncrypted = 0x0040;
constexpr uLong kMaskedHeaders = 0x2000;
constexpr uLong kStored = 0;
constexpr uLong kDeflated = 8;

Error broken(const std::filesystem::path& file, const std::string& what) {
  return {ErrorKind::corrupt, "unpacking `" + single_line(file.filename().string()) + "`: " + what,
          "look at the run that made the artifact; a newer or older artifact may be whole"};
}

struct Closer {
  void operator()(void* archive) const { unzClose(archive); }
};
using Handle = std::unique_ptr<void, Closer>;

// Whether the record that ends every archive is there, whole, and the last thing in the file. minizip takes what is
// missing of it for zeros, and an archive that was cut off there for an empty one.
bool ends_well(const UniqueFd& fd) {
  constexpr std::string_view kSignature = "PK\5\6";
  constexpr std::size_t kRecordBytes = 22;
  std::string tail(kRecordBytes + 0xffff, '\0');
  const off_t size = ::lseek(fd.get(), 0, SEEK_END);
  const off_t start = std::max<off_t>(0, size - static_cast<off_t>(tail.size()));
  const ssize_t count = ::pread(fd.get(), tail.data(), tail.size(), start);
  if (count < 0 || start + count != size) return false;
  tail.resize(static_cast<std::size_t>(count));
  const std::size_t at = tail.rfind(kSignature);
  if (at == std::string::npos || tail.size() - at < kRecordBytes) return false;
  const auto byte = [&](std::size_t i) -> std::size_t { return static_cast<unsigned char>(tail[at + i]); };
  return tail.size() - at - kRecordBytes == byte(20) + (byte(21) << 8);
}

Handle open_archive(const std::filesystem::path& file) {
  const bool is_whole = ends_well(open_for_reading(file));
  Handle archive(is_whole ? unzOpen64(file.c_str()) : nullptr);
  if (!archive) throw broken(file, "it is no ZIP archive, or has been cut off");
  return archive;
}

// Where unpacking under this name could leave the folder, or mean another file than it seems.
bool is_plain_name(std::string_view name) {
  if (name.empty() || name.size() > kMaxNameBytes || !is_utf8(name)) return false;
  for (const char c : name) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f || c == '\\' || c == ':') return false;
  }
  for (const std::string_view part : split(name, '/')) {
    if (part.empty() || part == "." || part == "..") return false;
  }
  return true;
}

// The mode that a Unix archiver has left, if it is that of neither a file nor a folder.
bool is_special(const unz_file_info64& info) {
  const auto type = (info.external_fa >> 16) & S_IFMT;
  return type != 0 && type != S_IFREG && type != S_IFDIR;
}

struct Listed {
  std::string name;
  unz_file_info64 info{};
};

Listed current_entry(unzFile archive, const std::filesystem::path& file) {
  Listed listed;
  std::array<char, kMaxNameBytes + 2> name{};
  if (unzGetCurrentFileInfo64(archive, &listed.info, name.data(), name.size() - 1, nullptr, 0, nullptr, 0) != UNZ_OK) {
    throw broken(file, "its list of files cannot be read");
  }
  if (listed.info.size_filename > kMaxNameBytes) throw broken(file, "a name in it is too long");
  listed.name.assign(name.data(), listed.info.size_filename);
  return listed;
}

void check_entry(const Listed& listed, const ZipLimits& limits, const std::filesystem::path& file) {
  const std::string name = in_ticks(listed.name, 60);
  const unz_file_info64& info = listed.info;
  if (!is_plain_name(listed.name)) throw broken(file, "the name " + name + " leads out of it or is no plain name");
  if (is_special(info)) throw broken(file, name + " is a link or a special file");
  if ((info.flag & (kEncrypted | kStronglyEncrypted | kMaskedHeaders)) != 0) {
    throw broken(file, name + " is encrypted");
  }
  if (info.compression_method != kStored && info.compression_method != kDeflated) {
    throw broken(file, fmt::format("{} is packed with method {}, which is not supported", name,
                                   static_cast<unsigned long>(info.compression_method)));
  }
  if (info.uncompressed_size > kHarmlessBytes && info.uncompressed_size / limits.ratio > info.compressed_size) {
    throw broken(
        file, fmt::format("{} would unpack from {} to {} bytes", name, info.compressed_size, info.uncompressed_size));
  }
}

// Gives the whole entry to `use`, until it returns false.
void read_entry(const std::filesystem::path& file, const ZipEntry& entry,
                const std::function<bool(std::string_view)>& use) {
  const Handle archive = open_archive(file);
  const std::string name = in_ticks(entry.name, 60);
  if (unzLocateFile(archive.get(), entry.name.c_str(), 1) != UNZ_OK || unzOpenCurrentFile(archive.get()) != UNZ_OK) {
    throw broken(file, name + " cannot be read");
  }
  std::array<char, 1 << 16> buffer{};
  std::uint64_t total = 0;
  for (;;) {
    const int count = unzReadCurrentFile(archive.get(), buffer.data(), buffer.size());
    if (count < 0) throw broken(file, name + " is damaged");
    total += static_cast<std::uint64_t>(count);
    if (total > entry.size) throw broken(file, name + " is larger than the archive says");
    if (count == 0) break;
    if (!use({buffer.data(), static_cast<std::size_t>(count)})) return;
  }
  if (total != entry.size) {
    throw broken(file, fmt::format("{} ends after {} of {} bytes", name, total, entry.size));
  }
  if (unzCloseCurrentFile(archive.get()) != UNZ_OK) throw broken(file, "the checksum of " + name + " is wrong");
}

}  // namespace

ZipArchive::ZipArchive(std::filesystem::path file, ZipLimits limits) : file_(std::move(file)) {
  const Handle archive = open_archive(file_);
  unz_global_info64 about{};
  if (unzGetGlobalInfo64(archive.get(), &about) != UNZ_OK) throw broken(file_, "its list of files cannot be read");
  if (about.number_entry > limits.entries) {
    throw broken(file_, fmt::format("it holds {} files, more than {}", about.number_entry, limits.entries));
  }
  std::set<std::string> names;
  std::uint64_t total = 0;
  for (std::uint64_t i = 0; i < about.number_entry; ++i) {
    const int moved = i == 0 ? unzGoToFirstFile(archive.get()) : unzGoToNextFile(archive.get());
    if (moved != UNZ_OK) throw broken(file_, "its list of files cannot be read");
    Listed listed = current_entry(archive.get(), file_);
    const bool is_folder = listed.name.ends_with('/');
    if (is_folder) listed.name.pop_back();
    check_entry(listed, limits, file_);
    if (!names.insert(listed.name).second) throw broken(file_, in_ticks(listed.name, 60) + " is in it twice");
    if (is_folder) continue;
    if (listed.info.uncompressed_size > limits.bytes - total) {
      throw broken(file_, fmt::format("it would unpack to more than {} bytes", limits.bytes));
    }
    total += listed.info.uncompressed_size;
    entries_.push_back({std::move(listed.name), listed.info.uncompressed_size});
  }
}

std::string ZipArchive::beginning(const ZipEntry& entry, std::size_t count) const {
  std::string bytes;
  read_entry(file_, entry, [&](std::string_view piece) {
    bytes.append(piece.substr(0, count - bytes.size()));
    return bytes.size() < count;
  });
  return bytes;
}

void ZipArchive::extract(const ZipEntry& entry, const std::filesystem::path& destination) const {
  std::filesystem::path temporary = destination;
  temporary += ".unpacking";
  std::error_code ignored;
  try {
    const UniqueFd out = create_private_file(temporary);
    read_entry(file_, entry, [&](std::string_view piece) {
      write_all(out.get(), piece, temporary);
      return true;
    });
    if (std::rename(temporary.c_str(), destination.c_str()) != 0) {
      throw system_error(errno, "writing `" + single_line(destination.string()) + "`");
    }
  } catch (...) {
    std::filesystem::remove(temporary, ignored);
    throw;
  }
}

}  // namespace unentropy
