// What coverage reports say about one file, in a form that merges: sets of lines, branches and functions, each with
// the mark whether anything covered it. Compact, because a report may name millions of lines.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "collect/hash_key.h"

namespace unentropy {

struct CoverageCount {
  std::uint64_t found = 0;
  std::uint64_t covered = 0;

  CoverageCount& operator+=(const CoverageCount& other) {
    found += other.found;
    covered += other.covered;
    return *this;
  }
};

// Line numbers with a mark each. About three bits per line where lines are dense.
class LineSet {
 public:
  void add(std::uint32_t line, bool covered) {
    const std::uint64_t bit = std::uint64_t{1} << (line % 64);
    const std::uint32_t page = line / 64;
    if (pages_.empty() || pages_.back().number != page) append(page);
    pages_.back().found |= bit;
    pages_.back().covered |= covered ? bit : 0;  // without a branch, which nobody could predict
  }
  void merge(const LineSet& other);
  bool empty() const { return pages_.empty(); }
  CoverageCount count() const;

 private:
  struct Page {
    std::uint32_t number = 0;
    std::uint64_t found = 0;
    std::uint64_t covered = 0;
  };

  void append(std::uint32_t page);
  void compact();

  std::vector<Page> pages_;
  std::size_t compacted_ = 0;  // this many at the front are sorted and distinct
  bool sorted_ = true;         // all are
};

// Things that a 64-bit key tells apart, with a mark each.
class MarkedKeys {
 public:
  void add(std::uint64_t key, bool covered);
  void merge(const MarkedKeys& other);
  bool empty() const { return keys_.empty() && packed_.empty(); }
  CoverageCount count() const;
  // Adds many at once, each with its mark in the lowest bit, and packs: keys that lie close together then take a byte
  // or two each. Leaves `keys` with any order and size.
  void add_all(std::vector<std::uint64_t>& keys);

 private:
  static void make_distinct(std::vector<std::uint64_t>& keys);
  void compact();
  void pack(std::vector<std::uint64_t>& keys);
  void unpack();
  // Calls `visit` with every packed key, the smallest first.
  template <typename Visit>
  void for_each_packed(const Visit& visit) const;

  std::vector<std::uint64_t> keys_;  // the key without its lowest bit, which is the mark
  std::size_t compacted_ = 0;
  std::string packed_;  // instead of `keys_`: the differences between them, seven bits to a byte (LEB128)
};

// For each key the largest pair that was seen: branches of one line, statements of one block.
class LargestPairs {
 public:
  void add(std::uint64_t key, std::uint32_t found, std::uint32_t covered);
  void merge(const LargestPairs& other);
  bool empty() const { return entries_.empty(); }
  CoverageCount count() const;

 private:
  struct Entry {
    std::uint64_t key = 0;
    std::uint32_t found = 0;
    std::uint32_t covered = 0;
  };

  void compact();

  std::vector<Entry> entries_;
  std::size_t compacted_ = 0;
};

// Spans of lines with a mark each, for reports that name blocks of code. Where spans overlap, a line is covered if any
// of them is.
class LineRanges {
 public:
  void add(std::uint32_t first, std::uint32_t last, bool covered);
  void merge(const LineRanges& other);
  bool empty() const { return ranges_.empty(); }
  CoverageCount count() const;

 private:
  struct Range {
    std::uint32_t first = 0;
    std::uint32_t last = 0;
    bool covered = false;
    // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 takes the 0 in `<=> 0` for a pointer
    auto operator<=>(const Range&) const = default;
  };

  void compact();

  std::vector<Range> ranges_;
  std::size_t compacted_ = 0;
};

enum class CoverageType { line, branch, function, statement };
inline constexpr std::size_t kCoverageTypes = 4;

// What few formats have.
struct RareCoverage {
  LineSet spare_lines;  // count only if the file has no other lines
  LineRanges ranges;
  MarkedKeys statements;
  LargestPairs blocks;  // of statements
  // Numbers of a whole file; they count only where there is no detail of the type.
  std::array<CoverageCount, kCoverageTypes> summaries;
};

struct FileCoverage {
  std::string path;   // as the report gives it
  std::string scope;  // the module, where several may have files of one path; mostly empty
  LineSet lines;
  MarkedKeys branches;
  LargestPairs branch_pairs;
  MarkedKeys functions;
  std::unique_ptr<RareCoverage> rare_coverage;

  RareCoverage& rare();
  // Keeps the larger numbers.
  void add_summary(CoverageType type, const CoverageCount& count);

  // Whether anything at all is said about the type.
  bool has(CoverageType type) const;
  CoverageCount count(CoverageType type) const;
  // Takes over what `other` says about the type.
  void merge(const FileCoverage& other, CoverageType type);
};

}  // namespace unentropy
