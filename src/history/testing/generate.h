// Realistic histories of any size, the same for the same seed: for tests, benchmarks and demonstrations.
#pragma once

#include <cstdint>
#include <filesystem>

namespace unentropy::testing {

struct HistoryShape {
  std::int64_t builds = 100;
  std::int64_t metrics = 10;  // every tenth is a label; some builds lack some metrics
  std::uint64_t seed = 1;
};

// Writes a new file in layout 2.0.0, newest build last: pushes to `main` for the most part, some nightly builds and
// imports, a few other branches, pull requests that are never shown. The builds are about half an hour apart and end
// on 2025-06-01.
void generate_history(const std::filesystem::path& path, const HistoryShape& shape);

}  // namespace unentropy::testing
