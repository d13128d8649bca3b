#include "collect/gitignore.h"

#include <chrono>

#include <gtest/gtest.h>

namespace unentropy {
namespace {

bool ignores(std::string_view rules, std::string_view path, bool is_directory = false) {
  const IgnoreFile file(rules);
  const IgnoreRule* rule = file.match(path, path.substr(path.rfind('/') + 1), is_directory);
  return rule != nullptr && !rule->negated();
}

struct Case {
  const char* rules;
  const char* path;
  bool ignored;
  bool is_directory = false;
};

class GitIgnore : public ::testing::TestWithParam<Case> {};

TEST_P(GitIgnore, AgreesWithGit) {
  const Case& c = GetParam();
  EXPECT_EQ(ignores(c.rules, c.path, c.is_directory), c.ignored) << c.rules << " on " << c.path;
}

INSTANTIATE_TEST_SUITE_P(
    Table, GitIgnore,
    ::testing::Values(
        // Names at any depth.
        Case{"*.o", "a.o", true}, Case{"*.o", "x/y/a.o", true}, Case{"*.o", "a.oo", false},
        Case{"build", "build", true}, Case{"build", "x/build", true}, Case{"build", "builds", false},
        // Only directories.
        Case{"build/", "build", false}, Case{"build/", "build", true, true}, Case{"build/", "x/build", true, true},
        // Anchored by a slash at the front or in the middle.
        Case{"/build", "build", true}, Case{"/build", "x/build", false}, Case{"x/y.c", "x/y.c", true},
        Case{"x/y.c", "z/x/y.c", false}, Case{"x/*.c", "x/y.c", true}, Case{"x/*.c", "x/z/y.c", false},
        // Two stars.
        Case{"**/foo", "foo", true}, Case{"**/foo", "a/b/foo", true}, Case{"**/foo/bar", "a/foo/bar", true},
        Case{"a/**", "a/b", true}, Case{"a/**", "a/b/c", true}, Case{"a/**", "a", false, true},
        Case{"a/**/b", "a/b", true}, Case{"a/**/b", "a/x/y/b", true}, Case{"a/**/b", "a/x/y/bc", false},
        Case{"a**b", "aXb", true}, Case{"a**b", "a/b", false},
        // Last rule wins, `!` takes back.
        Case{"*.log\n!keep.log", "keep.log", false}, Case{"!keep.log\n*.log", "keep.log", true},
        // Comments, blanks, escapes.
        Case{"# *.c", "a.c", false}, Case{"\\#a", "#a", true}, Case{"\\!a", "!a", true}, Case{"a.c  ", "a.c", true},
        Case{"a\\ ", "a ", true}, Case{"\n\n", "a", false}, Case{"a.c\r\nb.c\r\n", "b.c", true},
        Case{"\xEF\xBB\xBF*.c", "a.c", true}, Case{"a\\*", "a*", true}, Case{"a\\*", "ab", false},
        // Sets.
        Case{"[ab].c", "a.c", true}, Case{"[!ab].c", "a.c", false}, Case{"[^ab].c", "c.c", true},
        Case{"[a-c].c", "b.c", true}, Case{"[[:digit:]].c", "7.c", true}, Case{"[[:digit:]].c", "x.c", false},
        Case{"[]a].c", "].c", true}, Case{"[a", "[a", false}, Case{"?.c", "é.c", false}, Case{"?.c", "/.c", false},
        Case{"/", "a", false}, Case{"*", "a/b", true}, Case{"*/b", "a/b", true}));

TEST(GitIgnore, TakesNoExponentialTime) {
  std::string pattern;
  for (int i = 0; i < 40; ++i) pattern += "*a";
  std::string deep;
  for (int i = 0; i < 40; ++i) deep += "**/a/";
  const auto start = std::chrono::steady_clock::now();
  EXPECT_FALSE(ignores(pattern + "b", std::string(2000, 'a')));
  std::string path;
  for (int i = 0; i < 500; ++i) path += "a/";
  EXPECT_FALSE(ignores(deep + "b", path + "c"));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(2));
}

}  // namespace
}  // namespace unentropy
