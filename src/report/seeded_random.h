// Random numbers that are the same on every machine: the standard's distributions differ between libraries.
#pragma once

#include <cstdint>

namespace unentropy {

class SeededRandom {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}

  // SplitMix64.
  std::uint64_t next() {
    state_ += 0x9E3779B97F4A7C15U;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31U);
  }

  // [0, 1)
  double uniform() { return static_cast<double>(next() >> 11U) * 0x1p-53; }

  // Mean 0, deviation 1, roughly normal: the sum of twelve uniform numbers.
  double normal() {
    double sum = -6;
    for (int i = 0; i < 12; ++i) {
      sum += uniform();
    }
    return sum;
  }

 private:
  std::uint64_t state_;
};

}  // namespace unentropy
