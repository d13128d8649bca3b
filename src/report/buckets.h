// Thinning: which neighbouring builds are drawn as one.
//
// The newest builds stay single. Older ones are joined into buckets that are wider the older they are, so that
// every range that ends at the newest build (All, 90 d, 30 d, 7 d and any zoom between) finds more buckets than a
// chart has use for, while the page stays small. One partition serves all metrics of a branch, so their charts
// share one time axis; a metric's bucket keeps its lowest and highest value, so no spike is lost.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "report/dataset.h"

namespace unentropy {

// The newest builds that are always carried one by one.
inline constexpr std::size_t kExactBuilds = 500;

// Builds [first, first + count) of the dataset.
struct Bucket {
  std::uint32_t first = 0;
  std::uint32_t count = 0;
};

struct Partition {
  std::vector<Bucket> buckets;  // in order, gapless
  std::size_t exact_from = 0;   // buckets from here on are the newest builds, one each
};

// At most about `max_buckets` buckets for the builds older than the exact ones. A preset's first build always
// begins a bucket, so that the presets' figures and drawings cover the same builds.
Partition make_partition(const Dataset& dataset, std::size_t max_buckets);

}  // namespace unentropy
