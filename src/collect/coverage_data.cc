#include "collect/coverage_data.h"

#include <algorithm>

namespace unentropy {

namespace {

// Sorting whenever the unsorted part has outgrown the sorted one keeps the whole at n log n.
bool is_due(std::size_t size, std::size_t compacted) { return size > 2 * compacted + 256; }

}  // namespace

void LineSet::append(std::uint32_t page) {
  if (!pages_.empty() && page < pages_.back().number) sorted_ = false;
  if (!sorted_ && is_due(pages_.size(), compacted_)) compact();
  if (pages_.empty() || pages_.back().number != page) pages_.push_back({page, 0, 0});
  sorted_ = sorted_ && (pages_.size() < 2 || pages_[pages_.size() - 2].number < page);
}

void LineSet::compact() {
  std::sort(pages_.begin(), pages_.end(), [](const Page& a, const Page& b) { return a.number < b.number; });
  std::size_t kept = 0;
  for (std::size_t i = 0; i < pages_.size(); ++i) {
    if (kept > 0 && pages_[kept - 1].number == pages_[i].number) {
      pages_[kept - 1].found |= pages_[i].found;
      pages_[kept - 1].covered |= pages_[i].covered;
    } else {
      pages_[kept++] = pages_[i];
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
  if (is_due(keys_.size(), compacted_)) compact();
  keys_.push_back((key & ~std::uint64_t{1}) | (covered ? 1U : 0U));
}

void MarkedKeys::compact() {
  std::sort(keys_.begin(), keys_.end());
  std::size_t kept = 0;
  for (const std::uint64_t key : keys_) {
    // Sorted, the covered twin comes second.
    if (kept > 0 && (keys_[kept - 1] | 1U) == (key | 1U)) {
      keys_[kept - 1] |= key & 1U;
    } else {
      keys_[kept++] = key;
    }
  }
  keys_.resize(kept);
  compacted_ = kept;
}

void MarkedKeys::merge(const MarkedKeys& other) {
  keys_.insert(keys_.end(), other.keys_.begin(), other.keys_.end());
  compact();
}

CoverageCount MarkedKeys::count() const {
  MarkedKeys copy = *this;
  copy.compact();
  CoverageCount count;
  count.found = copy.keys_.size();
  for (const std::uint64_t key : copy.keys_) count.covered += key & 1U;
  return count;
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

void CoverageDetail::merge(const CoverageDetail& other) {
  lines.merge(other.lines);
  keys.merge(other.keys);
  pairs.merge(other.pairs);
  spare_lines.merge(other.spare_lines);
  if (other.summary) add_summary(*other.summary);
}

void CoverageDetail::add_summary(const CoverageCount& count) {
  if (!summary) summary.emplace();
  summary->found = std::max(summary->found, count.found);
  summary->covered = std::max(summary->covered, count.covered);
}

CoverageCount CoverageDetail::count() const {
  CoverageCount count = lines.count();
  count += keys.count();
  count += pairs.count();
  if (count.found == 0) count = spare_lines.count();
  if (count.found == 0 && summary) count = *summary;
  count.covered = std::min(count.covered, count.found);
  return count;
}

const CoverageDetail& FileCoverage::detail(CoverageType type) const {
  switch (type) {
    case CoverageType::line:
      return line;
    case CoverageType::branch:
      return branch;
    case CoverageType::function:
      return function;
    case CoverageType::statement:
      return statement;
  }
  return line;
}

}  // namespace unentropy
