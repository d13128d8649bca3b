// What the tests of this module share: a result as short lines, and files kept beside the code.
#pragma once

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "config/config.h"

namespace unentropy {

// `2:24 error storage.type: message | hint` for each diagnostic.
inline std::vector<std::string> lines_of(const ConfigResult& result) {
  std::vector<std::string> lines;
  for (const Diagnostic& d : result.diagnostics) {
    lines.push_back(fmt::format("{}:{} {} {}: {}{}{}", d.position.line, d.position.column,
                                d.level == Diagnostic::Level::error ? "error" : "warning", d.path, d.message,
                                d.hint.empty() ? "" : " | ", d.hint));
  }
  return lines;
}

inline std::vector<std::string> lines_of(std::string_view text) { return lines_of(parse_config(text, "/nonexistent")); }

// The configuration of a text that has no error; fails the test otherwise.
inline Config config_of(std::string_view text, const std::filesystem::path& base = "/nonexistent") {
  const ConfigResult result = parse_config(text, base);
  EXPECT_TRUE(result.config.has_value()) << ::testing::PrintToString(lines_of(result));
  return result.config.value_or(Config{});
}

inline std::filesystem::path source_path(std::string_view name) {
  return std::filesystem::path(UNENTROPY_SOURCE_DIR) / name;
}

// The bytes of a file; empty if there is none.
inline std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return std::move(bytes).str();
}

// The environment variable UNENTROPY_UPDATE_GOLDEN=1 makes the tests write the files that they compare with.
void expect_same_as_file(const std::filesystem::path& path, const std::string& expected);

// One metric `a`, and whatever else belongs into the file.
inline std::string with_metric(std::string_view members) {
  return fmt::format(R"({{"metrics": {{"a": {{"type": "numeric", "command": "echo 1"}}}}{}{}}})",
                     members.empty() ? "" : ", ", members);
}

}  // namespace unentropy
