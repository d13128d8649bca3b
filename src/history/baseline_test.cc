#include "history/baseline.h"

#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "history/history.h"
#include "history/testing/fixture.h"
#include "history/testing/raw.h"

namespace unentropy {
namespace {

using ::testing::ElementsAre;
using testing::instant;
using ::testing::IsEmpty;
using testing::label;
using testing::number;
using testing::RawDatabase;
using testing::TempHistory;

class BaselineOf : public ::testing::Test {
 protected:
  BaselineOf() { History::open(file_.path(), OpenMode::create, Verification::quick, Durability::cached).close(); }

  void add(const std::string& commit, std::string_view timestamp, const std::vector<MetricOutcome>& outcomes,
           const std::string& event = "push", const std::string& branch = "main") {
    BuildContext build = testing::build(commit, "run-of-" + commit, timestamp);
    build.event_name = event;
    build.branch = branch;
    History history = History::open(file_.path(), OpenMode::read_write, Verification::quick, Durability::cached);
    history.record(build, outcomes);
    history.close();
  }
  void add(const std::string& commit, std::string_view timestamp) { add(commit, timestamp, {number("n", 1)}); }

  BaselineBuilds find(std::string_view oldest = "2025-01-01T00:00:00Z", const std::string& tested = "") {
    return History::open(file_.path(), OpenMode::read_only).baseline_builds({"main", instant(oldest), tested});
  }
  std::vector<std::string> commits(const BaselineBuilds& found) {
    std::vector<std::string> commits;
    for (const BaselineBuild& build : found.builds) commits.push_back(build.commit_sha);
    return commits;
  }

  TempHistory file_;
};

TEST_F(BaselineOf, NewestFirst) {
  add("a", "2025-02-01T00:00:00Z");
  add("c", "2025-02-03T00:00:00Z");
  add("b", "2025-02-02T00:00:00Z");
  EXPECT_THAT(commits(find()), ElementsAre("c", "b", "a"));
}

TEST_F(BaselineOf, F111_BuildsOfEveryVisibleEventQualify) {
  int hour = 0;
  for (const char* event : {"push", "import", "schedule", "workflow_dispatch", "pull_request", "merge_group", ""}) {
    add(std::string("of-") + event, fmt::format("2025-02-01T{:02}:00:00Z", hour++), {number("n", 1)}, event);
  }
  EXPECT_THAT(commits(find()), ElementsAre("of-workflow_dispatch", "of-schedule", "of-import", "of-push"));
}

TEST_F(BaselineOf, F112_AgeIsComparedAsInstants) {
  add("young", "2025-02-01T12:00:00Z");
  add("old", "2025-02-01T11:59:59.999Z");
  // As other tools write it: an offset, and SQLite's own form.
  RawDatabase(file_.path())
      .execute(
          "INSERT INTO build_contexts VALUES (10, 'offset-young', 'main', '10', 1, 'push', "
          "'2025-02-01T05:00:00-07:00'),"
          "(11, 'offset-old', 'main', '11', 1, 'push', '2025-02-01T23:00:00+14:00'),"
          "(12, 'plain-young', 'main', '12', 1, 'push', '2025-02-01 12:00:00'),"
          "(13, 'no-time', 'main', '13', 1, 'push', '2025-02-31T12:00:00Z');"
          "INSERT INTO metric_values (metric_id, build_id, value_numeric) VALUES ('n', 10, 1), ('n', 11, 1), ('n', 12, "
          "1),"
          "('n', 13, 1)");
  EXPECT_THAT(commits(find("2025-02-01T12:00:00Z")), ElementsAre("plain-young", "offset-young", "young"));
}

TEST_F(BaselineOf, BuildsWithoutANumberAndOtherBranchesDoNotQualify) {
  add("label", "2025-02-03T00:00:00Z", {label("channel", "beta")});
  add("elsewhere", "2025-02-04T00:00:00Z", {number("n", 1)}, "push", "other");
  add("other-metric", "2025-02-01T00:00:00Z", {number("m", 1), label("channel", "beta")});
  add("good", "2025-02-02T00:00:00Z");
  EXPECT_THAT(commits(find()), ElementsAre("good", "other-metric"));
}

TEST_F(BaselineOf, TheTestedCommitIsNotItsOwnBaseline) {
  add("a", "2025-02-01T00:00:00Z");
  add("b", "2025-02-02T00:00:00Z");
  EXPECT_THAT(commits(find("2025-01-01T00:00:00Z", "b")), ElementsAre("a"));
}

TEST_F(BaselineOf, TellsWhyThereIsNone) {
  EXPECT_FALSE(find().branch_is_known);
  add("pull", "2025-02-01T00:00:00Z", {number("n", 1)}, "pull_request");
  EXPECT_FALSE(find().branch_is_known);
  add("a", "2025-02-01T00:00:00Z");
  const BaselineBuilds found = find("2026-01-01T00:00:00Z");
  EXPECT_TRUE(found.branch_is_known);
  EXPECT_THAT(found.builds, IsEmpty());
}

TEST_F(BaselineOf, F110_ValuesAreOfOneBuildAndOnlyWhatItLacksIsOlder) {
  add("oldest", "2025-02-01T00:00:00Z", {number("lacking", 7), number("n", 1)});
  add("older", "2025-02-02T00:00:00Z", {number("lacking", 8), number("n", 2)});
  add("chosen", "2025-02-03T00:00:00Z", {number("n", 3)});
  add("newer", "2025-02-04T00:00:00Z", {number("lacking", 9), number("n", 4), number("new", 5)});
  const BaselineBuilds found = find();
  const auto values = History::open(file_.path(), OpenMode::read_only)
                          .baseline_values(found.builds, 1, {"n", "lacking", "new", "unheard-of"});
  ASSERT_EQ(values.size(), 2U);
  EXPECT_EQ(values.at("n").value, 3);
  EXPECT_EQ(values.at("n").commit_sha, "chosen");
  EXPECT_EQ(values.at("lacking").value, 8);
  EXPECT_EQ(values.at("lacking").commit_sha, "older");
  EXPECT_EQ(values.at("lacking").timestamp, instant("2025-02-02T00:00:00Z"));
}

TEST_F(BaselineOf, F114_ReadingChangesNothing) {
  add("a", "2025-02-01T00:00:00Z");
  const std::string before = read_file(file_.path(), 1U << 20);
  const BaselineBuilds found = find();
  History::open(file_.path(), OpenMode::read_only).baseline_values(found.builds, 0, {"n"});
  EXPECT_EQ(read_file(file_.path(), 1U << 20), before);
  std::size_t files = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(file_.directory())) ++files;
  EXPECT_EQ(files, 1U);
}

BaselineBuild of_commit(std::string commit) {
  BaselineBuild build;
  build.commit_sha = std::move(commit);
  return build;
}

TEST(NearestAncestor, F110_IsTheFirstOfTheLineageWhateverIsNewer) {
  const std::vector<BaselineBuild> builds = {of_commit("newest"), of_commit("b"), of_commit("c"), of_commit("b")};
  const auto choice = nearest_ancestor(builds, {"a", "b", "c"});
  ASSERT_TRUE(choice);
  EXPECT_EQ(choice->index, 1U) << "the newer of two builds of one commit";
  EXPECT_EQ(choice->distance, 1);
  EXPECT_EQ(nearest_ancestor(builds, {"c"})->distance, 0);
  EXPECT_FALSE(nearest_ancestor(builds, {"x", "y"}));
  EXPECT_FALSE(nearest_ancestor({}, {"a"}));
}

}  // namespace
}  // namespace unentropy
