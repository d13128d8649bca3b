// interleavings: explores every order of the requests of runs and prints a table. Exit status 1 if anything was lost.
//
// Without sanitizers, because it makes many thousands of small databases; one scenario runs among the unit tests.
#include <cstdio>

#include "store/condition_probe.h"
#include "store/testing/manual_clock.h"
#include "sync/testing/explorer.h"
#include "sync/testing/writer.h"

using namespace unentropy;

namespace {

const ManualClock kClock{Instant{std::chrono::seconds(1'700'000'000)}};

struct Scenario {
  enum class Length { small, large };  // `interleavings all` explores the large ones as well
  Length length;
  const char* name;
  std::vector<std::string> writers;
  bool kills;
  std::function<void(MemoryStore&)> intrusion;
};

void replace_snapshot(MemoryStore& store) {
  static const std::string foreign = testing::foreign_history({"foreign"});
  store.put({"m.db", ObjectContent::from_bytes(foreign), PutCondition::always(), "", {}});
}

// Two days old, so that each run brings the backup up to date and deletes records.
testing::Exploration exploration_of(const Scenario& scenario, ConditionSupport support) {
  testing::Exploration exploration{testing::two_days_old_history(kClock, support),
                                   {"old-1", "old-2"},
                                   scenario.writers,
                                   {},
                                   scenario.kills,
                                   scenario.intrusion};
  exploration.options.key = "m.db";
  exploration.options.conditions = support;
  exploration.options.backup_age = Milliseconds(0);
  exploration.options.random = [] { return 0.5; };
  return exploration;
}

}  // namespace

int main(int argc, char** argv) {
  using enum Scenario::Length;
  const bool all = argc > 1 && std::string(argv[1]) == "all";
  const auto remove_snapshot = [](MemoryStore& store) { store.remove("m.db"); };
  const std::vector<Scenario> scenarios{
      {small, "two runs, kills", {"a", "b"}, true, {}},
      {large, "two runs, kills, snapshot deleted", {"a", "b"}, true, remove_snapshot},
      {large, "two runs, kills, snapshot replaced", {"a", "b"}, true, replace_snapshot},
      {large, "three runs", {"a", "b", "c"}, false, {}},
  };
  bool lost = false;
  std::printf("| %-35s | %-10s | %14s | %7s | %6s |\n", "scenario", "conditions", "interleavings", "states", "losses");
  std::printf("| %s | %s | %s: | %s: | %s: |\n", std::string(35, '-').c_str(), std::string(10, '-').c_str(),
              std::string(13, '-').c_str(), std::string(6, '-').c_str(), std::string(5, '-').c_str());
  for (const Scenario& scenario : scenarios) {
    if (scenario.length == large && !all) continue;
    for (const auto support : {ConditionSupport::honoured, ConditionSupport::refused, ConditionSupport::ignored}) {
      const testing::Explored explored = testing::explore(exploration_of(scenario, support));
      std::printf("| %-35s | %-10s | %14.0f | %7llu | %6zu |\n", scenario.name, std::string(to_string(support)).c_str(),
                  explored.interleavings, static_cast<unsigned long long>(explored.states), explored.losses.size());
      std::fflush(stdout);
      for (std::size_t i = 0; i < explored.losses.size() && i < 5; ++i) {
        std::printf("  %s\n", explored.losses[i].c_str());
      }
      lost = lost || !explored.losses.empty();
    }
  }
  return lost ? 1 : 0;
}
