#include "report/buckets.h"

#include <algorithm>
#include <array>

#include "report/statistics.h"

namespace unentropy {
namespace {

// The share of the whole span beyond which buckets stop growing: the oldest part is drawn in `All` only.
constexpr double kUniformBeyond = 0.35;
constexpr int kSearchSteps = 30;

struct OldBuilds {
  std::vector<double> ages;  // milliseconds before the newest build, falling
  std::vector<bool> starts;  // a preset begins here
};

OldBuilds old_builds(const Dataset& dataset, std::size_t count) {
  OldBuilds old;
  old.starts.assign(count, false);
  old.ages.reserve(count);
  const Instant newest = dataset.build(dataset.size() - 1).timestamp;
  for (std::size_t i = 0; i < count; ++i) {
    old.ages.push_back(static_cast<double>((newest - dataset.build(i).timestamp).count()));
  }
  for (const std::size_t start : preset_starts(dataset)) {
    if (start < count) {
      old.starts[start] = true;
    }
  }
  return old;
}

// A bucket that begins at age a covers `factor` × a, at most the same share of the uniform limit.
std::vector<Bucket> cut(const OldBuilds& old, double factor) {
  std::vector<Bucket> buckets;
  const double uniform = kUniformBeyond * old.ages.front();
  double end_age = 0;
  for (std::size_t i = 0; i < old.ages.size(); ++i) {
    const double age = old.ages[i];
    if (buckets.empty() || old.starts[i] || age <= end_age) {
      buckets.push_back({static_cast<std::uint32_t>(i), 0});
      // Equal instants are one place on the time axis and may as well be one bucket.
      end_age = age - factor * std::min(age, uniform) - 0.5;
    }
    ++buckets.back().count;
  }
  return buckets;
}

}  // namespace

Partition make_partition(const Dataset& dataset, std::size_t max_buckets) {
  Partition partition;
  const std::size_t total = dataset.size();
  const std::size_t old_count = total > kExactBuilds ? total - kExactBuilds : 0;
  if (old_count > max_buckets) {
    const OldBuilds old = old_builds(dataset, old_count);
    double too_fine = 0;
    double enough = 1;
    partition.buckets = cut(old, enough);
    for (int step = 0; step < kSearchSteps; ++step) {
      const double middle = (too_fine + enough) / 2;
      std::vector<Bucket> attempt = cut(old, middle);
      if (attempt.size() > max_buckets) {
        too_fine = middle;
      } else {
        enough = middle;
        partition.buckets = std::move(attempt);
      }
    }
  } else {
    for (std::size_t i = 0; i < old_count; ++i) {
      partition.buckets.push_back({static_cast<std::uint32_t>(i), 1});
    }
  }
  partition.exact_from = partition.buckets.size();
  for (std::size_t i = old_count; i < total; ++i) {
    partition.buckets.push_back({static_cast<std::uint32_t>(i), 1});
  }
  return partition;
}

}  // namespace unentropy
