#include "config/sources.h"

#include <optional>
#include <system_error>

#include "base/glob.h"
#include "base/text.h"

namespace unentropy {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kOutside = "it lies outside the directory of the configuration";

// The segments with `.` and empty ones left out and `..` resolved where the segment before it is plain text.
// Nothing if the path leaves the place where it starts.
std::optional<std::vector<std::string>> clean_segments(std::string_view path) {
  std::vector<std::string> segments;
  for (const std::string_view segment : split(path, '/')) {
    if (segment.empty() || segment == ".") continue;
    if (segment == ".." && segments.empty()) return std::nullopt;
    // `*/..`: unknowable without looking at every directory.
    if (segment != ".." || has_glob_characters(segments.back()) || segments.back() == "..") {
      segments.emplace_back(segment);
    } else {
      segments.pop_back();
    }
  }
  return segments;
}

// What is left of an absolute path below one of the names that the base directory goes by.
std::optional<std::string> relative_to(const fs::path& base_directory, const std::string& path) {
  std::error_code error;
  const fs::path base = base_directory.empty() ? fs::path(".") : base_directory;
  for (const fs::path& name : {fs::absolute(base, error).lexically_normal(), fs::weakly_canonical(base, error)}) {
    std::string prefix = name.generic_string();
    while (!prefix.empty() && prefix.back() == '/') prefix.pop_back();
    if (name.empty() || path.compare(0, prefix.size(), prefix) != 0) continue;
    if (path.size() == prefix.size()) return std::string();
    if (path[prefix.size()] == '/') return path.substr(prefix.size() + 1);
  }
  return std::nullopt;
}

bool is_directory(const fs::path& base_directory, const std::string& path) {
  std::error_code error;
  if (path.find('\0') != std::string::npos) return false;
  return fs::is_directory(base_directory / path, error) && !error;
}

}  // namespace

NormalisedSource normalise_source_pattern(std::string_view pattern, const fs::path& base_directory) {
  const std::string mark = pattern.starts_with('!') ? "!" : "";
  const std::string_view body = pattern.substr(mark.size());
  if (body.empty()) return {mark, "it is empty"};

  const std::optional<std::vector<std::string>> segments = clean_segments(body);
  if (!segments) return {std::string(pattern), std::string(kOutside)};
  std::string path = join(*segments, "/");
  if (body.front() == '/') {
    const std::optional<std::string> relative = relative_to(base_directory, "/" + path);
    if (!relative) return {std::string(pattern), std::string(kOutside)};
    path = *relative;
  }
  if (path.empty()) return {mark + "**", ""};
  if (!has_glob_characters(path) && is_directory(base_directory, path)) path += "/**";
  const bool climbs = (path + "/").find("/../") != std::string::npos && path.find('{') == std::string::npos;
  return {mark + path, climbs ? "it has `..` after a wildcard" : ""};
}

std::vector<std::string> normalise_source_patterns(const std::vector<std::string>& patterns,
                                                   const fs::path& base_directory) {
  std::vector<std::string> result;
  for (const std::string& pattern : patterns) {
    result.push_back(normalise_source_pattern(pattern, base_directory).pattern);
  }
  return result;
}

}  // namespace unentropy
