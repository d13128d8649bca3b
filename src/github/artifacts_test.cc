#include "github/artifacts.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "github/testing/scripted_client.h"
#include "github/testing/zip_writer.h"

namespace unentropy {
namespace {

using Json = nlohmann::json;
using ::testing::ElementsAre;
using testing::failure;
using testing::HandClock;
using testing::ScriptedClient;
using testing::zip_of;

constexpr const char* kBase = "https://api.example/repos/o/r/actions/";

class Artifacts : public ::testing::Test {
 protected:
  GithubApi api(int attempts = 1) {
    ApiOptions options;
    options.base_url = "https://api.example";
    options.repository = "o/r";
    options.token = Secret("token");
    options.attempts = attempts;
    return {http, clock, std::move(options)};
  }
  // Artifact `id` of run 100 + id, made in minute `id`.
  static Json artifact(int id, const Json& changes = Json::object(), const Json& run_changes = Json::object()) {
    Json run{{"id", 100 + id}, {"repository_id", 1}, {"head_repository_id", 1}, {"head_branch", "main"}};
    if (run_changes.is_object()) run.update(run_changes);
    Json made{{"id", id},
              {"name", "m"},
              {"size_in_bytes", 9},
              {"expired", false},
              {"created_at", fmt::format("2025-01-01T00:{:02}:00Z", id)},
              {"workflow_run", run}};
    if (changes.is_object()) made.update(changes);
    return made;
  }
  static Json run(int id, const Json& changes = Json::object()) {
    Json made{{"id", 100 + id},
              {"conclusion", "success"},
              {"event", "push"},
              {"head_branch", "main"},
              {"head_repository", {{"full_name", "O/r"}}}};
    if (changes.is_object()) made.update(changes);
    return made;
  }
  void list(const std::vector<Json>& artifacts, const std::string& next = "") {
    ScriptedClient::Answer answer;
    answer.body = Json{{"total_count", artifacts.size()}, {"artifacts", artifacts}}.dump();
    if (!next.empty()) answer.headers.push_back({"Link", "<" + next + ">; rel=\"next\""});
    http.answers.push_back(answer);
  }
  void answer(const Json& json) { http.answers.push_back({200, json.dump(), {}}); }
  ArtifactChoice choose(const ArtifactQuery& query = {"m", "main", 0, {}}) {
    auto asked = api();
    return choose_artifact(asked, query);
  }

