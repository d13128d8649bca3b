#include "store/content_body.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"

namespace unentropy {
namespace {

class BytesBody final : public BodySource {
 public:
  explicit BytesBody(const std::string& bytes) : bytes_(bytes) {}
  std::uint64_t size() const override { return bytes_.size(); }
  void rewind() override { position_ = 0; }
  std::size_t read(char* buffer, std::size_t capacity) override {
    const std::size_t count = std::min(capacity, bytes_.size() - position_);
    std::memcpy(buffer, bytes_.data() + position_, count);
    position_ += count;
    return count;
  }

 private:
  const std::string& bytes_;
  std::size_t position_ = 0;
};

class FileBody final : public BodySource {
 public:
  FileBody(const std::filesystem::path& path, std::uint64_t size)
      : name_("`" + single_line(path.string()) + "`"), fd_(open_for_reading(path)), size_(size) {
    struct stat status {};
    if (::fstat(fd_.get(), &status) != 0) throw system_error(errno, "looking at " + name_);
    if (static_cast<std::uint64_t>(status.st_size) != size) {
      throw Error(ErrorKind::io, "reading " + name_ + ": its size changed while it was in use");
    }
  }
  std::uint64_t size() const override { return size_; }
  void rewind() override { position_ = 0; }
  std::size_t read(char* buffer, std::size_t capacity) override {
    for (;;) {
      const ssize_t got = ::pread(fd_.get(), buffer, capacity, static_cast<off_t>(position_));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) throw system_error(errno, "reading " + name_);
      position_ += static_cast<std::uint64_t>(got);
      return static_cast<std::size_t>(got);
    }
  }

 private:
  std::string name_;
  UniqueFd fd_;
  std::uint64_t size_;
  std::uint64_t position_ = 0;
};

}  // namespace

std::unique_ptr<BodySource> make_content_body(const ObjectContent& content) {
  if (content.file()) return std::make_unique<FileBody>(*content.file(), content.size());
  return std::make_unique<BytesBody>(content.bytes());
}

}  // namespace unentropy
