#include "report/buckets.h"

#include <cmath>

#include <gtest/gtest.h>

#include "report/statistics.h"
#include "report/testing/sample_history.h"

namespace unentropy {
namespace {

struct Thinned {
  Sample sample;
  ShownLayout layout;
};

Thinned sample_of(std::size_t builds) {
  Thinned result{make_large_sample(builds, 2), {}};
  result.layout = lay_out(result.sample.request.metrics, result.sample.history.series, {}, {});
  return result;
}

void expect_gapless(const Partition& partition, std::size_t builds) {
  std::uint32_t next = 0;
  for (const Bucket& bucket : partition.buckets) {
    ASSERT_EQ(bucket.first, next);
    ASSERT_GT(bucket.count, 0U);
    next += bucket.count;
  }
  EXPECT_EQ(next, builds);
}

TEST(Partition, KeepsEveryBuildWhenThereIsRoom) {
  const Thinned data = sample_of(1200);
  const Dataset dataset(data.sample.history, data.layout.metrics);
  const Partition partition = make_partition(dataset, 700);
  EXPECT_EQ(partition.buckets.size(), 1200U);
  EXPECT_EQ(partition.exact_from, 700U);
  expect_gapless(partition, 1200);
}

TEST(Partition, NeverJoinsTheNewestBuilds) {
  const Thinned data = sample_of(20'000);
  const Dataset dataset(data.sample.history, data.layout.metrics);
  for (const std::size_t room : {64U, 500U, 3000U}) {
    const Partition partition = make_partition(dataset, room);
    expect_gapless(partition, 20'000);
    EXPECT_LE(partition.exact_from, room);
    EXPECT_GE(partition.exact_from, room / 2) << "room must be used";
    EXPECT_EQ(partition.buckets.size() - partition.exact_from, kExactBuilds);
    for (std::size_t i = partition.exact_from; i < partition.buckets.size(); ++i) {
      EXPECT_EQ(partition.buckets[i].count, 1U);
    }
  }
}

TEST(Partition, IsFinerForNewerBuilds) {
  const Thinned data = sample_of(50'000);
  const Dataset dataset(data.sample.history, data.layout.metrics);
  const Partition partition = make_partition(dataset, 2000);
  const auto duration = [&](std::size_t bucket) {
    const Bucket& b = partition.buckets[bucket];
    return dataset.build(b.first + b.count - 1).timestamp - dataset.build(b.first).timestamp;
  };
  EXPECT_GT(duration(0), duration(partition.exact_from - 10) * 3);
}

TEST(Partition, APresetBeginsABucket) {
  const Thinned data = sample_of(50'000);
  const Dataset dataset(data.sample.history, data.layout.metrics);
  const Partition partition = make_partition(dataset, 300);
  for (const std::size_t start : preset_starts(dataset)) {
    const bool found = std::any_of(partition.buckets.begin(), partition.buckets.end(),
                                   [&](const Bucket& bucket) { return bucket.first == start; });
    EXPECT_TRUE(found) << start;
  }
}

TEST(Partition, CopesWithBuildsOfOneInstant) {
  Thinned data = sample_of(3000);
  for (HistoryBuild& build : data.sample.history.builds) {
    build.timestamp = Instant(std::chrono::milliseconds(5));
  }
  const Dataset dataset(data.sample.history, data.layout.metrics);
  const Partition partition = make_partition(dataset, 100);
  expect_gapless(partition, 3000);
  EXPECT_LE(partition.exact_from, 100U);
}

TEST(Partition, ABusyDayLongAgoIsNotOneBucket) {
  Thinned data = sample_of(3000);
  auto& builds = data.sample.history.builds;
  for (std::size_t i = 0; i < 2400; ++i) {
    builds[i].timestamp = Instant(std::chrono::milliseconds(0)) + std::chrono::seconds(30) * static_cast<int>(i);
  }
  const Dataset dataset(data.sample.history, data.layout.metrics);
  const Partition partition = make_partition(dataset, 1000);
  std::uint32_t widest = 0;
  for (const Bucket& bucket : partition.buckets) {
    widest = std::max(widest, bucket.count);
  }
  EXPECT_LE(widest, 12U);
}

}  // namespace
}  // namespace unentropy
