#include "collect/tree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collect/testing/workspace.h"

namespace unentropy {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::Workspace;

std::vector<std::string> paths_of(const fs::path& root, const TreeOptions& options = {}) {
  const SystemClock clock;
  const Watch watch(clock, std::nullopt, {});
  const Tree tree = walk_tree(root, options, watch);
  std::vector<std::string> paths;
  for (const Tree::File& file : tree.files) paths.push_back(tree.path(file));
  return paths;
}

TreeOptions skipping(std::vector<std::string> named = {}) {
  TreeOptions options;
  options.ignored = TreeOptions::Ignored::skipped;
  options.named = std::move(named);
  return options;
}

TEST(Tree, ListsRegularFilesByFolderAndName) {
  Workspace workspace;
  for (const char* name : {"b.c", "a/z.c", "a/b/c.c", ".hidden", "c/d.c", "a.c"}) workspace.write(name, "");
  EXPECT_THAT(paths_of(workspace.path()), ElementsAre(".hidden", "a.c", "b.c", "a/z.c", "a/b/c.c", "c/d.c"));
}

TEST(Tree, FollowsNoLinkAndSkipsWhatIsNoFile) {
  Workspace workspace;
  workspace.write("real/a.c", "");
  fs::create_directory_symlink("real", workspace / "linked");
  fs::create_directory_symlink("..", workspace / "real/up");
  fs::create_symlink("real/a.c", workspace / "link.c");
  ASSERT_EQ(::mkfifo((workspace / "fifo").c_str(), 0600), 0);
  EXPECT_THAT(paths_of(workspace.path()), ElementsAre("real/a.c"));
}

TEST(Tree, RefusesARootThatIsALink) {
  Workspace workspace;
  workspace.write("real/a.c", "");
  fs::create_directory_symlink("real", workspace / "linked");
  try {
    paths_of(workspace / "linked");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.message(),
              "`" + (workspace / "linked").string() + "` is a symbolic link, and those are not followed");
    EXPECT_EQ(error.hint(), "name the folder that it points to");
  }
}

TEST(Tree, NamesAFolderThatIsNotThere) {
  Workspace workspace;
  try {
    paths_of(workspace / "none");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::not_found);
    EXPECT_EQ(error.message(), "cannot read folder `" + (workspace / "none").string() + "`: No such file or directory");
  }
}

TEST(Tree, AFolderThatCannotBeReadIsAnError) {
  if (::geteuid() == 0) {
    // Root reads everything; a path that is too long for the system fails for root as well.
    Workspace workspace;
    fs::path deep = workspace.path();
    const fs::path start = fs::current_path();
    for (int i = 0; i < 20; ++i) {
      fs::current_path(deep);
      fs::create_directory(std::string(250, 'd'));
      deep = std::string(250, 'd');
    }
    fs::current_path(start);
    EXPECT_THROW(paths_of(workspace.path()), Error);
    return;
  }
  Workspace workspace;
  workspace.write("closed/a.c", "");
  fs::permissions(workspace / "closed", fs::perms::none);
  EXPECT_THROW(paths_of(workspace.path()), Error);
  fs::permissions(workspace / "closed", fs::perms::owner_all);
}

TEST(Tree, LeavesVersionControlOut) {
  Workspace workspace;
  for (const char* name : {".git/config", ".hg/x", ".svn/x", "sub/.git/config", "sub/a.c", ".gitignore"}) {
    workspace.write(name, "");
  }
  EXPECT_THAT(paths_of(workspace.path()), ElementsAre(".gitignore", "sub/a.c"));
}

TEST(Tree, IncludesIgnoredFilesUnlessAskedOtherwise) {
  Workspace workspace;
  workspace.write(".gitignore", "*.o\n");
  workspace.write("a.o", "");
  workspace.write("node_modules/x.js", "");
  EXPECT_THAT(paths_of(workspace.path()), ElementsAre(".gitignore", "a.o", "node_modules/x.js"));
  EXPECT_THAT(paths_of(workspace.path(), skipping()), ElementsAre(".gitignore"));
}

TEST(Tree, ObeysIgnoreFilesFromTheInsideOut) {
  Workspace workspace;
  workspace.write(".gitignore", "*.log\n/build/\ntmp\n");
  workspace.write("sub/.gitignore", "!keep.log\n/only-here\n");
  for (const char* name : {"a.log", "build/x.c", "sub/build/x.c", "sub/keep.log", "sub/a.log", "sub/deep/keep.log",
                           "tmp/x.c", "sub/tmp", "sub/only-here", "sub/deep/only-here"}) {
    workspace.write(name, "");
  }
  EXPECT_THAT(paths_of(workspace.path(), skipping()),
              ElementsAre(".gitignore", "sub/.gitignore", "sub/keep.log", "sub/build/x.c", "sub/deep/keep.log",
                          "sub/deep/only-here"));
}

