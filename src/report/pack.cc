#include "report/pack.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <string_view>

#include "base/text.h"
#include "model/metric.h"
#include "report/byte_writer.h"
#include "report/decimal_scale.h"

namespace unentropy {
namespace {

constexpr std::size_t kShortCommitBytes = 6;  // twelve digits: links stay unique in any real repository
constexpr std::size_t kFullCommitBytes = 20;
constexpr std::size_t kMaxTextBytes = 64;  // of commits and run ids that are not what GitHub writes

std::int64_t milliseconds(const HistoryBuild& build) { return build.timestamp.time_since_epoch().count(); }

// The bytes that hexadecimal digits stand for; nothing if `text` is not exactly lower-case hexadecimal.
std::optional<std::string> from_hex(std::string_view text) {
  std::string bytes;
  const auto digit = [](char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1; };
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    const int high = digit(text[i]);
    const int low = digit(text[i + 1]);
    if (high < 0 || low < 0) {
      return std::nullopt;
    }
    bytes += static_cast<char>(high * 16 + low);
  }
  return bytes;
}

// A zero and `bytes` raw bytes for a full SHA-1; else the length plus one and the text itself.
void write_commit(ByteWriter& out, const std::string& sha, std::size_t bytes) {
  if (sha.size() == 2 * kFullCommitBytes) {
    if (const auto raw = from_hex(sha)) {
      out.unsigned_integer(0);
      out.raw(std::string_view(*raw).substr(0, bytes));
      return;
    }
  }
  const std::string text = to_valid_utf8(utf8_prefix(to_valid_utf8(sha), kMaxTextBytes));
  out.unsigned_integer(text.size() + 1);
  out.raw(text);
}

// Decimal run ids as differences, everything else as text behind a marker.
void write_runs(ByteWriter& out, const Dataset& dataset, std::size_t from) {
  std::int64_t before = 0;
  for (std::size_t i = from; i < dataset.size(); ++i) {
    const std::string& id = dataset.build(i).run_id;
    const auto number = id.size() <= 15 ? parse_integer(id) : std::nullopt;
    if (number && *number >= 0 && std::to_string(*number) == id) {
      out.unsigned_integer(0);
      out.signed_integer(*number - before);
      before = *number;
    } else {
      const std::string text = to_valid_utf8(utf8_prefix(to_valid_utf8(id), kMaxTextBytes));
      out.unsigned_integer(text.size() + 1);
      out.raw(text);
    }
  }
}

// Writes runs of equal values as (length, value) until all are covered.
template <typename Value>
void write_runs_of(ByteWriter& out, const std::vector<Value>& values) {
  for (std::size_t i = 0; i < values.size();) {
    std::size_t end = i + 1;
    while (end < values.size() && values[end] == values[i]) {
      ++end;
    }
    out.unsigned_integer(end - i);
    out.unsigned_integer(values[i]);
    i = end;
  }
}

void write_events(ByteWriter& out, const Dataset& dataset, std::size_t from) {
  std::map<std::string, std::uint32_t> names;
  std::vector<std::string> order;
  std::vector<std::uint32_t> events;
  for (std::size_t i = from; i < dataset.size(); ++i) {
    const auto [place, added] = names.emplace(dataset.build(i).event_name, static_cast<std::uint32_t>(order.size()));
    if (added) {
      order.push_back(place->first);
    }
    events.push_back(place->second);
  }
  out.unsigned_integer(order.size());
  for (const std::string& name : order) {
    out.text(to_valid_utf8(utf8_prefix(to_valid_utf8(name), kMaxTextBytes)));
  }
  write_runs_of(out, events);
}

struct NumberBucket {
  std::uint32_t count = 0;
  double first = 0;
  double last = 0;
  double minimum = 0;
  double maximum = 0;
  double above_minimum = 0;  // sum of the values' distances to the lowest
};

NumberBucket summarise(const Dataset& dataset, const HistorySeries& series, const Bucket& bucket) {
  NumberBucket result;
  double sum = 0;
  for (std::uint32_t i = bucket.first; i < bucket.first + bucket.count; ++i) {
    const double value = dataset.number(series, i);
    if (std::isnan(value)) {
      continue;
    }
    if (result.count == 0) {
      result.first = value;
      result.minimum = value;
      result.maximum = value;
    }
    // Distances to the first value: sums of differences keep digits that sums of large values lose.
    sum += value - result.first;
    ++result.count;
    result.last = value;
    result.minimum = std::min(result.minimum, value);
    result.maximum = std::max(result.maximum, value);
  }
  result.above_minimum = sum + static_cast<double>(result.count) * (result.first - result.minimum);
  return result;
}

void write_presence(ByteWriter& out, const Partition& partition, const std::vector<NumberBucket>& buckets) {
  std::vector<std::uint32_t> missing;
  missing.reserve(buckets.size());
  for (std::size_t i = 0; i < buckets.size(); ++i) {
    missing.push_back(partition.buckets[i].count - buckets[i].count);
  }
  write_runs_of(out, missing);
}

// The older stretch: integers in steps of a power of ten.
void write_thinned(ByteWriter& out, const std::vector<NumberBucket>& buckets, std::size_t end,
                   const std::string& unit) {
  DecimalScaleFinder finder;
  for (std::size_t i = 0; i < end; ++i) {
    if (buckets[i].count > 0) {
      finder.add(buckets[i].first);
      finder.add(buckets[i].last);
      finder.add(buckets[i].minimum);
      finder.add(buckets[i].maximum);
    }
  }
  const DecimalScale scale = finder.thinned(unit);
  out.signed_integer(scale.exponent());
  std::int64_t before = 0;
  for (std::size_t i = 0; i < end; ++i) {
    const NumberBucket& bucket = buckets[i];
    if (bucket.count == 0) {
      continue;
    }
    const std::int64_t first = scale.steps(bucket.first);
    out.signed_integer(first - before);
    before = first;
    if (bucket.count == 1) {
      continue;
    }
    const std::int64_t last = scale.steps(bucket.last);
    const std::int64_t low = scale.steps(bucket.minimum);
    const std::int64_t high = scale.steps(bucket.maximum);
    const std::int64_t sum = std::max<std::int64_t>(scale.steps(bucket.above_minimum), 0);
    out.signed_integer(last - first);
    out.unsigned_integer(static_cast<std::uint64_t>(std::min(first, last) - low));
    out.unsigned_integer(static_cast<std::uint64_t>(high - std::max(first, last)));
    out.unsigned_integer(static_cast<std::uint64_t>(sum));
    before = last;
  }
}

// The newest builds: every value reads back to the same double.
void write_exact(ByteWriter& out, const std::vector<NumberBucket>& buckets, std::size_t from) {
  DecimalScaleFinder finder;
  for (std::size_t i = from; i < buckets.size(); ++i) {
    if (buckets[i].count > 0) {
      finder.add(buckets[i].first);
    }
  }
  const auto scale = finder.lossless();
  out.byte(scale ? 1 : 0);
  if (!scale) {
    for (std::size_t i = from; i < buckets.size(); ++i) {
      if (buckets[i].count > 0) {
        out.number(buckets[i].first);
      }
    }
    return;
  }
  out.signed_integer(scale->exponent());
  std::int64_t before = 0;
  for (std::size_t i = from; i < buckets.size(); ++i) {
    if (buckets[i].count > 0) {
      const std::int64_t value = scale->steps(buckets[i].first);
      out.signed_integer(value - before);
      before = value;
    }
  }
}

}  // namespace

