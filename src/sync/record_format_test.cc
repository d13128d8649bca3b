#include "sync/record_format.h"

#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/text.h"

namespace unentropy {
namespace {

RunRecord example() {
  RunRecord record;
  record.name = "r.json";
  RecordedBuild build;
  build.build.commit_sha = "0123456789abcdef0123456789abcdef01234567";
  build.build.branch = "feature/ü";
  build.build.run_id = "42";
  build.build.run_number = 7;
  build.build.run_attempt = 2;
  build.build.event_name = "push";
  build.build.timestamp = *parse_instant("2025-02-03T04:05:06.789Z");
  build.metrics.push_back({"size", MetricType::numeric, "bytes", "what is built", MetricValue(0.1)});
  build.metrics.push_back({"state", MetricType::label, "", "", MetricValue(std::string("a\"b\n"))});
  record.builds.push_back(build);
  record.tombstones.push_back({"dead", "1", *parse_instant("2025-01-01T00:00:00.000Z")});
  return record;
}

std::string with_content(const std::string& content, const std::string& version = "1") {
  return R"({"format":"unentropy-run-record","version":)" + version + R"(,"sha256":")" + hex(sha256(content)) +
         "\"}\n" + content + "\n";
}

std::string reason(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return std::string(to_string(error.kind())) + ": " + error.message();
  }
  return "nothing thrown";
}

TEST(RecordFormat, RoundTrip) {
  const RunRecord record = example();
  const std::string bytes = format_record(record);
  const RunRecord read = parse_record("r.json", bytes);
  EXPECT_EQ(format_record(read), bytes);
  ASSERT_EQ(read.builds.size(), 1U);
  EXPECT_EQ(read.builds[0].build.run_attempt, 2);
  EXPECT_EQ(read.builds[0].build.event_name, "push");
  EXPECT_EQ(read.builds[0].build.timestamp, record.builds[0].build.timestamp);
  EXPECT_EQ(read.builds[0].metrics[0].value, MetricValue(0.1));
  EXPECT_EQ(read.builds[0].metrics[1].value, MetricValue(std::string("a\"b\n")));
  EXPECT_EQ(read.tombstones[0].commit_sha, "dead");
}

TEST(RecordFormat, EveryFlippedByteIsNoticed) {
  const std::string bytes = format_record(example());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::string damaged = bytes;
    damaged[i] = static_cast<char>(damaged[i] ^ 1);
    EXPECT_NE(reason([&] { parse_record("r.json", damaged); }), "nothing thrown") << i;
  }
}

TEST(RecordFormat, EveryTruncationIsNoticed) {
  const std::string bytes = format_record(example());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    EXPECT_NE(reason([&] { parse_record("r.json", bytes.substr(0, i)); }), "nothing thrown") << i;
  }
}

TEST(RecordFormat, NewerVersionIsNotCorrupt) {
  EXPECT_EQ(reason([] { parse_record("r", with_content(R"({"builds":[]})", "2")); }),
            "usage: reading a run record: its format version is newer than this program knows");
}

TEST(RecordFormat, HostileContentIsRefused) {
  const auto build = [](const std::string& metric) {
    return with_content(R"({"builds":[{"commit":"c","branch":"b","run_id":"1","run_number":1,"attempt":1,)"
                        R"("measured_at":"2025-02-03T04:05:06Z","metrics":[)" +
                        metric + "]}]}");
  };
  EXPECT_EQ(reason([&] { parse_record("r", build("")); }), "nothing thrown");
  EXPECT_EQ(reason([&] { parse_record("r", build(R"({"key":"A B","type":"numeric","value":1})")); }),
            "corrupt: reading a run record: `A B` is not a metric key");
  EXPECT_EQ(reason([&] { parse_record("r", build(R"({"key":"a","type":"numeric","value":"1"})")); }),
            "corrupt: reading a run record: the value of `a` is not a finite number");
  EXPECT_EQ(reason([&] { parse_record("r", build(R"({"key":"a","type":"x","value":1})")); }),
            "corrupt: reading a run record: the type of `a` is unknown");
  EXPECT_EQ(reason([&] {
              parse_record("r", build(R"({"key":"a","type":"label","value":")" + std::string(2000, 'x') + "\"}"));
            }),
            "corrupt: reading a run record: `value` is too long or has a NUL byte");
  EXPECT_EQ(reason([] { parse_record("r", with_content(R"({"builds":{}})")); }),
            "corrupt: reading a run record: `builds` is no list or too long");
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  EXPECT_EQ(reason([&] { parse_record("r", with_content(R"({"builds":)" + deep + "}")); }),
            "corrupt: reading a run record: a build is not an object");
}

TEST(RecordFormat, NamesAreUniqueSortByTimeAndAreRecognised) {
  BuildContext build;
  build.run_id = "local:2025/x y";
  build.timestamp = *parse_instant("2025-02-03T04:05:06.789Z");
  const std::string name = new_record_name(build);
  EXPECT_THAT(name, ::testing::MatchesRegex("20250203T040506789Z-local-2025-x-y-1-[0-9a-f]{16}\\.json"));
  EXPECT_NE(name, new_record_name(build));
  EXPECT_EQ(record_name_of_key("a/k.db", record_key("a/k.db", name)), name);
  EXPECT_EQ(record_name_of_key("k.db", "k.db.runs/../x.json"), std::nullopt);
  EXPECT_EQ(record_name_of_key("k.db", "k.db.backup"), std::nullopt);
}

}  // namespace
}  // namespace unentropy
