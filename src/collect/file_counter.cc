#include "collect/file_counter.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "collect/tree.h"

namespace unentropy {

namespace {

constexpr std::size_t kPiece = 1U << 20;
constexpr std::size_t kBinaryProbe = 8000;

enum class Encoding { bytes, utf16_little, utf16_big };

Encoding encoding_of(std::string_view text) {
  if (text.starts_with("\xFF\xFE") && !text.starts_with(std::string_view("\xFF\xFE\0\0", 4))) {
    return Encoding::utf16_little;
  }
  return text.starts_with("\xFE\xFF") ? Encoding::utf16_big : Encoding::bytes;
}

// The code units as UTF-8; surrogates become two units of three bytes, which matter to nobody who counts lines.
std::size_t to_utf8(const char* from, std::size_t units, Encoding encoding, char* to) {
  char* out = to;
  for (std::size_t i = 0; i < units; ++i) {
    const unsigned first = static_cast<unsigned char>(from[2 * i]);
    const unsigned second = static_cast<unsigned char>(from[2 * i + 1]);
    const unsigned unit = encoding == Encoding::utf16_little ? first | second << 8U : first << 8U | second;
    if (unit < 0x80) {
      *out++ = static_cast<char>(unit);
    } else if (unit < 0x800) {
      *out++ = static_cast<char>(0xC0U | unit >> 6U);
      *out++ = static_cast<char>(0x80U | (unit & 0x3FU));
    } else {
      *out++ = static_cast<char>(0xE0U | unit >> 12U);
      *out++ = static_cast<char>(0x80U | (unit >> 6U & 0x3FU));
      *out++ = static_cast<char>(0x80U | (unit & 0x3FU));
    }
  }
  return static_cast<std::size_t>(out - to);
}

// Where a full piece may be cut: behind its last line end, else anywhere.
std::size_t cut_of(const char* text, std::size_t size) {
  if (const void* found = ::memrchr(text, '\n', size)) {
    return static_cast<std::size_t>(static_cast<const char*>(found) - text) + 1;
  }
  // A CR at the very end may be half of a CR LF.
  if (const void* found = ::memrchr(text, '\r', size - 1)) {
    return static_cast<std::size_t>(static_cast<const char*>(found) - text) + 1;
  }
  return size - 1;
}

// `#!` in the first line says who runs the file. That is an instruction and no comment, whatever `#` means elsewhere,
// and no lexer should look for quotes in it. Rust's `#![…]` is something else.
void make_interpreter_line_code(char* text, std::size_t size) {
  if (size < 2 || text[0] != '#' || text[1] != '!' || (size > 2 && text[2] == '[')) return;
  for (std::size_t i = 0; i < size && !is_line_end(text[i]); ++i) text[i] = 'x';
}

}  // namespace

// Bytes of a file as UTF-8.
class FileCounter::Source {
 public:
  Source(int fd, std::uint64_t size, std::string_view shown) : fd_(fd), size_(size), shown_(shown) {}

  bool at_end() const { return at_end_; }
  std::uint64_t size() const { return size_; }

  // Up to `size` bytes.
  std::size_t read(char* to, std::size_t size) {
    if (encoding_ == Encoding::bytes) return read_bytes(to, size);
    wide_.resize(std::min<std::size_t>(size / 3 * 2, 1U << 18) & ~std::size_t{1});
    // An odd byte waits for its other half.
    std::copy(half_.begin(), half_.end(), wide_.begin());
    const std::size_t got = half_.size() + read_bytes(wide_.data() + half_.size(), wide_.size() - half_.size());
    half_.assign(wide_.data() + got / 2 * 2, got % 2);
    return to_utf8(wide_.data(), got / 2, encoding_, to);
  }

  // Turns what was read so far, the first piece with its mark, into UTF-8.
  std::size_t decode(char* text, std::size_t size, Encoding encoding) {
    encoding_ = encoding;
    const std::string raw(std::string_view(text, size).substr(std::min<std::size_t>(size, 2)));
    half_.assign(raw.data() + raw.size() / 2 * 2, raw.size() % 2);
    return to_utf8(raw.data(), raw.size() / 2, encoding, text);
  }

 private:
  std::size_t read_bytes(char* to, std::size_t size) {
    while (!at_end_) {
      const ssize_t got = ::read(fd_, to, size);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) throw system_error(errno, fmt::format("cannot read {}", in_ticks(shown_)));
      done_ += static_cast<std::uint64_t>(got);
      // A file of known size needs no further call to learn that it ended.
      at_end_ = got == 0 || (size_ > 0 && done_ == size_);
      return static_cast<std::size_t>(got);
    }
    return 0;
  }

  int fd_;
  std::uint64_t size_;
  std::string_view shown_;
  std::uint64_t done_ = 0;
  bool at_end_ = false;
  Encoding encoding_ = Encoding::bytes;
  std::vector<char> wide_;
  std::string half_;
};