std::string pack_builds(const Dataset& dataset, const Partition& partition) {
  ByteWriter out;
  const std::size_t count = partition.buckets.size();
  const std::size_t exact = partition.exact_from;
  out.unsigned_integer(count);
  out.unsigned_integer(exact);
  for (std::size_t i = 0; i < exact; ++i) {
    out.unsigned_integer(partition.buckets[i].count - 1);
  }
  std::int64_t before = 0;
  for (const Bucket& bucket : partition.buckets) {
    const std::int64_t first = milliseconds(dataset.build(bucket.first));
    out.signed_integer(first - before);
    before = first;
    if (bucket.count > 1) {
      const std::int64_t last = milliseconds(dataset.build(bucket.first + bucket.count - 1));
      out.unsigned_integer(static_cast<std::uint64_t>(std::max<std::int64_t>(last - first, 0)));
      before = last;
    }
  }
  std::int64_t run = 0;
  for (const Bucket& bucket : partition.buckets) {
    const std::int64_t number = dataset.build(bucket.first + bucket.count - 1).run_number;
    out.signed_integer(number - run);
    run = number;
  }
  for (std::size_t i = 0; i < count; ++i) {
    const Bucket& bucket = partition.buckets[i];
    write_commit(out, dataset.build(bucket.first + bucket.count - 1).commit_sha,
                 i < exact ? kShortCommitBytes : kFullCommitBytes);
  }
  const std::size_t first_exact = exact < count ? partition.buckets[exact].first : dataset.size();
  write_runs(out, dataset, first_exact);
  write_events(out, dataset, first_exact);
  return out.bytes();
}

