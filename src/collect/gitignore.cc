#include "collect/gitignore.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <utility>

#include "base/text.h"

namespace unentropy {

namespace {

constexpr std::string_view kSpecial = "*?[\\";

struct NamedClass {
  std::string_view name;
  int (*test)(int);
};

constexpr std::array<NamedClass, 12> kNamedClasses = {{{"alnum", std::isalnum},
                                                       {"alpha", std::isalpha},
                                                       {"blank", std::isblank},
                                                       {"cntrl", std::iscntrl},
                                                       {"digit", std::isdigit},
                                                       {"graph", std::isgraph},
                                                       {"lower", std::islower},
                                                       {"print", std::isprint},
                                                       {"punct", std::ispunct},
                                                       {"space", std::isspace},
                                                       {"upper", std::isupper},
                                                       {"xdigit", std::isxdigit}}};

bool in_named_class(std::string_view name, unsigned char c) {
  for (const NamedClass& entry : kNamedClasses) {
    if (entry.name == name) return c < 128 && entry.test(c) != 0;
  }
  return false;
}

// The set that begins behind a `[`: whether it holds `c`, and how many characters the set takes with its `]`.
// Nothing if it is not closed.
std::optional<std::pair<bool, std::size_t>> match_set(std::string_view set, unsigned char c) {
  std::size_t at = 0;
  const bool negated = !set.empty() && (set[0] == '!' || set[0] == '^');
  if (negated) ++at;
  bool found = false;
  for (bool first = true; at < set.size(); first = false) {
    if (set[at] == ']' && !first) return std::pair{found != negated, at + 1};
    if (set.substr(at).starts_with("[:")) {
      const std::size_t end = set.find(":]", at + 2);
      if (end != std::string_view::npos) {
        found = found || in_named_class(set.substr(at + 2, end - at - 2), c);
        at = end + 2;
        continue;
      }
    }
    if (set[at] == '\\' && at + 1 < set.size()) ++at;
    const auto low = static_cast<unsigned char>(set[at++]);
    auto high = low;
    if (at + 1 < set.size() && set[at] == '-' && set[at + 1] != ']') {
      ++at;
      if (set[at] == '\\' && at + 1 < set.size()) ++at;
      high = static_cast<unsigned char>(set[at++]);
    }
    found = found || (low <= c && c <= high);
  }
  return std::nullopt;
}

// Segments against segments; `**` stands for any number of them, at the end for at least one.
bool matches_segments(const std::vector<std::string>& pattern, std::string_view path) {
  const std::vector<std::string_view> parts = split(path, '/');
  std::size_t p = 0;
  std::size_t s = 0;
  std::optional<std::size_t> star;
  std::size_t star_part = 0;
  while (s < parts.size()) {
    if (p < pattern.size() && pattern[p] == "**") {
      if (p + 1 == pattern.size()) return true;
      star = p++;
      star_part = s;
    } else if (p < pattern.size() && matches_wildcards(pattern[p], parts[s])) {
      ++p;
      ++s;
    } else if (star) {
      p = *star + 1;
      s = ++star_part;
    } else {
      return false;
    }
  }
  return p == pattern.size();
}

std::vector<std::string> to_segments(std::string_view pattern) {
  std::vector<std::string> segments;
  for (const std::string_view part : split(pattern, '/')) {
    if (part == "**" && !segments.empty() && segments.back() == "**") continue;
    segments.emplace_back(part);
  }
  return segments;
}

std::string_view without_trailing_blanks(std::string_view line) {
  while (!line.empty() && (line.back() == ' ' || line.back() == '\t')) {
    std::size_t backslashes = 0;
    while (backslashes + 1 < line.size() && line[line.size() - 2 - backslashes] == '\\') ++backslashes;
    if (backslashes % 2 == 1) break;
    line.remove_suffix(1);
  }
  return line;
}

}  // namespace

bool matches_wildcards(std::string_view pattern, std::string_view name) {
  std::size_t p = 0;
  std::size_t n = 0;
  std::optional<std::size_t> star;
  std::size_t star_at = 0;
  while (n < name.size()) {
    std::size_t step = 0;  // characters of the pattern that match name[n]; 0: none
    if (p < pattern.size()) {
      if (pattern[p] == '*') {
        star = p++;
        star_at = n;
        continue;
      }
      if (pattern[p] == '?') {
        step = 1;
      } else if (pattern[p] == '[') {
        const auto set = match_set(pattern.substr(p + 1), static_cast<unsigned char>(name[n]));
        if (!set) return false;
        step = set->first ? set->second + 1 : 0;
      } else if (pattern[p] == '\\') {
        step = p + 1 < pattern.size() && pattern[p + 1] == name[n] ? 2 : 0;
      } else {
        step = pattern[p] == name[n] ? 1 : 0;
      }
    }
    if (step > 0) {
      p += step;
      ++n;
    } else if (star) {
      p = *star + 1;
      n = ++star_at;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

IgnoreRule::IgnoreRule(std::string_view pattern, bool negated, bool directories_only)
    : negated_(negated), directories_only_(directories_only) {
  const bool anchored = pattern.find('/') != std::string_view::npos;
  if (pattern.starts_with('/')) pattern.remove_prefix(1);
  const bool literal = pattern.find_first_of(kSpecial) == std::string_view::npos;
  if (anchored) {
    kind_ = literal ? Kind::literal_path : Kind::path_pattern;
    if (!literal) segments_ = to_segments(pattern);
  } else if (literal) {
    kind_ = Kind::literal_name;
  } else if (pattern.starts_with('*') && pattern.find_first_of(kSpecial, 1) == std::string_view::npos) {
    kind_ = Kind::name_suffix;
    pattern.remove_prefix(1);
  } else {
    kind_ = Kind::name_pattern;
  }
  text_ = pattern;
}

bool IgnoreRule::matches(std::string_view path, std::string_view name, bool is_directory) const {
  if (directories_only_ && !is_directory) return false;
  switch (kind_) {
    case Kind::literal_name:
      return name == text_;
    case Kind::name_suffix:
      return name.ends_with(text_);
    case Kind::name_pattern:
      return matches_wildcards(text_, name);
    case Kind::literal_path:
      return path == text_;
    case Kind::path_pattern:
      return matches_segments(segments_, path);
  }
  return false;
}

IgnoreFile::IgnoreFile(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  for (std::string_view line : split(text, '\n')) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line.front() == '#') continue;
    line = without_trailing_blanks(line);
    const bool negated = line.starts_with('!');
    if (negated) line.remove_prefix(1);
    const bool directories_only = line.ends_with('/');
    if (directories_only) line.remove_suffix(1);
    if (line.empty()) continue;
    rules_.emplace_back(line, negated, directories_only);
  }
}

const IgnoreRule* IgnoreFile::match(std::string_view path, std::string_view name, bool is_directory,
                                    const std::vector<const IgnoreRule*>& disabled) const {
  const auto last = std::find_if(rules_.rbegin(), rules_.rend(), [&](const IgnoreRule& rule) {
    return rule.matches(path, name, is_directory) &&
           std::find(disabled.begin(), disabled.end(), &rule) == disabled.end();
  });
  return last == rules_.rend() ? nullptr : &*last;
}

}  // namespace unentropy
