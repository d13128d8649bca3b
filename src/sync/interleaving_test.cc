// Nothing recorded is ever missing, in whatever order the requests of runs reach the store and wherever they are
// killed.
#include <iostream>

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
const Instant kNow{std::chrono::seconds(1'700'000'000)};

SyncOptions options(ConditionSupport support) {
  SyncOptions options;
  options.key = kKey;
  options.conditions = support;
  options.random = [] { return 0.5; };
  return options;
}

class Interleaving : public ::testing::TestWithParam<ConditionSupport> {
 protected:
  // A history of two days ago, whose records and backup are old: each run brings the backup up to date and deletes
  // them.
  Exploration exploration(std::vector<std::string> writers) {
    MemoryStore store(clock_, GetParam());
    ManualClock past(kNow - std::chrono::hours(60));
    MemoryStore old(past, GetParam());
    for (const char* run : {"old-1", "old-2"}) {
      testing::write_run(old, past, options(GetParam()), run);
      past.turn(std::chrono::hours(2));
    }
    for (const ListedObject& object : old.list("").objects) {
      const auto info = old.head(object.key);
      store.put({object.key, ObjectContent::from_bytes(*old.get_bytes(object.key, 1U << 30)), PutCondition::always(),
                 info->content_type, info->metadata});
    }
    Exploration exploration{store, {"old-1", "old-2"}, std::move(writers), options(GetParam()), true, {}};
    exploration.options.backup_age = Milliseconds(0);
    return exploration;
  }

  void expect_no_loss(const Exploration& exploration) {
    const Explored explored = testing::explore(exploration);
    EXPECT_THAT(explored.losses, ::testing::IsEmpty());
    EXPECT_GT(explored.interleavings, 1000);
    RecordProperty("interleavings", std::to_string(explored.interleavings));
    std::cout << "interleavings: " << explored.interleavings << ", states: " << explored.states
              << ", states of runs: " << explored.local_states << "\n";
  }

  ManualClock clock_{kNow};
};

TEST_P(Interleaving, OfTwoRunsWithKills) { expect_no_loss(exploration({"a", "b"})); }

TEST_P(Interleaving, OfTwoRunsWhileTheSnapshotIsDeleted) {
  Exploration two = exploration({"a", "b"});
  two.intrusion = [](MemoryStore& store) { store.remove(kKey); };
  expect_no_loss(two);
}

TEST_P(Interleaving, OfTwoRunsWhileAForeignWriterReplacesTheSnapshot) {
  Exploration two = exploration({"a", "b"});
  const std::string foreign = testing::foreign_history({"foreign"});
  two.intrusion = [foreign](MemoryStore& store) {
    store.put({kKey, ObjectContent::from_bytes(foreign), PutCondition::always(), "", {}});
  };
  expect_no_loss(two);
}

TEST_P(Interleaving, OfTwoFirstRuns) {
  Exploration two = exploration({"a", "b"});
  two.store = MemoryStore(clock_, GetParam());
  two.recorded.clear();
  expect_no_loss(two);
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
