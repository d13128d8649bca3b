#include "github/build_context.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace unentropy {
namespace {

constexpr const char* kSha = "0123456789abcdef0123456789abcdef01234567";

Environment workflow() {
  Environment environment;
  environment.set("GITHUB_SHA", kSha);
  environment.set("GITHUB_REF", "refs/heads/feature/x");
  environment.set("GITHUB_RUN_ID", "1234");
  environment.set("GITHUB_RUN_NUMBER", "17");
  return environment;
}

TEST(BuildContext, ComesFromTheRunnersVariables) {
  Environment environment = workflow();
  environment.set("GITHUB_EVENT_NAME", "push");
  environment.set("GITHUB_ACTOR", "someone");
  environment.set("GITHUB_RUN_ATTEMPT", "3");
  const BuildContext build = build_context_from_workflow(environment, Instant{});
  EXPECT_EQ(build.commit_sha, kSha);
  EXPECT_EQ(build.branch, "feature/x");
  EXPECT_EQ(build.run_id, "1234");
  EXPECT_EQ(build.run_number, 17);
  EXPECT_EQ(build.run_attempt, 3);
  EXPECT_EQ(build.event_name, "push");
  EXPECT_EQ(build.actor, "someone");
}

TEST(BuildContext, EventAndActorMayBeAbsent) {
  const BuildContext build = build_context_from_workflow(workflow(), Instant{});
  EXPECT_EQ(build.event_name, std::nullopt);
  EXPECT_EQ(build.actor, std::nullopt);
  EXPECT_EQ(build.run_attempt, 1);
}

TEST(BuildContext, NamesEverythingThatIsMissingOrMalformed) {
  Environment environment = workflow();
  environment.set("GITHUB_SHA", "main");
  environment.set("GITHUB_RUN_ID", " ");
  environment.erase("GITHUB_REF");
  environment.set("GITHUB_RUN_NUMBER", "1.5");
  environment.set("GITHUB_RUN_ATTEMPT", "0");
  try {
    build_context_from_workflow(environment, Instant{});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    EXPECT_EQ(error.message(),
              "reading the build's identity: `GITHUB_SHA` is not a commit id: `main`; `GITHUB_REF` is not set; "
              "`GITHUB_RUN_ID` is not set; `GITHUB_RUN_NUMBER` is not a number: `1.5`; `GITHUB_RUN_ATTEMPT` is not a "
              "number: `0`");
    EXPECT_EQ(error.hint(),
              "these variables come from the runner; pass them on unchanged to the step or container that runs "
              "`unentropy`");
  }
}

TEST(BuildContext, BranchOfRef) {
  EXPECT_EQ(branch_of_ref("refs/heads/main"), "main");
  EXPECT_EQ(branch_of_ref("refs/tags/v1"), "v1");
  EXPECT_EQ(branch_of_ref("refs/pull/7/merge"), "refs/pull/7/merge");
}

TEST(BuildContext, EventsThatRunAStrangersCheckoutWithSecrets) {
  EXPECT_TRUE(is_untrusted_event("pull_request_target"));
  EXPECT_TRUE(is_untrusted_event("workflow_run"));
  EXPECT_FALSE(is_untrusted_event("push"));
  EXPECT_FALSE(is_untrusted_event(std::nullopt));
}

}  // namespace
}  // namespace unentropy
