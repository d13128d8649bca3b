#include "sync/local_file.h"

#include <cerrno>
#include <cstdio>
#include <string>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/text.h"

namespace unentropy {
namespace {

constexpr Milliseconds kLockTimeout{60'000};
constexpr Milliseconds kLockPoll{20};
constexpr std::string_view kTemporaryEnd = ".unentropy-tmp";

std::string named(const std::filesystem::path& path) { return "`" + single_line(path.string()) + "`"; }

std::filesystem::path directory_of(const std::filesystem::path& file) {
  return file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
}

// The lock is the directory itself, so that no file of ours stays beside the history.
UniqueFd lock_directory(const std::filesystem::path& directory, Clock& clock) {
  UniqueFd fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) throw system_error(errno, "opening " + named(directory));
  const auto deadline = clock.steady() + kLockTimeout;
  while (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EINTR) continue;
    if (errno != EWOULDBLOCK) throw system_error(errno, "locking " + named(directory));
    if (clock.steady() >= deadline) {
      throw Error(ErrorKind::unavailable,
                  "locking " + named(directory) + ": another run has held it for " + format_duration(kLockTimeout),
                  "wait for the other run, or end it if it hangs");
    }
    clock.sleep_for(kLockPoll);
  }
  return fd;
}

bool has_content(std::filesystem::path path, const char* suffix) {
  path += suffix;
  std::error_code failed;
  return std::filesystem::file_size(path, failed) > 0 && !failed;
}

// Files that runs left when they were killed. The caller holds the lock.
void remove_leftovers(const std::filesystem::path& file) {
  const std::string begin = "." + file.filename().string() + "-";
  std::error_code ignored;
  std::vector<std::filesystem::path> leftovers;
  for (const auto& entry : std::filesystem::directory_iterator(directory_of(file), ignored)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(begin) && name.find(kTemporaryEnd) != std::string::npos) leftovers.push_back(entry.path());
  }
  for (const auto& path : leftovers) std::filesystem::remove(path, ignored);
}

void flush_to_disk(const std::filesystem::path& path, int flags) {
  const UniqueFd fd(::open(path.c_str(), flags | O_CLOEXEC));
  if (!fd) throw system_error(errno, "writing " + named(path));
  // Some file systems cannot do this for directories, and then need not.
  if (::fsync(fd.get()) != 0 && errno != EINVAL && errno != EROFS) throw system_error(errno, "writing " + named(path));
}

}  // namespace

bool copy_local_history(const std::filesystem::path& file, const std::filesystem::path& copy) {
  std::error_code failed;
  if (!std::filesystem::exists(file, failed)) return false;
  if (has_content(file, "-wal") || has_content(file, "-journal")) {
    // Another tool's last words; SQLite itself puts them into the file.
    History::open(file, OpenMode::read_write, Verification::header_and_layout).close();
  }
  std::filesystem::copy_file(file, copy, std::filesystem::copy_options::overwrite_existing, failed);
  if (failed) throw system_error(failed.value(), "copying " + named(file) + " to " + named(copy));
  return true;
}

namespace {

// Lets `make` write a new file and puts it in the place of `file`; `make` says whether there is anything to put there.
bool replace_under_lock(const std::filesystem::path& file, Clock& clock,
                        const std::function<bool(const std::filesystem::path&)>& make) {
  const std::filesystem::path directory = directory_of(file);
  std::error_code failed;
  std::filesystem::create_directories(directory, failed);
  if (failed) throw system_error(failed.value(), "creating " + named(directory));
  const UniqueFd lock = lock_directory(directory, clock);
  remove_leftovers(file);
  const std::filesystem::path temporary =
      directory / ("." + file.filename().string() + "-" + random_hex(8) + std::string(kTemporaryEnd));
  try {
    if (!make(temporary)) return false;
    flush_to_disk(temporary, O_RDONLY);
    if (::rename(temporary.c_str(), file.c_str()) != 0) throw system_error(errno, "replacing " + named(file));
    flush_to_disk(directory, O_RDONLY | O_DIRECTORY);
    return true;
  } catch (...) {
    std::filesystem::remove(temporary, failed);
    throw;
  }
}

}  // namespace

void update_local_history(const std::filesystem::path& file, Clock& clock,
                          const std::function<void(History&)>& change) {
  replace_under_lock(file, clock, [&](const std::filesystem::path& temporary) {
    copy_local_history(file, temporary);
    History history = History::open(temporary, OpenMode::create, Verification::header_and_layout, Durability::cached);
    change(history);
    history.close();
    return true;
  });
}

bool begin_local_history(const std::filesystem::path& file, Clock& clock, const std::filesystem::path& from) {
  return replace_under_lock(file, clock, [&](const std::filesystem::path& temporary) {
    std::error_code failed;
    return !std::filesystem::exists(file, failed) && copy_local_history(from, temporary);
  });
}

}  // namespace unentropy
