#include "history/testing/random_records.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "history/testing/fixture.h"
#include "history/testing/raw.h"

namespace unentropy::testing {

std::vector<RunRecord> random_records(std::mt19937& random, int count) {
  const auto below = [&](unsigned bound) { return static_cast<int>(random() % bound); };
  std::vector<RunRecord> records;
  for (int i = 0; i < count; ++i) {
    RunRecord record;
    record.name = fmt::format("record-{:02}", i);
    const int builds = 1 + below(2);
    for (int j = 0; j < builds; ++j) {
      RecordedBuild recorded;
      recorded.build = build(fmt::format("c{}", below(2)), "1", fmt::format("2025-02-03T04:00:0{}Z", below(3)));
      recorded.build.run_attempt = 1 + below(2);
      recorded.build.run_number = below(3);
      recorded.build.branch = below(2) == 0 ? "main" : "release";
      if (below(3) == 0) recorded.build.event_name.reset();
      for (const char* key : {"a", "b", "c"}) {
        if (below(3) == 0) continue;
        RecordedMetric metric;
        metric.key = key;
        metric.type = below(4) == 0 ? MetricType::label : MetricType::numeric;
        metric.value =
            metric.type == MetricType::label ? MetricValue(fmt::format("v{}", below(3))) : MetricValue(below(3) * 1.5);
        if (below(2) == 0) metric.unit = below(2) == 0 ? "bytes" : "integer";
        if (below(2) == 0) metric.description = fmt::format("d{}", below(3));
        recorded.metrics.push_back(metric);
      }
      record.builds.push_back(recorded);
    }
    if (below(8) == 0)
      record.tombstones.push_back({fmt::format("c{}", below(2)), "1", instant("2025-03-01T00:00:00Z")});
    records.push_back(record);
  }
  return records;
}

std::vector<std::string> contents(const std::filesystem::path& path) {
  RawDatabase raw(path);
  std::vector<std::string> rows = raw.query(
      "SELECT 'build', commit_sha, run_id, branch, run_number, event_name, timestamp, attempt, measured_at, r.name "
      "FROM build_contexts b LEFT JOIN unentropy_build_origin o ON o.build_id = b.id LEFT JOIN unentropy_record r ON "
      "r.id = o.record_id ORDER BY 2, 3");
  for (const char* sql :
       {"SELECT 'value', commit_sha, run_id, v.metric_id, value_numeric, value_label, CASE WHEN o.build_id IS NULL "
        "THEN "
        "p.attempt || '/' || p.measured_at || '/' || coalesce(q.name, '') ELSE "
        "o.attempt || '/' || o.measured_at || '/' || coalesce(r.name, '') END "
        "FROM metric_values v JOIN build_contexts b ON b.id = v.build_id LEFT JOIN unentropy_value_origin o ON "
        "o.build_id = v.build_id AND o.metric_id = v.metric_id LEFT JOIN unentropy_record r ON r.id = o.record_id "
        "LEFT JOIN unentropy_build_origin p ON p.build_id = v.build_id LEFT JOIN unentropy_record q ON q.id = "
        "p.record_id ORDER BY 2, 3, 4",
        "SELECT 'definition', d.*, o.type_at, o.unit_at, o.description_at FROM metric_definitions d LEFT JOIN "
        "unentropy_metric_origin o ON o.metric_id = d.id ORDER BY 2",
        "SELECT 'tombstone', * FROM unentropy_tombstone",
        "SELECT 'record', name FROM unentropy_record WHERE folded_at <> 0 ORDER BY 2",
        "SELECT 'kept origin', b.commit_sha, b.run_id, metric_id FROM unentropy_value_origin o JOIN build_contexts b "
        "ON b.id = o.build_id ORDER BY 2, 3, 4"}) {
    const std::vector<std::string> more = raw.query(sql);
    rows.insert(rows.end(), more.begin(), more.end());
  }
  EXPECT_EQ(raw.one("PRAGMA integrity_check"), "ok");
  EXPECT_THAT(raw.query("PRAGMA foreign_key_check"), ::testing::IsEmpty());
  return rows;
}

}  // namespace unentropy::testing
