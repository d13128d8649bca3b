// The patterns of `sources`, brought into the one form that matching understands.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace unentropy {

struct NormalisedSource {
  std::string pattern;
  std::string problem;  // why it cannot match anything; empty: it can
};

// `src`, `src/` and `./src` become `src/**` if `src` is a directory below `base_directory`; a leading `!` stays; an
// absolute pattern inside the base directory becomes relative. Looks at the file system, never fails.
NormalisedSource normalise_source_pattern(std::string_view pattern, const std::filesystem::path& base_directory);

// The same for a list, for callers that have patterns from elsewhere.
std::vector<std::string> normalise_source_patterns(const std::vector<std::string>& patterns,
                                                   const std::filesystem::path& base_directory);

}  // namespace unentropy
