#include "history/history.h"

#include <gtest/gtest.h>

#include "history/testing/fixture.h"

namespace unentropy {
namespace {

TEST(HistoryTest, RecordsAndReadsBack) {
  const testing::TempHistory file;
  History history = History::open(file.path(), OpenMode::create);
  const RecordReport report =
      history.record(testing::build("c1", "1", "2025-02-03T04:05:06Z"), {testing::number("size", 12.5)});
  EXPECT_FALSE(report.existed_before);
  EXPECT_EQ(history.build_count(), 1);
  EXPECT_EQ(history.value_count(), 1);
  const HistoryData data = history.load("main");
  ASSERT_EQ(data.builds.size(), 1U);
  EXPECT_EQ(data.builds[0].commit_sha, "c1");
  ASSERT_EQ(data.series.size(), 1U);
  EXPECT_EQ(data.series[0].numbers, std::vector<double>{12.5});
  history.close();
}

}  // namespace
}  // namespace unentropy
