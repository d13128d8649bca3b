#include "collect/coverage_data.h"

#include <algorithm>
#include <bit>

namespace unentropy {

namespace {

// Sorting whenever the unsorted part has outgrown the sorted one keeps the whole at n log n.
bool is_due(std::size_t size, std::size_t compacted) { return size > 2 * compacted + 256; }

}  // namespace

void LineSet::append(std::uint32_t page) {
  if (!pages_.empty() && page < pages_.back().number) sorted_ = false;
  if (pages_.capacity() == 0) pages_.reserve(4);
  if (!sorted_ && is_due(pages_.size(), compacted_)) compact();
  if (pages_.empty() || pages_.back().number != page) pages_.push_back({page, 0, 0});
  sorted_ = sorted_ && (pages_.size() < 2 || pages_[pages_.size() - 2].number < page);
}

void LineSet::compact() {
  std::sort(pages_.begin(), pages_.end(), [](const Page& a, const Page& b) { return a.number < b.number; });
  std::size_t kept = 0;
  for (const Page& page : pages_) {
    if (kept > 0 && pages_[kept - 1].number == page.number) {
      pages_[kept - 1].found |= page.found;
      pages_[kept - 1].covered |= page.covered;
    } else {
      pages_[kept++] = page;
    }
  }
  pages_.resize(kept);
  compacted_ = kept;
  sorted_ = true;
}

void LineSet::merge(const LineSet& other) {
  pages_.insert(pages_.end(), other.pages_.begin(), other.pages_.end());
  compact();
}

CoverageCount LineSet::count() const {
  if (!sorted_) {
    LineSet copy = *this;
    copy.compact();
    return copy.count();
  }
  CoverageCount count;
  for (const Page& page : pages_) {
    count.found += static_cast<std::uint64_t>(__builtin_popcountll(page.found));
    count.covered += static_cast<std::uint64_t>(__builtin_popcountll(page.covered));
  }
  return count;
}

void MarkedKeys::add(std::uint64_t key, bool covered) {
  if (!packed_.empty()) unpack();
  if (is_due(keys_.size(), compacted_)) compact();
  keys_.push_back((key & ~std::uint64_t{1}) | (covered ? 1U : 0U));
}

void MarkedKeys::add_all(std::vector<std::uint64_t>& keys) {
  if (keys.empty()) return;
  if (empty()) return pack(keys);
  if (!packed_.empty()) unpack();
  keys_.insert(keys_.end(), keys.begin(), keys.end());
  // Packing everything again for each few keys would make the whole quadratic.
  if (keys.size() >= keys_.size() / 16) {
    pack(keys_);
    std::vector<std::uint64_t>().swap(keys_);
    compacted_ = 0;
  } else if (is_due(keys_.size(), compacted_)) {
    compact();
  }
}

void MarkedKeys::make_distinct(std::vector<std::uint64_t>& keys) {
  // Most reports name things in order.
  if (!std::is_sorted(keys.begin(), keys.end())) std::sort(keys.begin(), keys.end());
  std::size_t kept = 0;
  for (const std::uint64_t key : keys) {
    // Sorted, the covered twin comes second.
    if (kept > 0 && (keys[kept - 1] | 1U) == (key | 1U)) {
      keys[kept - 1] |= key & 1U;
    } else {
      keys[kept++] = key;
    }
  }
  keys.resize(kept);
}

void MarkedKeys::compact() {
  make_distinct(keys_);
  compacted_ = keys_.size();
}

template <typename Visit>
void MarkedKeys::for_each_packed(const Visit& visit) const {
  std::uint64_t key = 0;
  std::uint64_t difference = 0;
  unsigned shift = 0;
  for (const char c : packed_) {
    const auto byte = static_cast<unsigned char>(c);
    difference |= std::uint64_t{byte & 0x7FU} << shift;
    shift += 7;
    if (byte >= 0x80) continue;
    key += difference;
    difference = 0;
    shift = 0;
    visit(key);
  }
}

void MarkedKeys::merge(const MarkedKeys& other) {
  if (!packed_.empty()) unpack();
  keys_.insert(keys_.end(), other.keys_.begin(), other.keys_.end());
  other.for_each_packed([this](std::uint64_t key) { keys_.push_back(key); });
  compact();
}

CoverageCount MarkedKeys::count() const {
  CoverageCount count;
  const auto add = [&count](std::uint64_t key) {
    ++count.found;
    count.covered += key & 1U;
  };
  if (!packed_.empty()) {
    for_each_packed(add);
    return count;
  }
  MarkedKeys copy = *this;
  copy.compact();
  for (const std::uint64_t key : copy.keys_) add(key);
  return count;
}

void MarkedKeys::pack(std::vector<std::uint64_t>& keys) {
  make_distinct(keys);
  std::size_t size = 0;
  std::uint64_t previous = 0;
  for (const std::uint64_t key : keys) {
    size += (static_cast<std::size_t>(std::bit_width((key - previous) | 1U)) + 6) / 7;
    previous = key;
  }
  packed_.resize(size);
  char* to = packed_.data();
  previous = 0;
  for (const std::uint64_t key : keys) {
    std::uint64_t difference = key - previous;
    previous = key;
    for (; difference >= 0x80; difference >>= 7U) *to++ = static_cast<char>(0x80U | (difference & 0x7FU));
    *to++ = static_cast<char>(difference);
  }
}

void MarkedKeys::unpack() {
  for_each_packed([this](std::uint64_t key) { keys_.push_back(key); });
  compacted_ = keys_.size();
  std::string().swap(packed_);
}

void LargestPairs::add(std::uint64_t key, std::uint32_t found, std::uint32_t covered) {
  if (is_due(entries_.size(), compacted_)) compact();
  entries_.push_back({key, found, covered});
}

void LargestPairs::compact() {
  std::sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) { return a.key < b.key; });
  std::size_t kept = 0;
  for (const Entry& entry : entries_) {
    if (kept > 0 && entries_[kept - 1].key == entry.key) {
      Entry& previous = entries_[kept - 1];
      previous.found = std::max(previous.found, entry.found);
      previous.covered = std::max(previous.covered, entry.covered);
    } else {
      entries_[kept++] = entry;
    }
  }
  entries_.resize(kept);
  compacted_ = kept;
}

