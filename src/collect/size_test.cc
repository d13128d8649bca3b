#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "collect/testing/workspace.h"

namespace unentropy {
namespace {

using ::testing::ElementsAre;
using testing::Workspace;

class Size : public ::testing::Test {
 protected:
  Size() {
    workspace_.write("out/app.bin", std::string(1000, 'a'));
    fs::create_hard_link(workspace_ / "out/app.bin", workspace_ / "out/data.bin");
    workspace_.write("out/lib/core.so", std::string(2500, 'c'));
    fs::create_symlink("core.so", workspace_ / "out/lib/core.so.1");
  }

  Workspace workspace_;
};

TEST_F(Size, F077_DirectoriesThemselvesCountNothing) { EXPECT_EQ(workspace_.value("size out"), 4500); }

TEST_F(Size, F078_EachPathCountsOnce) {
  EXPECT_EQ(workspace_.value("size 'out/**'"), 4500);
  EXPECT_EQ(workspace_.value("size out out/lib"), 4500);
  EXPECT_EQ(workspace_.value("size out ./out/ 'out/**/*.so' out/lib/core.so"), 4500);
}

TEST_F(Size, AFileIsItsSize) { EXPECT_EQ(workspace_.value("size out/lib/core.so"), 2500); }

TEST_F(Size, AFolderThatAGlobMatchesStandsForItsFiles) {
  workspace_.write("out/lib/.hidden", "12345");
  EXPECT_EQ(workspace_.value("size 'out/l*'"), 2505);
  EXPECT_EQ(workspace_.value("size 'out/*'"), 4505);
}

TEST_F(Size, GlobsMatchHiddenFilesOnlyWhereTheySaySo) {
  workspace_.write("out/.hidden", "12345");
  EXPECT_EQ(workspace_.value("size 'out/**'"), 4500);
  EXPECT_EQ(workspace_.value("size 'out/.*'"), 5);
  EXPECT_EQ(workspace_.value("size out"), 4505);
}

TEST_F(Size, APathThatExistsLiterallyIsTakenLiterally) {
  workspace_.write("out/[a].txt", "123");
  workspace_.write("out/a.txt", "1");
  EXPECT_EQ(workspace_.value("size 'out/[a].txt'"), 3);
}

TEST_F(Size, CountsIgnoredFilesButNoRepository) {
  workspace_.write(".gitignore", "out\n");
  workspace_.write(".git/objects/x", std::string(100, 'x'));
  EXPECT_EQ(workspace_.value("size ."), 4504);
  EXPECT_EQ(workspace_.value("size .git"), 100);
}

TEST_F(Size, WithoutArgumentTakesTheSources) {
  workspace_.sources = {"out/**", "!out/lib/**", "nothing/*"};
  const CollectorResult result = workspace_.run("size");
  EXPECT_EQ(result.value, 2000);
  EXPECT_THAT(result.notices, ElementsAre("the pattern `nothing/*` of `sources` matches no file"));
}

TEST_F(Size, NeitherPathNorSourcesIsAnError) {
  EXPECT_EQ(workspace_.message("size"), "there is neither a path nor a list of `sources` in the configuration");
  EXPECT_EQ(workspace_.hint("size"), "name a path, for example `size src`, or configure `sources`");
}

TEST_F(Size, WhatIsMissingIsAnError) {
  const std::string place = "looked in `" + workspace_.path().string() + "`; it may have to be built first";
  EXPECT_EQ(workspace_.message("size out nope"), "`nope` does not exist");
  EXPECT_EQ(workspace_.hint("size out nope"), place);
  EXPECT_EQ(workspace_.message("size 'out/*.zip'"), "no file matches `out/*.zip`");
  EXPECT_EQ(workspace_.hint("size 'out/*.zip'"), place);
  EXPECT_EQ(workspace_.failure("size nope")->kind, ErrorKind::not_found);
}

TEST_F(Size, LinksAndPipesAreNoFiles) {
  fs::create_directory_symlink("out", workspace_ / "link");
  ASSERT_EQ(::mkfifo((workspace_ / "out/pipe").c_str(), 0600), 0);
  EXPECT_EQ(workspace_.value("size out"), 4500);
  EXPECT_EQ(workspace_.message("size link"), "`link` is a symbolic link, and those are not followed");
  EXPECT_EQ(workspace_.message("size link/"), "`link/` is a symbolic link, and those are not followed");
  EXPECT_EQ(workspace_.message("size out/pipe"), "`out/pipe` is neither a file nor a folder");
}

TEST_F(Size, AnEmptyFolderIsZero) {
  fs::create_directory(workspace_ / "empty");
  EXPECT_EQ(workspace_.value("size empty"), 0);
}

TEST_F(Size, F050_LooksInTheWorkingDirectoryWithANotice) {
  CollectContext context = workspace_.context();
  context.base_directory = workspace_ / "out";
  const CollectorResult result = run_collector({"size", "out/lib"}, context);
  EXPECT_EQ(result.value, 2500);
  EXPECT_THAT(result.notices,
              ElementsAre("`out/lib` is not in `" + (workspace_ / "out").string() +
                          "`, where the configuration lies, and was taken from the working directory `" +
                          workspace_.path().string() + "`"));
  EXPECT_TRUE(run_collector({"size", "lib"}, context).notices.empty());
}

}  // namespace
}  // namespace unentropy
