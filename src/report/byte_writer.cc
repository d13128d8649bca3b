#include "report/byte_writer.h"

#include <bit>

namespace unentropy {

void ByteWriter::number(double value) {
  auto bits = std::bit_cast<std::uint64_t>(value);
  for (int i = 0; i < 8; ++i) {
    byte(static_cast<std::uint8_t>(bits & 0xFFU));
    bits >>= 8U;
  }
}

}  // namespace unentropy
