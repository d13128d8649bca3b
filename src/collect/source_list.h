// The files that `sources` of the configuration matches, one by one: what `loc` and `count` measure without a path.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "collect/collector.h"
#include "collect/line_counter.h"

namespace unentropy {

struct SourceFile {
  std::string path;           // relative to the base directory
  std::string_view language;  // empty: not asked for, or the file is binary
  LineCounts lines;           // of a binary file: none
};

struct SourceList {
  std::vector<SourceFile> files;     // by path, byte by byte
  std::vector<std::string> notices;  // patterns that match nothing
};

enum class SourceDetail { paths, lines };

// Throws `Error` as a collector does.
SourceList list_sources(const CollectContext& context, SourceDetail detail);

}  // namespace unentropy
