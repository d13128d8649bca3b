// history_generate OUT.db BUILDS METRICS [SEED]: writes a generated history.
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"
#include "history/testing/generate.h"

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  std::vector<std::int64_t> numbers;
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    if (const auto number = unentropy::parse_integer(arguments[i]); number && *number >= 0) numbers.push_back(*number);
  }
  if (arguments.size() < 3 || arguments.size() > 4 || numbers.size() + 1 != arguments.size()) {
    fmt::print(stderr, "usage: history_generate OUT.db BUILDS METRICS [SEED]\n");
    return 2;
  }
  try {
    const std::uint64_t seed = numbers.size() > 2 ? static_cast<std::uint64_t>(numbers[2]) : 1;
    unentropy::testing::generate_history(arguments[0], {numbers[0], numbers[1], seed});
  } catch (const unentropy::Error& error) {
    fmt::print(stderr, "{}\n{}\n", error.message(), error.hint());
    return 3;
  }
  return 0;
}