void LargestPairs::merge(const LargestPairs& other) {
  entries_.insert(entries_.end(), other.entries_.begin(), other.entries_.end());
  compact();
}

CoverageCount LargestPairs::count() const {
  LargestPairs copy = *this;
  copy.compact();
  CoverageCount count;
  for (const Entry& entry : copy.entries_) {
    count.found += entry.found;
    count.covered += std::min(entry.covered, entry.found);
  }
  return count;
}

void LineRanges::add(std::uint32_t first, std::uint32_t last, bool covered) {
  if (is_due(ranges_.size(), compacted_)) compact();
  ranges_.push_back({first, last, covered});
}

void LineRanges::compact() {
  std::sort(ranges_.begin(), ranges_.end());
  ranges_.erase(std::unique(ranges_.begin(), ranges_.end()), ranges_.end());
  compacted_ = ranges_.size();
}

void LineRanges::merge(const LineRanges& other) {
  ranges_.insert(ranges_.end(), other.ranges_.begin(), other.ranges_.end());
  compact();
}

// The lines of the union of all spans, and of the covered ones.
CoverageCount LineRanges::count() const {
  LineRanges copy = *this;
  copy.compact();
  CoverageCount count;
  std::uint64_t found_up_to = 0;  // the first line behind what was counted
  std::uint64_t covered_up_to = 0;
  const auto extend = [](std::uint64_t& sum, std::uint64_t& up_to, const Range& range) {
    const std::uint64_t begin = std::max<std::uint64_t>(up_to, range.first);
    const std::uint64_t end = std::uint64_t{range.last} + 1;
    if (end <= begin) return;
    sum += end - begin;
    up_to = end;
  };
  for (const Range& range : copy.ranges_) {
    extend(count.found, found_up_to, range);
    if (range.covered) extend(count.covered, covered_up_to, range);
  }
  return count;
}

RareCoverage& FileCoverage::rare() {
  if (!rare_coverage) rare_coverage = std::make_unique<RareCoverage>();
  return *rare_coverage;
}

void FileCoverage::add_summary(CoverageType type, const CoverageCount& count) {
  CoverageCount& summary = rare().summaries[static_cast<std::size_t>(type)];
  summary.found = std::max(summary.found, count.found);
  summary.covered = std::max(summary.covered, count.covered);
}

bool FileCoverage::has(CoverageType type) const { return count(type).found > 0; }

CoverageCount FileCoverage::count(CoverageType type) const {
  CoverageCount count;
  if (type == CoverageType::line) count = lines.count();
  if (type == CoverageType::function) count = functions.count();
  if (type == CoverageType::branch) {
    count = branches.count();
    count += branch_pairs.count();
  }
  if (!rare_coverage) return count;
  const RareCoverage& rare = *rare_coverage;
  if (type == CoverageType::statement) {
    count = rare.statements.count();
    count += rare.blocks.count();
  }
  if (type == CoverageType::line && count.found == 0) count = rare.ranges.count();
  if (type == CoverageType::line && count.found == 0) count = rare.spare_lines.count();
  if (count.found == 0) count = rare.summaries[static_cast<std::size_t>(type)];
  count.covered = std::min(count.covered, count.found);
  return count;
}

void FileCoverage::merge(const FileCoverage& other, CoverageType type) {
  if (type == CoverageType::line) lines.merge(other.lines);
  if (type == CoverageType::function) functions.merge(other.functions);
  if (type == CoverageType::branch) {
    branches.merge(other.branches);
    branch_pairs.merge(other.branch_pairs);
  }
  if (!other.rare_coverage) return;
  const RareCoverage& theirs = *other.rare_coverage;
  if (type == CoverageType::line) {
    rare().spare_lines.merge(theirs.spare_lines);
    rare().ranges.merge(theirs.ranges);
  }
  if (type == CoverageType::statement) {
    rare().statements.merge(theirs.statements);
    rare().blocks.merge(theirs.blocks);
  }
  add_summary(type, theirs.summaries[static_cast<std::size_t>(type)]);
}

}  // namespace unentropy
