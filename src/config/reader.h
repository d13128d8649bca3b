// Second half of reading unentropy.json: from checked values to a `Config`, with what only the whole file can tell.
#pragma once

#include <filesystem>
#include <vector>

#include "config/config.h"
#include "config/shape.h"

namespace unentropy {

struct Reading {
  Config config;                        // complete only if neither half found an error
  std::vector<Diagnostic> diagnostics;  // in no particular order
  bool fatal = false;
};

// Resolves templates, references between the parts and source patterns. What `check_shape` has already found
// fault with is passed over, so that no consequence of one problem is reported as another.
Reading read_config(const CheckedValue& root, const std::filesystem::path& base_directory);

}  // namespace unentropy