  ScriptedClient http;
  HandClock clock;
  TempDir directory{std::filesystem::temp_directory_path()};
};

TEST_F(Artifacts, F006_NewestOfAllPagesIsChosenWhateverTheirOrder) {
  list({artifact(2), artifact(1)}, std::string(kBase) + "artifacts?page=2");
  list({artifact(3), artifact(2)});
  answer(run(3));
  const ArtifactChoice choice = choose();
  ASSERT_TRUE(choice.chosen);
  EXPECT_EQ(choice.chosen->id, 3);
  EXPECT_FALSE(choice.is_seed);
  EXPECT_TRUE(choice.merged.empty());
  EXPECT_THAT(http.asked,
              ElementsAre(fmt::format("GET {}artifacts?name=m&per_page=100", kBase),
                          fmt::format("GET {}artifacts?page=2", kBase), fmt::format("GET {}runs/103", kBase)));
}

TEST_F(Artifacts, OfTwoOfOneSecondTheHigherIdIsNewer) {
  list({artifact(1, {{"created_at", "2025-01-01T00:02:00Z"}}), artifact(2)});
  answer(run(2));
  EXPECT_EQ(choose().chosen->id, 2);
}

TEST_F(Artifacts, F004_ForksAndOtherNamesAndBranchesNeverCount) {
  list({artifact(9, {}, {{"head_repository_id", 2}}), artifact(8, {{"name", "m2"}}),
        artifact(7, {}, {{"head_branch", "topic"}}), artifact(6, {}, {{"head_repository_id", nullptr}}),
        artifact(5, {{"workflow_run", nullptr}}), artifact(4, {}, {{"repository_id", 0}, {"head_repository_id", 0}})});
  const ArtifactChoice choice = choose();
  EXPECT_TRUE(choice.is_first_run());
  EXPECT_EQ(choice.expired, 0);
  EXPECT_EQ(http.asked.size(), 1U);
}

TEST_F(Artifacts, F004_RunsOfOtherRepositoriesBranchesAndPullRequestsNeverCount) {
  list({artifact(9), artifact(8), artifact(7), artifact(6), artifact(5)});
  answer(run(9, {{"head_repository", {{"full_name", "fork/r"}}}}));
  answer(run(8, {{"event", "pull_request"}}));
  answer(run(7, {{"event", "pull_request_target"}, {"conclusion", "failure"}}));
  answer(run(6, {{"head_repository", nullptr}}));
  answer(run(5, {{"head_branch", "other"}}));
  EXPECT_TRUE(choose().is_first_run());
}

TEST_F(Artifacts, F005_NewerArtifactsOfUnsuccessfulRunsAreMergedAndNeverChosen) {
  list({artifact(4), artifact(3), artifact(2), artifact(1)});
  answer(run(4, {{"conclusion", "failure"}}));
  answer(run(3, {{"conclusion", nullptr}}));
  answer(run(2));
  const ArtifactChoice choice = choose();
  EXPECT_EQ(choice.chosen->id, 2);
  ASSERT_EQ(choice.merged.size(), 2U);
  EXPECT_EQ(choice.merged[0].id, 4);
  EXPECT_EQ(choice.merged[1].id, 3);
}

TEST_F(Artifacts, F036_EarlierAttemptOfThisRunAlwaysCounts) {
  list({artifact(2), artifact(1)});
  answer(run(2));
  answer(run(1, {{"conclusion", nullptr}}));
  ArtifactChoice choice = choose({"m", "main", 101, {}});
  EXPECT_EQ(choice.chosen->id, 2);
  ASSERT_EQ(choice.merged.size(), 1U);
  EXPECT_EQ(choice.merged[0].id, 1);
  list({artifact(1)});
  answer(run(1, {{"conclusion", nullptr}}));
  choice = choose({"m", "main", 101, {}});
  EXPECT_EQ(choice.chosen->id, 1);
  EXPECT_TRUE(choice.merged.empty());
}

TEST_F(Artifacts, F006_ExpiredOnesAreCountedAndNotChosen) {
  list({artifact(3, {{"expired", true}}), artifact(2), artifact(1)});
  answer(run(1));
  const ArtifactChoice choice = choose({"m", "main", 0, {2}});
  EXPECT_EQ(choice.chosen->id, 1);
  EXPECT_EQ(choice.expired, 2);
  list({artifact(3, {{"expired", true}})});
  EXPECT_TRUE(choose().is_first_run());
}

TEST_F(Artifacts, SeedIsConsideredOnlyWhereNothingElseIs) {
  const Json seed = artifact(5, {}, {{"head_branch", "unentropy-import-2024"}});
  list({seed, artifact(1)});
  answer(run(1));
  EXPECT_EQ(choose().chosen->id, 1);
  list({seed, artifact(4, {}, {{"head_branch", "unentropy-import-x"}, {"head_repository_id", 2}})});
  answer(run(5, {{"head_branch", "unentropy-import-2024"}}));
  const ArtifactChoice choice = choose();
  EXPECT_EQ(choice.chosen->id, 5);
  EXPECT_TRUE(choice.is_seed);
}

TEST_F(Artifacts, F002_FailingCallsAreNeverAFirstRun) {
  http.answers = {{403, R"({"message":"Resource not accessible by integration"})", {}}};
  EXPECT_EQ(
      failure([&] { choose(); }),
      "denied: listing the artifacts `m`: the host answered 403: Resource not accessible by integration / give the "
      "job the permission that this needs, for comments `pull-requests: write`, for artifacts `actions: read`; a "
      "pull request from a fork has a read-only token");
  http.answers = {{404, "{}", {}}};
  EXPECT_EQ(failure([&] { choose(); }),
            "not_found: listing the artifacts `m`: the host answered 404 / check that the token may read this "
            "repository");
  http.answers = {{500, "", {}}, {503, "", {}}};
  EXPECT_EQ(failure([&] { choose(); }),
            "unavailable: listing the artifacts `m`: the host answered 503 / run the job again");
  for (const char* body : {"[]", "{}", "<html>", R"({"artifacts":[{"id":1,"name":"m"}]})", R"({"artifacts":[7]})"}) {
    http.answers = {{200, body, {}}};
    EXPECT_EQ(failure([&] { choose(); }),
              "unavailable: listing the artifacts `m`: the host's answer is not what it should be / run the job again");
  }
  list({artifact(1)});
  http.answers.push_back({404, "{}", {}});
  EXPECT_EQ(failure([&] { choose(); }),
            "not_found: asking for run 101: the host answered 404 / check that the token may read this repository");
}

class Download : public Artifacts {
 protected:
  Artifact listed(const std::string& bytes) {
    Artifact artifact;
    artifact.id = 5;
    artifact.run_id = 105;
    artifact.size = bytes.size();
    artifact.digest = "sha256:" + hex(sha256(bytes));
    return artifact;
  }
  void redirect(const std::string& location) { http.answers.push_back({302, "", {{"Location", location}}}); }
  void serve(const std::string& bytes) {
    redirect("https://store.example/a?sig=1");
    http.answers.push_back({200, bytes, {}});
  }
  bool download(const Artifact& artifact, int attempts = 1) {
    auto asked = api(attempts);
    return download_database(asked, artifact, "h.db", directory.path(), destination);
  }