TEST(Tree, WhatLiesInAnIgnoredFolderCannotBeTakenBack) {
  Workspace workspace;
  workspace.write(".gitignore", "out/\n!out/keep.c\n");
  workspace.write("out/keep.c", "");
  EXPECT_THAT(paths_of(workspace.path(), skipping()), ElementsAre(".gitignore"));
}

TEST(Tree, ObeysTheRepositoryAboveTheRoot) {
  Workspace workspace;
  fs::create_directories(workspace / ".git/info");
  workspace.write(".git/info/exclude", "*.bak\n");
  workspace.write(".gitignore", "*.o\n/src/gen/\n");
  workspace.write("src/.gitignore", "*.tmp\n");
  for (const char* name : {"src/lib/a.c", "src/lib/a.o", "src/lib/a.tmp", "src/lib/a.bak", "src/gen/g.c"}) {
    workspace.write(name, "");
  }
  EXPECT_THAT(paths_of(workspace / "src/lib", skipping()), ElementsAre("a.c"));
  EXPECT_THAT(paths_of(workspace / "src", skipping()), ElementsAre(".gitignore", "lib/a.c"));
}

TEST(Tree, ObeysTheExcludeFileOfAWorkTree) {
  Workspace workspace;
  workspace.write("main/.git/info/exclude", "*.bak\n");
  workspace.write("main/.git/worktrees/w/commondir", "../..\n");
  workspace.write("w/.git", "gitdir: ../main/.git/worktrees/w\n");
  workspace.write("w/a.bak", "");
  workspace.write("w/a.c", "");
  EXPECT_THAT(paths_of(workspace / "w", skipping()), ElementsAre(".git", "a.c"));
}

TEST(Tree, SearchesARootThatIsIgnoredItself) {
  Workspace workspace;
  fs::create_directories(workspace / ".git");
  workspace.write(".gitignore", "build/\n*.o\n");
  workspace.write("build/.gitignore", "*\n");
  workspace.write("build/gen/a.c", "");
  workspace.write("build/gen/a.o", "");
  workspace.write("build/node_modules/x.js", "");
  EXPECT_THAT(paths_of(workspace / "build/gen", skipping()), ElementsAre("a.c"));
  EXPECT_THAT(paths_of(workspace / "build/node_modules", skipping()), ElementsAre("x.js"));
}

TEST(Tree, SearchesNamedFoldersThatAreIgnored) {
  Workspace workspace;
  fs::create_directories(workspace / ".git");
  workspace.write(".gitignore", "build/\n*.o\n");
  for (const char* name : {"build/x.c", "build/gen/a.c", "build/gen/a.o", "build/gen/d/b.c", "build/other/y.c",
                           "node_modules/mine/m.js", "node_modules/theirs/t.js"}) {
    workspace.write(name, "");
  }
  EXPECT_THAT(paths_of(workspace.path(), skipping({"build/gen", "node_modules/mine"})),
              ElementsAre(".gitignore", "build/gen/a.c", "build/gen/d/b.c", "node_modules/mine/m.js"));
}

TEST(Tree, EntersOnlyWhatItIsTold) {
  Workspace workspace;
  for (const char* name : {"a/x.c", "b/x.c", "a/y.h"}) workspace.write(name, "");
  TreeOptions options;
  options.enter = [](std::string_view folder) { return folder == "a"; };
  options.accept = [](std::string_view file) { return file.ends_with(".c"); };
  EXPECT_THAT(paths_of(workspace.path(), options), ElementsAre("a/x.c"));
}

TEST(Tree, StopsAtTheTimeLimit) {
  class Late final : public Clock {
   public:
    Instant now() const override { return {}; }
    std::chrono::steady_clock::time_point steady() const override {
      return std::chrono::steady_clock::time_point(std::chrono::seconds(10 * ++calls_));
    }
    void sleep_for(Milliseconds) override {}

   private:
    mutable int calls_ = 0;
  };
  Workspace workspace;
  const Late clock;
  const Watch watch(clock, Milliseconds{5000}, {});
  try {
    walk_tree(workspace.path(), {}, watch);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::unavailable);
    EXPECT_EQ(error.message(), "timed out after 5.0 s");
  }
}

TEST(Tree, SurvivesNamesOfAnyBytes) {
  Workspace workspace;
  workspace.write("a\nb\xFF.c", "");
  workspace.write("-rf", "");
  EXPECT_THAT(paths_of(workspace.path()), ElementsAre("-rf", "a\nb\xFF.c"));
}

TEST(Tree, AnEmptyFolderHasNoFiles) {
  Workspace workspace;
  EXPECT_THAT(paths_of(workspace.path()), IsEmpty());
}

}  // namespace
}  // namespace unentropy
