#include "config/sources.h"

#include <gtest/gtest.h>

#include "base/file.h"
#include "base/glob.h"

namespace unentropy {
namespace {

class Sources : public ::testing::Test {
 protected:
  Sources() : place_(fs::temp_directory_path()) {
    fs::create_directories(base() / "src" / "gen");
    fs::create_directories(base() / "a[1]");
    write_file_atomically(base() / "main.c", "int main;\n");
  }

  fs::path base() const { return place_.path() / "project"; }
  std::string pattern(std::string_view text) const { return normalise_source_pattern(text, base()).pattern; }
  std::string problem(std::string_view text) const { return normalise_source_pattern(text, base()).problem; }

  TempDir place_;
};

TEST_F(Sources, F081_DirectoriesMeanAllThatIsInThem) {
  for (const char* text : {"src", "src/", "./src", "././src//", ".//src", "src/.", "src/gen/.."}) {
    EXPECT_EQ(pattern(text), "src/**") << text;
    EXPECT_EQ(problem(text), "") << text;
  }
  EXPECT_EQ(pattern("!src/"), "!src/**");
  EXPECT_EQ(pattern("src/gen"), "src/gen/**");
}

TEST_F(Sources, OtherPatternsKeepTheirMeaning) {
  EXPECT_EQ(pattern("main.c"), "main.c");
  EXPECT_EQ(pattern("missing"), "missing");
  EXPECT_EQ(pattern("missing/"), "missing");
  EXPECT_EQ(pattern("src/**"), "src/**");
  EXPECT_EQ(pattern("src//**/*.c"), "src/**/*.c");
  EXPECT_EQ(pattern("./**/*.{c,h}"), "**/*.{c,h}");
  EXPECT_EQ(pattern("{src/../a,b}"), "{src/../a,b}");
  EXPECT_EQ(pattern("!!src"), "!!src");
  EXPECT_EQ(pattern("src\\a"), "src\\a");
}

TEST_F(Sources, NamesWithGlobCharactersAreNeverTakenForDirectories) { EXPECT_EQ(pattern("a[1]"), "a[1]"); }

TEST_F(Sources, TheBaseDirectoryItselfMeansEverything) {
  for (const std::string& text : {std::string("."), std::string("./"), std::string("src/.."), base().string()}) {
    EXPECT_EQ(pattern(text), "**") << text;
  }
  EXPECT_EQ(pattern("!."), "!**");
}

TEST_F(Sources, AbsolutePatternsInsideBecomeRelative) {
  EXPECT_EQ(pattern(base().string() + "/src"), "src/**");
  EXPECT_EQ(pattern("!" + base().string() + "/src/*.c"), "!src/*.c");
  EXPECT_EQ(problem(base().string() + "/src"), "");
}

TEST_F(Sources, AbsolutePatternsFollowALinkToTheBaseDirectory) {
  fs::create_directory_symlink(base(), place_.path() / "link");
  const NormalisedSource source = normalise_source_pattern(base().string() + "/src", place_.path() / "link");
  EXPECT_EQ(source.pattern, "src/**");
  EXPECT_EQ(source.problem, "");
}

TEST_F(Sources, PatternsThatLeaveTheBaseDirectoryAreNamed) {
  for (const std::string& text : {std::string("../x"), std::string("src/../../x/**"), std::string("/"),
                                  std::string("/**"), base().string() + "x/**", std::string("!../x")}) {
    EXPECT_EQ(problem(text), "it lies outside the directory of the configuration") << text;
    EXPECT_EQ(pattern(text), text);
  }
  EXPECT_EQ(problem("*/../x"), "it has `..` after a wildcard");
  EXPECT_EQ(problem("**/.."), "it has `..` after a wildcard");
  EXPECT_EQ(problem("{a/../b,c}"), "");
}

TEST_F(Sources, AMarkAloneIsNoPattern) {
  EXPECT_EQ(pattern("!"), "!");
  EXPECT_EQ(problem("!"), "it is empty");
}

TEST_F(Sources, HostileNamesDoNotReachTheFileSystem) {
  EXPECT_EQ(pattern(std::string_view("src\0x", 5)), std::string_view("src\0x", 5));
  const std::string longest(100'000, 'x');
  EXPECT_EQ(pattern(longest), longest);
  std::string deep;
  for (int i = 0; i < 20'000; ++i) deep += "a/../";
  EXPECT_EQ(pattern(deep + "src"), "src/**");
}

TEST_F(Sources, ListsKeepTheirOrder) {
  const std::vector<std::string> expected{"src/**", "!src/gen/**", "main.c"};
  EXPECT_EQ(normalise_source_patterns({"src/", "!./src/gen", "main.c"}, base()), expected);
}

struct MatchCase {
  std::vector<std::string> patterns;
  std::string path;
  bool in;
};

TEST_F(Sources, MatchAsDocumented) {
  fs::create_directories(base() / "lib" / "gen");
  fs::create_directories(base() / "test");
  const std::vector<MatchCase> cases{
      {{"lib/**", "!lib/gen/**", "lib/gen/keep.c"}, "lib/a.c", true},
      {{"lib/**", "!lib/gen/**", "lib/gen/keep.c"}, "lib/gen/x.c", false},
      {{"lib/**", "!lib/gen/**", "lib/gen/keep.c"}, "lib/gen/keep.c", true},
      {{"lib", "!lib/gen/"}, "lib/gen/x.c", false},
      {{"!lib/gen/**", "lib/**"}, "lib/gen/x.c", true},
      {{"!test/**"}, "a.c", true},
      {{"!test"}, "test/t.c", false},
      {{"!test/**"}, ".hidden.c", false},
      {{"lib/**"}, "lib/.cfg.c", false},
      {{"lib/**"}, "lib/.d/x.c", false},
      {{"lib/.*"}, "lib/.cfg.c", true},
      {{"*.c"}, "lib/a.c", false},
  };
  for (const MatchCase& each : cases) {
    const PatternList list(normalise_source_patterns(each.patterns, base()));
    EXPECT_EQ(list.accepts(each.path), each.in) << ::testing::PrintToString(each.patterns) << " " << each.path;
  }
}

}  // namespace
}  // namespace unentropy
