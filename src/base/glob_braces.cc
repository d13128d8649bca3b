#include "base/glob_braces.h"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"

namespace unentropy {
namespace {

constexpr std::size_t kMaxAlternatives = 1024;
constexpr std::size_t kMaxBytes = 256U << 10;

[[noreturn]] void fail_too_many() {
  throw Error(ErrorKind::usage, "the braces of the pattern stand for too many alternatives",
              "use `*`, or several shorter patterns");
}

struct BraceGroup {
  std::size_t begin = 0;  // of `{`
  std::size_t end = 0;    // after `}`
  std::vector<std::string> alternatives;
  bool literal = false;  // `alternatives` are not patterns any more
};

std::string pad(long long value, std::size_t width) {
  return value < 0 ? fmt::format("-{:0{}}", -value, width > 0 ? width - 1 : 0) : fmt::format("{:0{}}", value, width);
}

bool is_padded(std::string_view number) {
  if (number.starts_with('-')) number.remove_prefix(1);
  return number.size() > 1 && number.front() == '0';
}

// `1..3` or `a..e`, perhaps with a step; nothing if it is neither.
std::optional<std::vector<std::string>> expand_range(std::string_view text) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t dots = text.find("..");
    parts.push_back(text.substr(0, dots));
    if (dots == std::string_view::npos) break;
    text.remove_prefix(dots + 2);
  }
  if (parts.size() < 2 || parts.size() > 3) return std::nullopt;
  const auto is_letter = [](std::string_view part) {
    return part.size() == 1 && ((part[0] >= 'a' && part[0] <= 'z') || (part[0] >= 'A' && part[0] <= 'Z'));
  };
  const bool letters = is_letter(parts[0]) && is_letter(parts[1]);
  const auto number = [&](std::string_view part) -> std::optional<long long> {
    if (letters) return part.front();
    // More digits than any list of files needs, and no overflow below.
    return part.size() <= 10 ? parse_integer(part) : std::nullopt;
  };
  const std::optional<long long> first = number(parts[0]);
  const std::optional<long long> last = number(parts[1]);
  const std::optional<long long> step =
      parts.size() == 3 && parts[2].size() <= 10 ? parse_integer(parts[2]) : std::optional<long long>(1);
  if (!first || !last || !step) return std::nullopt;
  const long long stride = std::max(std::abs(*step), 1LL);
  const long long count = std::abs(*last - *first) / stride + 1;
  if (count > static_cast<long long>(kMaxAlternatives)) fail_too_many();
  const bool padded = !letters && (is_padded(parts[0]) || is_padded(parts[1]));
  const std::size_t width = padded ? std::max(parts[0].size(), parts[1].size()) : 0;
  std::vector<std::string> values;
  for (long long i = 0; i < count; ++i) {
    const long long value = *first + (*last < *first ? -stride : stride) * i;
    values.push_back(letters ? std::string(1, static_cast<char>(value)) : pad(value, width));
  }
  return values;
}

// The group that `pattern[begin]`, a `{`, opens.
std::optional<BraceGroup> read_group(std::string_view pattern, std::size_t begin) {
  BraceGroup group;
  group.begin = begin;
  std::size_t part = begin + 1;
  int depth = 0;
  for (std::size_t i = begin; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c == '\\') {
      ++i;
    } else if (c == '{') {
      ++depth;
    } else if (c == ',' && depth == 1) {
      group.alternatives.emplace_back(pattern.substr(part, i - part));
      part = i + 1;
    } else if (c == '}' && --depth == 0) {
      const std::string_view last = pattern.substr(part, i - part);
      group.end = i + 1;
      if (!group.alternatives.empty()) {
        group.alternatives.emplace_back(last);
        return group;
      }
      auto range = expand_range(last);
      if (!range) return std::nullopt;
      group.alternatives = std::move(*range);
      group.literal = true;
      return group;
    }
  }
  return std::nullopt;
}

std::optional<BraceGroup> first_group(std::string_view pattern) {
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '\\') {
      ++i;
    } else if (pattern[i] == '{') {
      if (auto group = read_group(pattern, i)) return group;
    }
  }
  return std::nullopt;
}

}  // namespace

std::vector<std::string> expand_braces(std::string_view pattern) {
  const std::optional<BraceGroup> group = first_group(pattern);
  if (!group) return {std::string(pattern)};
  const std::string_view head = pattern.substr(0, group->begin);
  const std::vector<std::string> tails = expand_braces(pattern.substr(group->end));
  std::vector<std::string> results;
  std::size_t bytes = 0;
  for (const std::string& alternative : group->alternatives) {
    const auto middles = group->literal ? std::vector<std::string>{alternative} : expand_braces(alternative);
    for (const std::string& middle : middles) {
      for (const std::string& tail : tails) {
        results.push_back(fmt::format("{}{}{}", head, middle, tail));
        bytes += results.back().size();
        if (results.size() > kMaxAlternatives || bytes > kMaxBytes) fail_too_many();
      }
    }
  }
  return results;
}

}  // namespace unentropy
