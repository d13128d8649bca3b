#include "store/content_reader.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/text.h"

namespace unentropy {
namespace {

constexpr std::size_t kPieceBytes = 256U << 10;
// Smaller files are hashed within a few milliseconds, which no thread is worth.
constexpr std::uint64_t kHashedBesideBytes = 1U << 20;

std::string quoted(const std::filesystem::path& path) { return "`" + single_line(path.string()) + "`"; }

}  // namespace

std::uint64_t size_of_regular_file(const std::filesystem::path& path) {
  const UniqueFd fd = open_for_reading(path);
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) throw system_error(errno, "looking at " + quoted(path));
  return static_cast<std::uint64_t>(status.st_size);
}

void for_each_piece(const std::filesystem::path& path, const std::function<void(std::string_view)>& use) {
  const UniqueFd fd = open_for_reading(path);
  std::string buffer(kPieceBytes, '\0');
  for (;;) {
    const ssize_t got = ::read(fd.get(), buffer.data(), buffer.size());
    if (got == 0) return;
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw system_error(errno, "reading " + quoted(path));
    use(std::string_view(buffer).substr(0, static_cast<std::size_t>(got)));
  }
}

void for_each_piece(const ObjectContent& content, const std::function<void(std::string_view)>& use) {
  if (!content.file()) {
    if (content.size() > 0) use(content.bytes());
    return;
  }
  std::uint64_t size = 0;
  for_each_piece(*content.file(), [&](std::string_view piece) {
    size += piece.size();
    use(piece);
  });
  if (size != content.size()) {
    throw Error(ErrorKind::io, "reading " + quoted(*content.file()) + ": its size changed while it was in use");
  }
}

// The digest of a file that grows. Reads behind whoever writes it, so what it reads is in memory still.
class ReceivedFile::FollowingDigest {
 public:
  FollowingDigest(int fd, const std::filesystem::path& path) : fd_(fd), path_(path) {}
  ~FollowingDigest() { stop(); }
  FollowingDigest(const FollowingDigest&) = delete;
  FollowingDigest& operator=(const FollowingDigest&) = delete;

  void grown_to(std::uint64_t size);
  Sha256Digest finish();

 private:
  void follow();
  void hash_up_to(std::uint64_t size, bool leave_the_rest);
  void stop();

  int fd_;
  const std::filesystem::path& path_;
  Sha256 digest_;
  std::string buffer_;
  std::uint64_t hashed_ = 0;  // owned by the thread while there is one
  std::thread thread_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t size_ = 0;
  std::atomic<bool> complete_ = false;
  std::exception_ptr failure_;
};

void ReceivedFile::FollowingDigest::grown_to(std::uint64_t size) {
  {
    const std::lock_guard lock(mutex_);
    size_ = size;
  }
  if (size < kHashedBesideBytes) return;
  if (!thread_.joinable()) thread_ = std::thread([this] { follow(); });
  changed_.notify_one();
}

Sha256Digest ReceivedFile::FollowingDigest::finish() {
  stop();
  if (failure_) std::rethrow_exception(failure_);
  hash_up_to(size_, false);
  return digest_.finish();
}

void ReceivedFile::FollowingDigest::stop() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    complete_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void ReceivedFile::FollowingDigest::follow() {
  // With what the receiving leaves over; on Linux this is the priority of the thread alone.
  ::setpriority(PRIO_PROCESS, 0, 19);
  try {
    for (;;) {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return complete_ || size_ > hashed_; });
      if (complete_) return;
      const std::uint64_t size = size_;
      lock.unlock();
      hash_up_to(size, true);
    }
  } catch (...) {
    failure_ = std::current_exception();
  }
}

// With `leave_the_rest` only until there is nothing more to come, so that whoever waits for the digest goes on with it.
void ReceivedFile::FollowingDigest::hash_up_to(std::uint64_t size, bool leave_the_rest) {
  buffer_.resize(kPieceBytes);
  while (hashed_ < size && !(leave_the_rest && complete_)) {
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(buffer_.size(), size - hashed_));
    const ssize_t got = ::pread(fd_, buffer_.data(), wanted, static_cast<off_t>(hashed_));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw system_error(errno, "reading " + quoted(path_));
    if (got == 0)
      throw Error(ErrorKind::io, "reading " + quoted(path_) + ": it was made shorter while it was received");
    digest_.update(std::string_view(buffer_).substr(0, static_cast<std::size_t>(got)));
    hashed_ += static_cast<std::uint64_t>(got);
  }
}

ReceivedFile::ReceivedFile(std::filesystem::path path) : path_(std::move(path)) {}

void ReceivedFile::open() {
  if (fd_) return;
  fd_ = UniqueFd(::open(path_.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600));
  if (!fd_) throw system_error(errno, "creating " + quoted(path_));
  digest_ = std::make_unique<FollowingDigest>(fd_.get(), path_);
}

void ReceivedFile::flush() {
  if (!buffer_.empty()) write_all(fd_.get(), buffer_, path_);
  buffer_.clear();
}

void ReceivedFile::write(std::string_view bytes) {
  open();
  size_ += bytes.size();
  if (bytes.size() + buffer_.size() < kPieceBytes) {
    buffer_.append(bytes);
    return;
  }
  flush();
  write_all(fd_.get(), bytes, path_);
  digest_->grown_to(size_);
}

Sha256Digest ReceivedFile::complete() {
  open();
  flush();
  digest_->grown_to(size_);
  const Sha256Digest digest = digest_->finish();
  digest_.reset();
  fd_.reset();
  completed_ = true;
  return digest;
}

ReceivedFile::~ReceivedFile() {
  digest_.reset();
  if (!fd_ || completed_) return;
  fd_.reset();
  std::error_code ignored;
  std::filesystem::remove(path_, ignored);
}

}  // namespace unentropy
