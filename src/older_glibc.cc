// What libraries of Debian 12 take from glibc 2.36 and an older glibc lacks. Only the portable binary has this file.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include <sys/random.h>

// As in glibc: always succeeds, or ends the process. expat seeds its hash tables with it.
extern "C" void arc4random_buf(void* buffer, std::size_t size) noexcept {
  constexpr std::size_t kWhole = 256;  // the most that getrandom never cuts short
  auto* bytes = static_cast<unsigned char*>(buffer);
  while (size > 0) {
    const std::size_t part = std::min(size, kWhole);
    if (::getrandom(bytes, part, 0) != static_cast<ssize_t>(part)) std::abort();
    bytes += part;
    size -= part;
  }
}

// The same for one number: std::random_device of libstdc++ takes it.
extern "C" std::uint32_t arc4random() noexcept {
  std::uint32_t number = 0;
  arc4random_buf(&number, sizeof number);
  return number;
}
