// `size`: the bytes of the files that the arguments reach, as they are or as a browser downloads them.
#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <new>
#include <string>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/error.h"
#include "base/text.h"
#include "collect/file_facts.h"
#include "collect/paths.h"
#include "collect/registry.h"
#include "collect/threads.h"

namespace unentropy {

namespace {

bool has_vanished(int error) { return error == ENOENT || error == ENOTDIR || error == ELOOP; }

std::uint64_t size_of(int directory_fd, const std::string& path, const FileGroup& group, std::size_t index) {
  struct stat status {};
  if (::fstatat(directory_fd, path.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
    if (has_vanished(errno)) return 0;
    throw system_error(errno, fmt::format("cannot read {}", in_ticks(group.at(index).shown)));
  }
  return S_ISREG(status.st_mode) ? static_cast<std::uint64_t>(status.st_size) : 0;
}

// Compresses to nowhere.
class Gzip {
 public:
  explicit Gzip(const Watch& watch) : watch_(watch), input_(kPiece), output_(kPiece) {
    constexpr int kGzipWindow = 15 + 16;
    if (::deflateInit2(&stream_, Z_BEST_COMPRESSION, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
      throw std::bad_alloc();
    }
  }
  ~Gzip() { ::deflateEnd(&stream_); }
  Gzip(const Gzip&) = delete;
  Gzip& operator=(const Gzip&) = delete;

  std::uint64_t size_of(const InputFile& file) {
    const UniqueFd fd(::open(file.path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!fd && has_vanished(errno)) return 0;
    if (!fd) throw system_error(errno, fmt::format("cannot read {}", in_ticks(file.shown)));
    ::deflateReset(&stream_);
    std::uint64_t size = 0;
    for (bool at_end = false; !at_end;) {
      watch_.check();
      const ssize_t got = ::read(fd.get(), input_.data(), input_.size());
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) throw system_error(errno, fmt::format("cannot read {}", in_ticks(file.shown)));
      at_end = got == 0;
      stream_.next_in = input_.data();
      stream_.avail_in = static_cast<uInt>(got);
      do {
        stream_.next_out = output_.data();
        stream_.avail_out = static_cast<uInt>(output_.size());
        ::deflate(&stream_, at_end ? Z_FINISH : Z_NO_FLUSH);
        size += output_.size() - stream_.avail_out;
      } while (stream_.avail_out == 0);
    }
    return size;
  }

 private:
  static constexpr std::size_t kPiece = 256U << 10;

  const Watch& watch_;
  z_stream stream_{};
  std::vector<Bytef> input_;
  std::vector<Bytef> output_;
};

std::uint64_t sum_of_sizes(const CollectorRun& run, const FileGroup& group) {
  if (!group.tree) return size_of(AT_FDCWD, group.root.string(), group, 0);
  const std::vector<FileFact*>* const facts =
      run.cache.files ? &run.cache.files->of(group.tree, group.root, run.context.epoch) : nullptr;
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < group.files.size(); ++i) {
    if (i % 256 == 0) run.watch.check();
    const std::uint32_t index = group.files[i];
    FileFact* const fact = facts != nullptr ? (*facts)[index] : nullptr;
    auto size = fact != nullptr ? fact->size() : std::nullopt;
    if (!size) {
      size = size_of(group.tree->root.get(), group.tree->path(group.tree->files[index]), group, i);
      if (fact != nullptr) fact->set_size(*size);
    }
    sum += *size;
  }
  return sum;
}

std::uint64_t sum_of_gzip_sizes(const CollectorRun& run, const std::vector<InputFile>& files) {
  std::atomic<std::size_t> next = 0;
  std::atomic<std::uint64_t> sum = 0;
  run_workers(std::min(hardware_threads(), files.size() + 1), [&](std::size_t) {
    Gzip gzip(run.watch);
    for (std::size_t i = next++; i < files.size(); i = next++) sum += gzip.size_of(files[i]);
  });
  return sum;
}

CollectorResult collect_size(const CollectorRun& run) {
  CollectorResult result;
  const std::vector<FileGroup> groups = reached_files(run, run.command.arguments(), Folders::expanded, result.notices);
  std::uint64_t sum = 0;
  if (run.command.has("gzip")) {
    sum = sum_of_gzip_sizes(run, listed(groups));
  } else {
    for (const FileGroup& group : groups) sum += sum_of_sizes(run, group);
  }
  result.value = static_cast<double>(sum);
  return result;
}

}  // namespace

Collector size_collector() {
  return {{"size",
           "size of files in bytes",
           "[path…]",
           0,
           1000,
           {{.name = "gzip",
             .arity = OptionArity::flag,
             .description = "the size after compression with gzip -9, file by file: what a browser downloads",
             .effort = 3}},
           -2},
          collect_size};
}

}  // namespace unentropy