  std::filesystem::path destination = directory.path() / "history.db";
  std::string database = std::string("SQLite format 3\0", 16) + "and so on";
  std::string archive = zip_of({{"h.db", database}});
};

TEST_F(Download, TokenStaysWithTheHost) {
  serve(archive);
  EXPECT_TRUE(download(listed(archive)));
  EXPECT_EQ(read_file(destination, 1000), database);
  EXPECT_THAT(http.asked,
              ElementsAre(fmt::format("GET {}artifacts/5/zip", kBase), "GET https://store.example/a?sig=1"));
  EXPECT_THAT(http.asked_with_token, ElementsAre(fmt::format("{}artifacts/5/zip", kBase)));
  EXPECT_FALSE(std::filesystem::exists(directory.path() / "artifact-5.zip"));
}

TEST_F(Download, NewAddressIsAskedForAtEachTry) {
  redirect("https://store.example/a?sig=1");
  http.answers.push_back({403, "the signature has run out", {}});
  serve(archive);
  EXPECT_TRUE(download(listed(archive)));
  redirect("https://store.example/a?sig=1");
  http.answers.push_back({500, "", {}});
  EXPECT_EQ(failure([&] { download(listed(archive), 0); }),
            "unavailable: downloading artifact 5 of run 105: `https://store.example` answered 500 / run the job again");
}

TEST_F(Download, RedirectsToOpenOrPrivatePlacesAreNotFollowed) {
  redirect("http://store.example/a");
  EXPECT_EQ(
      failure([&] { download(listed(archive)); }),
      "denied: downloading artifact 5 of run 105: the host redirects to `http://store.example`, which is not https "
      "/ the download is not fetched over an open connection");
  for (const char* host :
       {"169.254.169.254", "127.0.0.1:8080", "localhost", "10.1.2.3", "172.16.0.1", "192.168.1.1", "[::1]", "[fd00::1]",
        "[::ffff:127.0.0.1]", "2130706433", "0x7f.0.0.1", "0x7f000001", "metadata.google.internal", "0.0.0.0"}) {
    redirect(fmt::format("https://{}/a", host));
    EXPECT_EQ(
        failure([&] { download(listed(archive)); }),
        fmt::format("denied: downloading artifact 5 of run 105: the host redirects to `https://{}`, which is in a "
                    "private network / nothing is fetched from there",
                    host));
  }
  redirect("");
  EXPECT_EQ(failure([&] { download(listed(archive), 0); }),
            "unavailable: downloading artifact 5 of run 105: the host redirects to what is no address / run the job "
            "again");
  EXPECT_EQ(http.asked.size(), http.asked_with_token.size()) << "something was followed";
}

TEST_F(Download, ExpiredMeanwhileIsAnAnswer) {
  http.answers = {{410, "", {}}};
  EXPECT_FALSE(download(listed(archive)));
  EXPECT_FALSE(std::filesystem::exists(destination));
}

TEST_F(Download, SizeAndDigestAreThoseOfTheList) {
  Artifact artifact = listed(archive);
  artifact.digest = "sha256:" + std::string(64, '0');
  serve(archive), serve(archive);
  EXPECT_EQ(failure([&] { download(artifact); }),
            "corrupt: downloading artifact 5 of run 105: its digest is sha256:" + hex(sha256(archive)) +
                ", and the list says sha256:" + std::string(64, '0') +
                " / run the job again; if it stays, delete the artifact, so that the one before it counts");
  artifact = listed(archive);
  const std::string cut = archive.substr(0, 20);
  serve(cut), serve(archive);
  EXPECT_TRUE(download(artifact)) << "one damaged transfer is repeated";
  serve(cut), serve(cut);
  EXPECT_EQ(
      failure([&] { download(artifact); }),
      fmt::format("corrupt: downloading artifact 5 of run 105: it has 20 bytes, and the list says {} / run the job "
                  "again; if it stays, delete the artifact, so that the one before it counts",
                  archive.size()));
  serve(archive + "more");
  EXPECT_EQ(
      failure([&] { download(artifact); }),
      fmt::format("corrupt: downloading artifact 5 of run 105: it is longer than the {} bytes of the list / run the "
                  "job again",
                  archive.size()));
  artifact.size = 2ULL << 30;
  EXPECT_EQ(failure([&] { download(artifact); }),
            "corrupt: downloading artifact 5 of run 105: it has 2147483648 bytes, more than 1073741824 / move the "
            "history to S3, see docs/guide/migrate-from-artifacts.md");
}

TEST_F(Download, F034_OnlyDatabaseOfTheArchiveMayHaveAnotherName) {
  archive = zip_of({{"readme", "not a database"}, {"seed.db", database}});
  serve(archive);
  EXPECT_TRUE(download(listed(archive)));
  EXPECT_EQ(read_file(destination, 1000), database);
  std::filesystem::remove(destination);
  for (const auto& [files, said] : std::vector<std::pair<std::vector<testing::ZipFile>, std::string>>{
           {{{"a", database}, {"b", database}}, "and more than one database; it holds `a`, `b`"},
           {{{"readme", "text"}}, "and none that is a database; it holds `readme`"}}) {
    archive = zip_of(files);
    serve(archive);
    EXPECT_EQ(failure([&] { download(listed(archive)); }),
              "corrupt: downloading artifact 5 of run 105: it holds no file `h.db`, " + said +
                  " / give `database-key` the name that the history has in the artifact");
    EXPECT_FALSE(std::filesystem::exists(destination));
  }
}

}  // namespace
}  // namespace unentropy
