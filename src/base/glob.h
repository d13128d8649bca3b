// Path patterns, the dialect of `sources` and of every collector argument.
//
// `*` and `?` stop at `/`; `**` as a whole segment spans directories; `[a-z]`, `[!a]`, `{a,b}`, `{1..3}` and
// the extended forms `?(a|b)`, `*(…)`, `+(…)`, `@(…)`, `!(…)` work; `\` escapes. Matching is case-sensitive and
// covers the whole path. A name that begins with `.` is matched only by a segment that itself begins with `.`.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace unentropy {

// True if the text contains any of `* ? [ ] { }`.
bool has_glob_characters(std::string_view text);

class Glob {
 public:
  // Throws `Error` (usage) for a pattern whose braces expand to more than 1,024 alternatives or 256 KiB, whose
  // groups are nested more than 32 deep, that has more than 32 groups `!(…)`, or is longer than 4,096 bytes.
  explicit Glob(std::string_view pattern);
  ~Glob();
  Glob(Glob&&) noexcept;
  Glob& operator=(Glob&&) noexcept;

  // `path` is relative, with `/` as separator and no leading `./`. Time is bounded by the product of the
  // lengths (of the path and of the pattern, its braces expanded), whatever the pattern; a pattern with `!(…)`
  // costs the length of a name once more. `?` and sets take one code point, or one byte that is no UTF-8.
  // A path longer than 4,096 bytes, or with a name longer than 255, matches nothing.
  bool matches(std::string_view path) const;
  // Whether a file below directory `path` could match; a walk prunes by it. May err towards true.
  bool could_match_below(std::string_view path) const;
  // The leading directories that contain no glob character: `src/gen` of `src/gen/**`.
  std::string literal_prefix() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// An ordered list in which the last matching pattern decides; `!` in front negates (`!(` begins a group). If all
// are negative, or there are none, a path without hidden names starts as included, else as excluded. Patterns are taken
// as they are: normalising (`./`, `//`, trailing
// `/`, existing directories) is done by `normalise_source_patterns`.
class PatternList {
 public:
  explicit PatternList(const std::vector<std::string>& patterns);
  ~PatternList();
  PatternList(PatternList&&) noexcept;
  PatternList& operator=(PatternList&&) noexcept;

  bool accepts(std::string_view path) const;
  bool could_accept_below(std::string_view directory) const;
  // Literal prefixes of the positive patterns, see `Glob::literal_prefix`.
  std::vector<std::string> literal_prefixes() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace unentropy
