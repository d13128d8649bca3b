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
#include "collect/paths.h"
#include "collect/registry.h"
#include "collect/threads.h"

namespace unentropy {

namespace {

bool has_vanished(int error) { return error == ENOENT || error == ENOTDIR || error == ELOOP; }

std::uint64_t size_of(int directory_fd, const std::string& path) {
  struct stat status {};
  if (::fstatat(directory_fd, path.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
    if (has_vanished(errno)) return 0;
    throw system_error(errno, fmt::format("cannot read {}", in_ticks(path)));
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

  std::uint64_t size_of(int directory_fd, const std::string& path) {
    const UniqueFd fd(::openat(directory_fd, path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!fd && has_vanished(errno)) return 0;
    if (!fd) throw system_error(errno, fmt::format("cannot read {}", in_ticks(path)));
    ::deflateReset(&stream_);
    std::uint64_t size = 0;
    for (bool at_end = false; !at_end;) {
      watch_.check();
      const ssize_t got = ::read(fd.get(), input_.data(), input_.size());
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) throw system_error(errno, fmt::format("cannot read {}", in_ticks(path)));
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

// `path` gives the i-th of `count` files, relative to `directory_fd`.
template <typename Path>
std::uint64_t sum_of_sizes(const CollectorRun& run, std::size_t count, int directory_fd, const Path& path) {
  if (!run.command.has("gzip")) {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (i % 256 == 0) run.watch.check();
      sum += size_of(directory_fd, path(i));
    }
    return sum;
  }
  std::atomic<std::size_t> next = 0;
  std::atomic<std::uint64_t> sum = 0;
  run_workers(std::min(hardware_threads(), count + 1), [&](std::size_t) {
    Gzip gzip(run.watch);
    for (std::size_t i = next++; i < count; i = next++) sum += gzip.size_of(directory_fd, path(i));
  });
  return sum;
}

CollectorResult collect_size(const CollectorRun& run) {
  CollectorResult result;
  std::uint64_t sum = 0;
  if (run.command.arguments().empty()) {
    const auto tree = source_tree(run, TreeOptions::Ignored::included, result.notices);
    sum = sum_of_sizes(run, tree->files.size(), tree->root.get(),
                       [&](std::size_t i) { return tree->path(tree->files[i]); });
  } else {
    const std::vector<InputFile> files = input_files(run, run.command.arguments(), Folders::expanded, result.notices);
    sum = sum_of_sizes(run, files.size(), AT_FDCWD, [&](std::size_t i) { return files[i].path.string(); });
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
             .description = "the size after compression with gzip -9, file by file: what a browser downloads"}}},
          collect_size};
}

}  // namespace unentropy
