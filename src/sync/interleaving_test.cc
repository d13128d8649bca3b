// Nothing recorded is ever missing, in whatever order the requests of runs reach the store and wherever they are
// killed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/testing/manual_clock.h"
#include "sync/testing/explorer.h"
#include "sync/testing/writer.h"

namespace unentropy {
namespace {

using testing::Exploration;
using testing::Explored;

constexpr const char* kKey = "m.db";

SyncOptions options(ConditionSupport support) {
  SyncOptions options;
  options.key = kKey;
  options.conditions = support;
  options.random = [] { return 0.5; };
  return options;
}

// The other scenarios: testing/interleavings_main.cc.
class Interleaving : public ::testing::TestWithParam<ConditionSupport> {};

TEST_P(Interleaving, OfTwoFirstRunsLosesNothing) {
  const ManualClock clock{Instant{std::chrono::seconds(1'700'000'000)}};
  Exploration two{MemoryStore(clock, GetParam()), {}, {"a", "b"}, options(GetParam()), true, {}};
  const Explored explored = testing::explore(two);
  EXPECT_THAT(explored.losses, ::testing::IsEmpty());
  EXPECT_GT(explored.interleavings, 10'000);
}

INSTANTIATE_TEST_SUITE_P(Conditions, Interleaving,
                         ::testing::Values(ConditionSupport::honoured, ConditionSupport::refused,
                                           ConditionSupport::ignored),
                         [](const auto& param_info) {
                           return std::string(param_info.param == ConditionSupport::honoured  ? "honoured"
                                              : param_info.param == ConditionSupport::refused ? "refused"
                                                                                              : "ignored");
                         });

}  // namespace
}  // namespace unentropy
