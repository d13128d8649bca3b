// The probe against the real servers of tests/servers/; fails where they are not running.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/hash.h"
#include "store/condition_probe.h"
#include "store/testing/s3_server.h"

namespace unentropy {
namespace {

using ::testing::IsEmpty;
using Status = PutOutcome::Status;

ConditionReport probe(const std::string& server) {
  ConnectedStore store(server_settings(server));
  const std::string key = "server-test-" + random_hex(6);
  const ConditionReport report = probe_conditions(store, key);
  EXPECT_FALSE(report.left_behind);
  EXPECT_TRUE(report.server_time);
  EXPECT_THAT(store.list(key).objects, IsEmpty());
  return report;
}

TEST(S3GatewayTest, TheProbeFindsThatConditionsAreHonoured) {
  const ConditionReport report = probe("S3");
  EXPECT_EQ(report.support, ConditionSupport::honoured);
  EXPECT_EQ(report.create_on_absent, Status::written);
  EXPECT_EQ(report.create_on_present, Status::conflict);
  EXPECT_EQ(report.replace_stale, Status::conflict);
  EXPECT_EQ(report.replace_current, Status::written);
}

TEST(S3SwiftTest, TheProbeFindsThatConditionsAreRefused) {
  const ConditionReport report = probe("SWIFT");
  EXPECT_EQ(report.support, ConditionSupport::refused);
  EXPECT_EQ(report.create_on_absent, Status::unsupported);
  EXPECT_EQ(report.create_on_present, Status::unsupported);
  EXPECT_EQ(report.replace_stale, Status::unsupported);
  EXPECT_EQ(report.replace_current, Status::unsupported);
}

TEST(S3GatewayTest, TheProbeOfAReaderIsDenied) {
  ConnectedStore reader(server_settings("S3", "READER_"));
  try {
    probe_conditions(reader, "server-test-" + random_hex(6));
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::denied);
  }
}

}  // namespace
}  // namespace unentropy
