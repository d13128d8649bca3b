#include "store/content_reader.h"

#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/text.h"

namespace unentropy {
namespace {

constexpr std::size_t kPieceBytes = 256U << 10;

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

void ReceivedFile::open() {
  if (fd_) return;
  fd_ = UniqueFd(::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600));
  if (!fd_) throw system_error(errno, "creating " + quoted(path_));
}

void ReceivedFile::flush() {
  open();
  if (!buffer_.empty()) write_all(fd_.get(), buffer_, path_);
  buffer_.clear();
}

void ReceivedFile::write(std::string_view bytes) {
  open();
  digest_.update(bytes);
  size_ += bytes.size();
  buffer_.append(bytes);
  if (buffer_.size() >= kPieceBytes) flush();
}

Sha256Digest ReceivedFile::complete() {
  flush();
  fd_.reset();
  completed_ = true;
  return digest_.finish();
}

ReceivedFile::~ReceivedFile() {
  if (!fd_ || completed_) return;
  fd_.reset();
  std::error_code ignored;
  std::filesystem::remove(path_, ignored);
}

}  // namespace unentropy