std::string pack_numbers(const Dataset& dataset, const Partition& partition, const HistorySeries& series,
                         const std::string& unit) {
  std::vector<NumberBucket> buckets;
  buckets.reserve(partition.buckets.size());
  for (const Bucket& bucket : partition.buckets) {
    buckets.push_back(summarise(dataset, series, bucket));
  }
  ByteWriter out;
  write_presence(out, partition, buckets);
  write_thinned(out, buckets, partition.exact_from, unit);
  write_exact(out, buckets, partition.exact_from);
  return out.bytes();
}

std::vector<std::uint32_t> drawn_labels(const std::vector<std::uint64_t>& counts) {
  std::vector<std::uint32_t> order;
  for (std::uint32_t i = 0; i < counts.size(); ++i) {
    if (counts[i] > 0) {
      order.push_back(i);
    }
  }
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return counts[a] > counts[b]; });
  if (order.size() > kMaxDrawnLabels) {
    order.resize(kMaxDrawnLabels);
  }
  return order;
}

std::string pack_labels(const Dataset& dataset, const Partition& partition, const HistorySeries& series,
                        const std::vector<std::uint32_t>& drawn) {
  std::vector<std::uint32_t> place(series.labels.size(), static_cast<std::uint32_t>(drawn.size()));
  for (std::uint32_t i = 0; i < drawn.size(); ++i) {
    place[drawn[i]] = i;
  }
  ByteWriter out;
  std::map<std::uint32_t, std::uint32_t> counts;
  for (std::size_t b = 0; b < partition.exact_from; ++b) {
    const Bucket& bucket = partition.buckets[b];
    counts.clear();
    for (std::uint32_t i = bucket.first; i < bucket.first + bucket.count; ++i) {
      const std::uint32_t label = dataset.label(series, i);
      if (label != HistorySeries::kNoLabel) {
        ++counts[place[label]];
      }
    }
    out.unsigned_integer(counts.size());
    for (const auto& [label, count] : counts) {
      out.unsigned_integer(label);
      out.unsigned_integer(count);
    }
  }
  std::vector<std::uint32_t> exact;
  for (std::size_t b = partition.exact_from; b < partition.buckets.size(); ++b) {
    const std::uint32_t label = dataset.label(series, partition.buckets[b].first);
    exact.push_back(label == HistorySeries::kNoLabel ? 0 : place[label] + 1);
  }
  write_runs_of(out, exact);
  return out.bytes();
}

}  // namespace unentropy
