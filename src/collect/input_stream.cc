#include "collect/input_stream.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/text.h"

namespace unentropy {

InputStream::InputStream(UniqueFd file, std::string_view shown, const Watch& watch)
    : file_(std::move(file)), shown_(single_line(shown)), watch_(watch) {
  ::posix_fadvise(file_.get(), 0, 0, POSIX_FADV_SEQUENTIAL);
  struct stat status {};
  if (::fstat(file_.get(), &status) == 0 && S_ISREG(status.st_mode)) size_ = static_cast<std::uint64_t>(status.st_size);
}

InputStream::InputStream(std::string_view text, std::string_view shown, const Watch& watch)
    : text_(text), shown_(single_line(shown)), watch_(watch), size_(text.size()) {}

std::size_t InputStream::read(char* buffer, std::size_t size) {
  watch_.check();
  if (!file_) {
    const std::size_t taken = std::min(size, text_.size());
    if (taken == 0) return 0;  // there may be no text to point at
    std::memcpy(buffer, text_.data(), taken);
    text_.remove_prefix(taken);
    return taken;
  }
  for (;;) {
    const ssize_t got = ::read(file_.get(), buffer, size);
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno != EINTR) throw system_error(errno, fmt::format("cannot read `{}`", shown_));
  }
}

LineReader::LineReader(InputStream& input) : input_(input) {}

bool LineReader::fill() {
  if (at_end_) return false;
  if (begin_ > 0) {
    std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (end_ > kMaxLine) {
    throw Error(ErrorKind::corrupt,
                fmt::format("line {} of `{}` is longer than 1 MB", line_number_ + 1, input_.shown()));
  }
  // Pieces that fit a processor's cache are read and parsed faster than large ones.
  const std::size_t got = input_.read(buffer_.get() + end_, std::min<std::size_t>(kBufferSize - end_, 128U << 10));
  end_ += got;
  at_end_ = got == 0;
  return got > 0;
}

std::optional<std::string_view> LineReader::next() {
  std::size_t searched = 0;
  for (;;) {
    const char* const start = buffer_.get() + begin_;
    const std::size_t size = end_ - begin_;
    if (const void* found = std::memchr(start + searched, '\n', size - searched)) {
      const auto length = static_cast<std::size_t>(static_cast<const char*>(found) - start);
      begin_ += length + 1;
      ++line_number_;
      return std::string_view(start, length > 0 && start[length - 1] == '\r' ? length - 1 : length);
    }
    searched = size;
    if (fill()) continue;
    if (size == 0) return std::nullopt;
    begin_ = end_;
    ++line_number_;
    const char* const rest = buffer_.get() + end_ - size;
    return std::string_view(rest, rest[size - 1] == '\r' ? size - 1 : size);
  }
}

}  // namespace unentropy
