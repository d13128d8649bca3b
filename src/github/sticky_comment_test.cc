#include "github/sticky_comment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "github/testing/scripted_client.h"

namespace unentropy {
namespace {

using ::testing::ElementsAre;
using testing::HandClock;
using testing::ScriptedClient;

const std::string kMarker(kDefaultMarker);
const std::string kComments = "https://api.github.com/repos/o/r/issues/7/comments";
const std::string kList = "GET " + kComments + "?per_page=100";
constexpr const char* kUser = "GET https://api.github.com/user";

std::string comment(int id, const std::string& body, const std::string& author = "github-actions[bot]") {
  return R"({"id":)" + std::to_string(id) + R"(,"body":")" + body + R"(","user":{"login":")" + author +
         R"("},"html_url":"u)" + std::to_string(id) + R"("})";
}

class Sticky : public ::testing::Test {
 protected:
  PostedComment post(const std::string& text) {
    ApiOptions options;
    options.repository = "o/r";
    options.token = Secret("token");
    GithubApi api(http_, clock_, options);
    return post_sticky_comment(api, 7, kMarker, kMarker + "\n" + text);
  }
  void answer(int status, std::string body) { http_.answers.push_back({status, std::move(body), {}}); }

  ScriptedClient http_;
  HandClock clock_;
};

TEST_F(Sticky, TheFirstIsCreated) {
  answer(200, "[" + comment(1, "hello") + "]");
  answer(201, comment(2, "x"));
  const PostedComment posted = post("text");
  EXPECT_EQ(posted.change, CommentChange::created);
  EXPECT_EQ(posted.url, "u2");
  EXPECT_THAT(http_.asked, ElementsAre(kList, "POST " + kComments));
  EXPECT_THAT(http_.bodies, ElementsAre(R"({"body":")" + kMarker + R"(\ntext"})"));
}

TEST_F(Sticky, TheNewestOfOursIsUpdated) {
  answer(200, "[" + comment(1, kMarker + "old") + "," + comment(3, kMarker + "older") + "]");
  answer(403, "{}");
  answer(200, comment(3, "x"));
  EXPECT_EQ(post("text").change, CommentChange::updated);
  EXPECT_THAT(http_.asked, ElementsAre(kList, kUser, "PATCH https://api.github.com/repos/o/r/issues/comments/3"));
}

TEST_F(Sticky, F106_OthersAreNotTouched) {
  answer(200, "[" + comment(1, kMarker + "\\nforged", "stranger") + "," + comment(2, "see " + kMarker) + "," +
                  comment(3, "<!-- unentropy-quality-gate web/unentropy.json -->\\nanother configuration") + "]");
  answer(403, "{}");
  answer(201, comment(4, "x"));
  EXPECT_EQ(post("text").change, CommentChange::created);
}

TEST_F(Sticky, UnchangedTextIsNotWritten) {
  answer(200, "[" + comment(1, kMarker + "\\r\\ntext") + "]");
  answer(200, R"({"login":"github-actions[bot]"})");
  const PostedComment posted = post("text\n");
  EXPECT_EQ(posted.change, CommentChange::unchanged);
  EXPECT_EQ(posted.url, "u1");
}

TEST_F(Sticky, DeletedMeanwhileMeansANewOne) {
  answer(200, "[" + comment(1, kMarker) + "]");
  answer(403, "{}");
  answer(404, "{}");
  answer(201, comment(2, "x"));
  EXPECT_EQ(post("text").change, CommentChange::created);
}

TEST_F(Sticky, F105_OneOnTheSecondPageIsFound) {
  http_.answers.push_back({200, "[" + comment(1, "a") + "]", {{"Link", "<" + kComments + "?page=2>; rel=\"next\""}}});
  answer(200, "[" + comment(2, kMarker) + "]");
  answer(403, "{}");
  answer(200, comment(2, "x"));
  EXPECT_EQ(post("text").change, CommentChange::updated);
}

TEST(Marker, OnePerConfiguration) {
  EXPECT_EQ(marker_of("unentropy.json"), kMarker);
  EXPECT_EQ(marker_of("./unentropy.json"), kMarker);
  EXPECT_EQ(marker_of("web/unentropy.json"), "<!-- unentropy-quality-gate web/unentropy.json -->");
  EXPECT_EQ(marker_of("a --> b\n"), "<!-- unentropy-quality-gate a_--__b_ -->");
}

}  // namespace
}  // namespace unentropy
