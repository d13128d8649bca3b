// What the fuzz targets share. A target is a file of this folder that defines `LLVMFuzzerTestOneInput`, a line in
// CMakeLists.txt and a folder of corpus/. An input may be refused with an `Error`; anything else that is thrown, a
// sanitizer's report, or a broken promise is a finding.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "base/clock.h"
#include "base/error.h"

namespace unentropy::fuzz {

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

// The first line and what follows it, for targets that take two texts.
struct TwoTexts {
  std::string_view first;
  std::string_view rest;
};
inline TwoTexts split_first_line(std::string_view text) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return {text, {}};
  return {text.substr(0, end), text.substr(end + 1)};
}

// A property that holds whatever the input.
inline void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "broken promise: %s\n", what);
  std::abort();
}

// Runs what may refuse its input, but then says why.
template <typename Body>
void accepting_errors(const Body& body) {
  try {
    body();
  } catch (const Error& error) {
    require(!error.message().empty(), "an error has a message");
  }
}

// Never advances, so that no time limit is part of a finding.
class StillClock final : public Clock {
 public:
  Instant now() const override { return Instant{}; }
  std::chrono::steady_clock::time_point steady() const override { return {}; }
  void sleep_for(Milliseconds) override {}
};

}  // namespace unentropy::fuzz
