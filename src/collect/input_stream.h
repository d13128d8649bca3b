// A file in pieces of a bounded size, for parsers whose memory must not grow with it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/file.h"
#include "collect/watch.h"

namespace unentropy {

class InputStream {
 public:
  // `shown` names the file in messages.
  InputStream(UniqueFd file, std::string_view shown, const Watch& watch);
  // Text instead of a file, for tests.
  InputStream(std::string_view text, std::string_view shown, const Watch& watch);

  const std::string& shown() const { return shown_; }

  // In bytes, as it was when the file was opened; 0 if nobody knows.
  std::uint64_t size() const { return size_; }

  // Up to `size` bytes into `buffer`, 0 at the end. Throws `Error` if the file cannot be read or the time is over.
  std::size_t read(char* buffer, std::size_t size);

 private:
  UniqueFd file_;
  std::string_view text_;
  std::string shown_;
  const Watch& watch_;
  std::uint64_t size_ = 0;
};

// The lines of a stream, without their ends (LF or CR LF). A line longer than `kMaxLine` is an `Error` (corrupt).
class LineReader {
 public:
  static constexpr std::size_t kMaxLine = 1U << 20;

  explicit LineReader(InputStream& input);

  // Nothing at the end. The view is valid until the next call.
  std::optional<std::string_view> next();
  std::uint64_t line_number() const { return line_number_; }

  // What has been read and not yet returned, for callers that know a common line faster than its end is found; may be
  // empty, and its last line may be cut off.
  std::string_view buffered() const { return {buffer_.get() + begin_, end_ - begin_}; }
  // Goes behind the first `size` bytes of it, which are whole lines, `lines` of them.
  void skip(std::size_t size, std::uint64_t lines) {
    begin_ += size;
    line_number_ += lines;
  }

 private:
  bool fill();

  static constexpr std::size_t kBufferSize = 2 * kMaxLine;

  InputStream& input_;
  std::unique_ptr<char[]> buffer_ = std::make_unique_for_overwrite<char[]>(kBufferSize);
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  bool at_end_ = false;
  std::uint64_t line_number_ = 0;
};

}  // namespace unentropy
