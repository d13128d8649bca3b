#include "report/links.h"

#include <gtest/gtest.h>

namespace unentropy {
namespace {

TEST(RepositoryUrl, IsBuiltFromServerOwnerAndName) {
  EXPECT_EQ(repository_url("https://github.com/", "acme/rocket"), "https://github.com/acme/rocket");
  EXPECT_EQ(repository_url("http://git.example:8080/sub", "a b/c"), "http://git.example:8080/sub/a%20b/c");
}

TEST(RepositoryUrl, IsEmptyForAnythingElse) {
  EXPECT_EQ(repository_url("", "acme/rocket"), "");
  EXPECT_EQ(repository_url("javascript:alert(1)//", "acme/rocket"), "");
  EXPECT_EQ(repository_url("https://user:secret@github.com", "acme/rocket"), "");
  EXPECT_EQ(repository_url("https://github.com\" onclick=\"", "acme/rocket"), "");
  EXPECT_EQ(repository_url("https://github.com", "rocket"), "");
  EXPECT_EQ(repository_url("https://github.com", "a/b/c"), "");
}

TEST(CommitUrl, NeedsAHash) {
  EXPECT_EQ(commit_url("https://x/a/b", "8ea74f7"), "https://x/a/b/commit/8ea74f7");
  EXPECT_EQ(commit_url("", "8ea74f7"), "");
  EXPECT_EQ(commit_url("https://x/a/b", "../../evil"), "");
  EXPECT_EQ(commit_url("https://x/a/b", "8ea74f"), "");
}

TEST(RunUrl, NeedsANumber) {
  EXPECT_EQ(run_url("https://x/a/b", "6001"), "https://x/a/b/actions/runs/6001");
  EXPECT_EQ(run_url("https://x/a/b", "local:2025-01-01-ab"), "");
  EXPECT_EQ(run_url("https://x/a/b", ""), "");
}

}  // namespace
}  // namespace unentropy
