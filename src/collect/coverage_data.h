// What coverage reports say about one file, in a form that merges: sets of lines, branches and functions, each with
// the mark whether anything covered it. Compact, because a report may name millions of lines.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
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
    if (covered) pages_.back().covered |= bit;
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
  bool empty() const { return keys_.empty(); }
  CoverageCount count() const;

 private:
  void compact();

  std::vector<std::uint64_t> keys_;  // the key without its lowest bit, which is the mark
  std::size_t compacted_ = 0;
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

enum class CoverageType { line, branch, function, statement };

// One type of coverage of a file. The details count; the summary only where there are none.
struct CoverageDetail {
  LineSet lines;        // only for the type `line`
  MarkedKeys keys;      // lines, branches, functions that have keys of their own
  LargestPairs pairs;   // where a report gives numbers per line or block only
  LineSet spare_lines;  // count only if there is nothing else
  std::optional<CoverageCount> summary;

  bool empty() const { return lines.empty() && keys.empty() && pairs.empty() && spare_lines.empty() && !summary; }
  void merge(const CoverageDetail& other);
  void add_summary(const CoverageCount& count);  // keeps the larger numbers
  CoverageCount count() const;
};

struct FileCoverage {
  std::string path;  // as the report gives it
  CoverageDetail line;
  CoverageDetail branch;
  CoverageDetail function;
  CoverageDetail statement;

  const CoverageDetail& detail(CoverageType type) const;
};

}  // namespace unentropy
