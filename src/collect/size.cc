// `size`: the bytes of the files that the arguments reach.
#include <cerrno>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/text.h"
#include "collect/paths.h"
#include "collect/registry.h"

namespace unentropy {

namespace {

// A file that vanished meanwhile has no size.
std::uint64_t size_of(int directory_fd, const std::string& path) {
  struct stat status {};
  if (::fstatat(directory_fd, path.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return 0;
    throw system_error(errno, fmt::format("cannot read `{}`", single_line(path)));
  }
  return S_ISREG(status.st_mode) ? static_cast<std::uint64_t>(status.st_size) : 0;
}

std::uint64_t size_of_tree(const Tree& tree, const Watch& watch) {
  std::uint64_t sum = 0;
  std::size_t count = 0;
  for (const Tree::File& file : tree.files) {
    if (++count % 256 == 0) watch.check();
    sum += size_of(tree.root.get(), tree.path(file));
  }
  return sum;
}

CollectorResult collect_size(const CollectorRun& run) {
  CollectorResult result;
  std::uint64_t sum = 0;
  if (run.command.arguments().empty()) {
    sum = size_of_tree(*source_tree(run, TreeOptions::Ignored::included, result.notices), run.watch);
  } else {
    std::size_t count = 0;
    for (const InputFile& file : input_files(run, run.command.arguments(), Folders::expanded, result.notices)) {
      if (++count % 256 == 0) run.watch.check();
      sum += size_of(AT_FDCWD, file.path.string());
    }
  }
  result.value = static_cast<double>(sum);
  return result;
}

}  // namespace

Collector size_collector() { return {{"size", "size of files in bytes", "[path…]", 0, 1000, {}}, collect_size}; }

}  // namespace unentropy
