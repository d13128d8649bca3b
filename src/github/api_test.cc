#include "github/api.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "github/testing/scripted_client.h"

namespace unentropy {
namespace {

using ::testing::ElementsAre;
using testing::failure;
using testing::HandClock;
using ::testing::HasSubstr;
using testing::ScriptedClient;

class Api : public ::testing::Test {
 protected:
  GithubApi api() {
    ApiOptions options;
    options.base_url = "https://ghe.example/api/v3/";
    options.repository = "o/r";
    options.token = Secret("token");
    return {http, clock, std::move(options)};
  }

  ScriptedClient http;
  HandClock clock;
};

TEST_F(Api, F105_AllPagesOfCommentsAreRead) {
  http.answers = {
      {200,
       R"([{"id":1,"body":"a","user":{"login":"x"},"html_url":"u"}])",
       {{"Link", R"(<https://ghe.example/api/v3/repos/o/r/issues/7/comments?page=2>; rel="next", <x>; rel="last")"}}},
      {200, R"([{"id":2,"body":"b","user":null}])", {}}};
  const auto comments = api().list_comments(7);
  ASSERT_EQ(comments.size(), 2U);
  EXPECT_EQ(comments[0].author, "x");
  EXPECT_EQ(comments[1].body, "b");
  EXPECT_THAT(http.asked, ElementsAre("GET https://ghe.example/api/v3/repos/o/r/issues/7/comments?per_page=100",
                                      "GET https://ghe.example/api/v3/repos/o/r/issues/7/comments?page=2"));
}

TEST_F(Api, TokenIsNeverSentToAnotherHost) {
  http.answers = {{200, "[]", {{"Link", R"(<https://evil.example/x>; rel="next")"}}}};
  EXPECT_EQ(failure([&] { api().list_comments(7); }),
            "denied: listing the comments of pull request 7: the next page is on another host / the token is not sent "
            "there");
  EXPECT_EQ(http.secrets, 1U);
}

TEST_F(Api, ServerTroubleAndLostConnectionsAreRetried) {
  http.answers = {{502, "", {}}, {0, "", {}, true}, {201, R"({"id":5,"html_url":"u","body":"hi"})", {}}};
  EXPECT_EQ(api().create_comment(7, "hi").id, 5);
  EXPECT_EQ(clock.slept.size(), 2U);
  EXPECT_THAT(http.bodies, ElementsAre(R"({"body":"hi"})", R"({"body":"hi"})", R"({"body":"hi"})"));
}

TEST_F(Api, RetriesEnd) {
  http.answers = {{500, "", {}}, {500, "", {}}, {500, "", {}}, {500, R"({"message":"oh no"})", {}}};
  EXPECT_EQ(failure([&] { api().update_comment(9, "x"); }),
            "unavailable: updating the comment: the host answered 500: oh no / run the job again");
  EXPECT_EQ(clock.slept.size(), 3U);
}

TEST_F(Api, PrimaryRateLimitIsWaitedForIfItFits) {
  http.answers = {{403, "", {{"X-RateLimit-Remaining", "0"}, {"X-RateLimit-Reset", "1700000020"}}}, {200, "[]", {}}};
  api().list_comments(7);
  EXPECT_THAT(clock.slept, ElementsAre(Milliseconds{20'000}));
}

TEST_F(Api, RateLimitThatDoesNotFitNamesItsEnd) {
  http.answers = {{429, "", {{"X-RateLimit-Remaining", "0"}, {"X-RateLimit-Reset", "1700003600"}}}};
  EXPECT_EQ(failure([&] { api().list_comments(7); }),
            "unavailable: listing the comments of pull request 7: the rate limit is used up until "
            "2023-11-14T23:13:20.000Z / run the job again after that time");
}

TEST_F(Api, SecondaryRateLimitHonoursRetryAfter) {
  http.answers = {{403, "", {{"Retry-After", "3"}}}, {200, "[]", {}}};
  api().list_comments(7);
  EXPECT_THAT(clock.slept, ElementsAre(Milliseconds{3000}));
}

TEST_F(Api, MissingPermissionIsDeniedAtOnce) {
  http.answers = {{403, R"({"message":"Resource not accessible by integration"})", {}}};
  EXPECT_THAT(failure([&] { api().create_comment(7, "x"); }),
              HasSubstr("denied: commenting on pull request 7: the host answered 403: Resource not accessible by "
                        "integration / give the job the permission that this needs"));
  EXPECT_EQ(clock.slept.size(), 0U);
}

TEST_F(Api, DefaultTokenActsAsTheActionsAccount) {
  http.answers = {{403, "", {}}};
  EXPECT_EQ(api().acting_account(), "github-actions[bot]");
  http.answers = {{200, R"({"login":"me"})", {}}};
  EXPECT_EQ(api().acting_account(), "me");
}

TEST_F(Api, CompareKnowsDistanceAndUnknownCommits) {
  http.answers = {{200, R"({"merge_base_commit":{"sha":"b"},"ahead_by":3,"behind_by":1})", {}}, {404, "{}", {}}};
  const auto known = api().compare("b", "h");
  ASSERT_TRUE(known);
  EXPECT_EQ(known->ahead_by, 3);
  EXPECT_EQ(known->merge_base, "b");
  EXPECT_EQ(api().compare("x", "y"), std::nullopt);
}

TEST_F(Api, AnswersThatAreNotWhatTheyShouldBe) {
  http.answers = {{200, "<html>", {}}};
  EXPECT_EQ(failure([&] { api().list_comments(7); }),
            "unavailable: listing the comments of pull request 7: the host's answer is not JSON / run the job again");
}

TEST_F(Api, AHostThatDoesNotAnswerComesWithAHint) {
  http.answers = std::deque<ScriptedClient::Answer>(4, {0, "", {}, true});
  EXPECT_EQ(failure([&] { api().get("/actions/runs/1", "asking for run 1"); }),
            "unavailable: asking for run 1: connecting to `https://api`: refused / run the job again");
}

}  // namespace
}  // namespace unentropy
