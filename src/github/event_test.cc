#include "github/event.h"

#include <gtest/gtest.h>

namespace unentropy {
namespace {

constexpr std::string_view kPullRequest = R"({
  "repository": {"default_branch": "trunk"},
  "pull_request": {"number": 7,
    "base": {"sha": "bb", "repo": {"full_name": "o/r"}},
    "head": {"sha": "aa", "repo": {"full_name": "o/r"}}}})";

Environment job(std::string event, std::string actor = "octocat") {
  Environment environment;
  environment.set("GITHUB_EVENT_NAME", std::move(event));
  environment.set("GITHUB_ACTOR", std::move(actor));
  return environment;
}

WorkflowEvent from_fork(const std::string& head_repo) {
  return parse_event(R"({"pull_request":{"number":7,"base":{"repo":{"full_name":"o/r"}},"head":{"repo":)" + head_repo +
                     "}}}");
}

TEST(Event, PullRequest) {
  const WorkflowEvent event = parse_event(kPullRequest);
  EXPECT_EQ(event.default_branch, "trunk");
  ASSERT_TRUE(event.pull_request);
  EXPECT_EQ(event.pull_request->number, 7);
  EXPECT_EQ(event.pull_request->base_sha, "bb");
  EXPECT_EQ(event.pull_request->head_sha, "aa");
  EXPECT_FALSE(event.pull_request->from_fork);
}

TEST(Event, AnythingElseIsAbsent) {
  for (const char* text : {"", "no json", "[]", "null", R"({"pull_request": null, "repository": 5})",
                           R"({"pull_request": {"number": "7"}})", R"({"pull_request": {"number": -1}})"}) {
    const WorkflowEvent event = parse_event(text);
    EXPECT_FALSE(event.pull_request) << text;
    EXPECT_EQ(event.default_branch, "") << text;
  }
}

TEST(Event, F101_ForksAndDependabotGetNoSecrets) {
  EXPECT_TRUE(lacks_secrets(from_fork(R"({"full_name":"stranger/r"})"), job("pull_request")));
  EXPECT_TRUE(lacks_secrets(from_fork("null"), job("pull_request"))) << "the fork is gone";
  EXPECT_TRUE(lacks_secrets(parse_event(kPullRequest), job("pull_request", "dependabot[bot]")));
  EXPECT_FALSE(lacks_secrets(parse_event(kPullRequest), job("pull_request")));
  EXPECT_FALSE(lacks_secrets(from_fork(R"({"full_name":"stranger/r"})"), job("pull_request_target")));
  EXPECT_FALSE(lacks_secrets({}, job("push", "dependabot[bot]")));
}

}  // namespace
}  // namespace unentropy
