// A path pattern as a nondeterministic automaton; what `Glob` and `PatternList` run.
//
// All alternatives of the braces are one automaton, so that matching costs at most (nodes × length of the path),
// times the length of a name once more where `!(…)` is used: it is evaluated by running what it negates.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace unentropy {

using GlobNodeId = std::uint32_t;

struct GlobCharacterSet {
  bool negated = false;
  std::vector<std::pair<char32_t, char32_t>> ranges;  // inclusive
  bool operator==(const GlobCharacterSet&) const = default;
};

struct GlobNode {
  enum class Kind : std::uint8_t {
    accept,
    literal,  // consumes `character`
    any,      // consumes anything but `/`
    set,      // consumes what `sets[index]` holds, never `/`
    split,    // goes on at `next` and at `other`
    negation  // consumes whatever part of the name `other` does not match, then `next`
  };
  Kind kind = Kind::accept;
  // literal: stands at the beginning of a segment, so that it may match the dot of a hidden name.
  bool leads = false;
  // any: begins a `**` that ends its pattern, and so matches everything below here but hidden names.
  bool tail = false;
  char32_t character = 0;
  GlobNodeId next = 0;
  GlobNodeId other = 0;
  std::uint32_t index = 0;  // of the set, or the number of the negation
};

// A pattern of the simplest and most frequent kind, literal folders and then `*SUFFIX`, `**` or `**/*SUFFIX`. A few
// comparisons tell whether a path matches it.
struct GlobShape {
  std::string prefix;  // the folders, with a trailing `/`; may be empty
  bool deep = false;   // further folders may follow
  std::string suffix;  // of the name; may be empty
};

struct GlobProgram {
  std::vector<GlobNode> nodes;  // nodes[0] accepts
  std::vector<GlobCharacterSet> sets;
  GlobNodeId start = 0;
  std::vector<GlobNodeId> negations;
  bool names_hidden = false;  // some segment begins with a dot
  std::string suffix;         // every path that matches ends with it; may be empty
  // The alternatives of the braces if all of them are that simple; else empty.
  std::vector<GlobShape> shapes;
};

// Throws `Error` (usage) as `Glob` does.
GlobProgram compile_glob(std::string_view pattern);

// The segments in front of the last one that name a directory literally, joined by `/`, escapes resolved.
std::string glob_literal_prefix(std::string_view pattern);

bool glob_matches(const GlobProgram& program, std::string_view path);

// What a directory leaves possible for the files below it.
struct GlobBelow {
  bool possible = false;  // one might match
  bool certain = false;   // all that is not hidden matches
};
GlobBelow glob_below(const GlobProgram& program, std::string_view directory);

}  // namespace unentropy