FileCounter::FileCounter(const Watch& watch)
    : watch_(watch),
      // Not cleared: most files fill a small part of it.
      buffer_(std::make_unique_for_overwrite<char[]>(kPiece / 2 * 3 + 2 * Lexer::kRoom)),
      text_(buffer_.get() + Lexer::kRoom),
      lexers_(kSyntaxCount) {
  std::memset(buffer_.get(), 0, Lexer::kRoom);
}

Lexer& FileCounter::lexer_for(const Language& language) {
  std::unique_ptr<Lexer>& lexer = lexers_[static_cast<std::size_t>(language.syntax)];
  if (!lexer) lexer = std::make_unique<Lexer>(compiled_syntax(language));
  return *lexer;
}

void FileCounter::feed(const Language& language, char* text, std::size_t size) {
  switch (compiled_syntax(language).syntax().reader) {
    case Reader::general:
      return lexer_for(language).feed(text, size, lines_);
    case Reader::plain:
      return feed_plain(text, size, lines_);
    case Reader::yaml:
      return yaml_.feed(text, size, lines_);
  }
}

std::optional<CountedFile> FileCounter::count(int directory_fd, const char* path, std::string_view shown,
                                              const Wanted& wanted) {
  const UniqueFd fd(open_beneath(directory_fd, path, O_RDONLY));
  if (!fd) {
    if (errno == ENOENT || errno == ENOTDIR || errno == ELOOP || errno == ENXIO) return std::nullopt;
    throw system_error(errno, fmt::format("cannot read {}", in_ticks(shown)));
  }
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) throw system_error(errno, fmt::format("cannot read {}", in_ticks(shown)));
  if (!S_ISREG(status.st_mode)) return std::nullopt;
  Source source(fd.get(), static_cast<std::uint64_t>(status.st_size), shown);
  return count(source, path, wanted);
}

std::optional<CountedFile> FileCounter::count(Source& source, const char* path, const Wanted& wanted) {
  watch_.check();
  const std::string_view whole_path(path);
  const Language* language = language_of_name(whole_path.substr(whole_path.rfind('/') + 1));
  if (language != nullptr && !wanted(*language)) return std::nullopt;
  std::size_t have = 0;
  while (!source.at_end() && have < kBinaryProbe) have += source.read(text_ + have, kPiece - have);
  if (const Encoding encoding = encoding_of({text_, have}); encoding != Encoding::bytes) {
    have = source.decode(text_, have, encoding);
  } else if (std::memchr(text_, '\0', std::min(have, kBinaryProbe)) != nullptr) {
    return std::nullopt;
  }
  const std::string_view text(text_, have);
  if (language == nullptr) {
    language = language_of_script(text);
    if (language == nullptr) language = &unknown_language();
    if (!wanted(*language)) return std::nullopt;
  } else if (language->name == "TypeScript" && (text.starts_with("<?xml") || text.starts_with("<!DOCTYPE"))) {
    language = language_of_name("translation.xml");  // Qt's translations have the same extension
    if (!wanted(*language)) return std::nullopt;
  }
  const std::size_t mark = text.starts_with("\xEF\xBB\xBF") ? 3 : 0;
  return CountedFile{language, count_pieces(source, *language, mark, have), source.size()};
}

// `have` bytes have been read, the first of which to count is at `begin`.
LineCounts FileCounter::count_pieces(Source& source, const Language& language, std::size_t begin, std::size_t have) {
  constexpr std::size_t kAlmostFull = 16;  // below it a wide character may not fit
  bool open_line = false;
  make_interpreter_line_code(text_ + begin, have - begin);
  const auto feed_to = [&](std::size_t end) {
    if (end == begin) return;
    open_line = text_[end - 1] != '\n' && text_[end - 1] != '\r';
    feed(language, text_ + begin, end - begin);
  };
  for (;;) {
    while (!source.at_end() && have + kAlmostFull < kPiece) have += source.read(text_ + have, kPiece - have);
    if (source.at_end()) {
      feed_to(have);
      break;
    }
    watch_.check();
    const std::size_t cut = begin + cut_of(text_ + begin, have - begin);
    // Feeding overwrites what follows.
    std::array<char, Lexer::kRoom> kept;
    std::copy_n(text_ + cut, kept.size(), kept.begin());
    feed_to(cut);
    std::copy(kept.begin(), kept.end(), text_ + cut);
    std::memmove(text_, text_ + cut, have - cut);
    have -= cut;
    begin = 0;
  }
  return finish(language, open_line);
}

LineCounts FileCounter::finish(const Language& language, bool open_line) {
  if (const auto& lexer = lexers_[static_cast<std::size_t>(language.syntax)]) lexer->reset();
  yaml_.reset();
  return lines_.finish(open_line);
}

LineCounts FileCounter::count_text(std::string_view text, const Language& language) {
  std::string copy(Lexer::kRoom, '\n');
  copy.append(text).append(Lexer::kRoom, '\n');
  make_interpreter_line_code(copy.data() + Lexer::kRoom, text.size());
  if (!text.empty()) feed(language, copy.data() + Lexer::kRoom, text.size());
  return finish(language, !text.empty() && text.back() != '\n' && text.back() != '\r');
}

}  // namespace unentropy
