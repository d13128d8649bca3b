#include "base/glob.h"

#include <ctime>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/glob_braces.h"

namespace unentropy {
namespace {

using namespace std::string_literals;
using testing::ElementsAre;

bool matches(std::string_view pattern, std::string_view path) { return Glob(pattern).matches(path); }

struct Row {
  std::string pattern;
  std::string path;
  bool expected;
};

void expect_all(const std::vector<Row>& rows) {
  for (const Row& row : rows)
    EXPECT_EQ(matches(row.pattern, row.path), row.expected) << row.pattern << "  " << row.path;
}

TEST(Glob, LiteralsAreExactAndCaseSensitive) {
  expect_all({{"a/b.c", "a/b.c", true},
              {"a/b.c", "a/b.C", false},
              {"a/b.c", "a/bxc", false},
              {"a/b.c", "a/b.c/d", false},
              {"a/b.c", "x/a/b.c", false},
              {"a", "ab", false},
              {"ab", "a", false},
              {"", "a", false},
              {"größe", "größe", true},
              {"a b", "a b", true}});
}

TEST(Glob, StarAndQuestionMarkStopAtSlashes) {
  expect_all({{"*", "a", true},
              {"*", "a/b", false},
              {"*.c", "lib/a.c", false},
              {"lib/*.c", "lib/a.c", true},
              {"lib/*.c", "lib/.c", false},
              {"l*b/a", "lib/a", true},
              {"l*b/a", "lb/a", true},
              {"l*b/a", "l/b/a", false},
              {"a?c", "abc", true},
              {"a?c", "ac", false},
              {"a?c", "a/c", false},
              {"a*b*c", "axxbxxc", true},
              {"a*b*c", "axxbxx", false},
              {"***", "abc", true},
              {"***", "a/b", false},
              {"?", "é", true},
              {"??", "é", false},
              {"?", "😀", true},
              {"?", "\xFF", true},
              {"*", "\xFF\xFE", true}});
}

TEST(Glob, TwoStarsSpanDirectories) {
  expect_all(
      {{"**", "a", true},         {"**", "a/b/c", true},    {"a/**", "a/b", true},        {"a/**", "a/b/c/d", true},
       {"a/**", "a", false},      {"a/**", "ab/c", false},  {"**/a", "a", true},          {"**/a", "x/y/a", true},
       {"**/a", "xa", false},     {"a/**/b", "a/b", true},  {"a/**/b", "a/x/y/b", true},  {"a/**/b", "axb", false},
       {"a/**/b", "a/xb", false}, {"**/a/**", "a/b", true}, {"**/a/**", "x/a/b/c", true}, {"**/a/**", "a", false},
       {"**/**/a", "a", true},    {"**/*.c", "a.c", true},  {"**/*.c", "x/y/a.c", true},  {"a**/b", "axx/b", true},
       {"a**/b", "a/x/b", false}, {"**b", "a/b", false},    {"**b", "xb", true}});
}

TEST(Glob, Sets) {
  expect_all({{"[abc]", "b", true},     {"[abc]", "d", false},   {"[a-c]x", "bx", true}, {"[a-c]x", "dx", false},
              {"[!a-c]", "d", true},    {"[!a-c]", "b", false},  {"[^a]", "b", true},    {"[^a]", "a", false},
              {"[]a]", "]", true},      {"[]a]", "a", true},     {"[!]a]", "]", false},  {"[!]a]", "b", true},
              {"[a-]", "-", true},      {"[-a]", "-", true},     {"[a\\]b]", "]", true}, {"[a\\-c]", "b", false},
              {"[a\\-c]", "-", true},   {"[z-a]", "m", false},   {"[ä-ü]", "ö", true},   {"[!a]", "/", false},
              {"a[!x]b", "a/b", false}, {"[a", "[a", true},      {"a[", "a[", true},     {"[]", "[]", true},
              {"[a/b]", "[a/b]", true}, {"[a/b]", "a", false},   {"[*]", "*", true},     {"[*]", "x", false},
              {"[a-c-e]", "-", true},   {"[a-c-e]", "d", false}, {"[\\\\]", "\\", true}, {"[!!]", "!", false},
              {"[[]", "[", true},       {"[.]x", ".x", false}});
}

TEST(Glob, BackslashEscapes) {
  expect_all({{"\\*", "*", true},
              {"\\*", "a", false},
              {"a\\?", "a?", true},
              {"a\\b", "ab", true},
              {"\\[a]", "[a]", true},
              {"\\{a,b}", "{a,b}", true},
              {"{a\\,b,c}", "a,b", true},
              {"{a\\,b,c}", "a", false},
              {"a\\\\b", "a\\b", true},
              {"a\\", "a\\", true},
              {"\\.a", ".a", true},
              {"@\\(a)", "@(a)", true}});
}

TEST(Glob, ExtendedGroups) {
  expect_all({{"@(a|bc)", "a", true},
              {"@(a|bc)", "bc", true},
              {"@(a|bc)", "abc", false},
              {"?(a)b", "b", true},
              {"?(a)b", "ab", true},
              {"?(a)b", "aab", false},
              {"*(a|b)c", "c", true},
              {"*(a|b)c", "abbac", true},
              {"+(a|b)c", "c", false},
              {"+(a|b)c", "bac", true},
              {"!(a).c", "b.c", true},
              {"!(a).c", "a.c", false},
              {"!(a).c", "aa.c", true},
              {"!(a|b)", "c", true},
              {"!(a|b)", "b", false},
              {"!(a)", "x/y", false},
              {"x!(a)", "x", true},
              {"x!(a)", "xa", false},
              {"!(*.c)", "a.h", true},
              {"!(*.c)", "a.c", false},
              {"!(!(a))", "a", true},
              {"!(!(a))", "b", false},
              {"!(!(!(a)))", "b", true},
              {"src/!(gen|old)/*.c", "src/new/a.c", true},
              {"src/!(gen|old)/*.c", "src/gen/a.c", false},
              {"src/!(gen|old)/*.c", "src/generic/a.c", true},
              {"**/!(*.test).ts", "a/b.ts", true},
              {"**/!(*.test).ts", "a/b.test.ts", false},
              {"@(a/b|c)/d", "a/b/d", true},
              {"@(a/b|c)/d", "c/d", true},
              {"@(a|*(b))c", "bbc", true},
              {"@(|a)b", "b", true},
              {"*()a", "a", true},
              {"+([0-9])", "123", true},
              {"+([0-9])", "12a", false},
              {"@(a\\)b|c)", "a)b", true},
              {"@([)]|a)", ")", true},
              {"@((a|b)|c)", "(a|b)", true},
              {"@(a", "@(a", true},
              {"a|b", "a|b", true},
              {"(a)", "(a)", true},
              {"**(a)b", "xxaab", true}});
}

TEST(Glob, HiddenNamesNeedADotInThePattern) {
  expect_all(
      {{"*", ".a", false},           {"?a", ".a", false},       {"[.]a", ".a", false},       {"[!x]a", ".a", false},
       {".*", ".a", true},           {".a", ".a", true},        {"**", ".a", false},         {"**", "a/.b", false},
       {"**", ".b/a", false},        {"**/.b/*", ".b/a", true}, {"**/.*", "a/.b", true},     {"**/.*/**", ".a/b", true},
       {"**/.*/**", ".a/.b", false}, {"**/a", ".x/a", false},   {"a/**/b", "a/.x/b", false}, {"*.c", ".c", false},
       {"?(x).c", ".c", false},      {"!(x)", ".a", false},     {"!(x)a", ".a", false},      {"@(.a|b)", ".a", true},
       {"@(.a|b)/c", ".a/c", true},  {"*(.a)", ".a", true},     {"{.a,b}", ".a", true},      {"{.,}a", ".a", true},
       {"{.,}a", "a", true},         {"*.*", "a.b", true},      {"a.*", "a..", true},        {"x/.y", "x/.y", true}});
}

TEST(Glob, BracesAreAlternatives) {
  expect_all({{"*.{ts,tsx}", "a.ts", true},
              {"*.{ts,tsx}", "a.tsx", true},
              {"*.{ts,tsx}", "a.js", false},
              {"{a,b/**}/x", "a/x", true},
              {"{a,b/**}/x", "b/c/d/x", true},
              {"{a,{b,c}d}", "cd", true},
              {"f{1..3}", "f2", true},
              {"f{1..3}", "f4", false},
              {"{,a}", "a", true},
              {"{**/,}x", "x", true},
              {"{**/,}x", "a/b/x", true},
              {"@({a,b}|c)", "b", true}});
}

// Expected values are what bash 5.2 prints.
TEST(Braces, ExpandAsInBash) {
  EXPECT_THAT(expand_braces("a{b,c}d"), ElementsAre("abd", "acd"));
  EXPECT_THAT(expand_braces("{a,b}{1,2}"), ElementsAre("a1", "a2", "b1", "b2"));
  EXPECT_THAT(expand_braces("{a,b{1,2},c}"), ElementsAre("a", "b1", "b2", "c"));
  EXPECT_THAT(expand_braces("{,x}"), ElementsAre("", "x"));
  EXPECT_THAT(expand_braces("{1..4}"), ElementsAre("1", "2", "3", "4"));
  EXPECT_THAT(expand_braces("{4..1}"), ElementsAre("4", "3", "2", "1"));
  EXPECT_THAT(expand_braces("{-1..1}"), ElementsAre("-1", "0", "1"));
  EXPECT_THAT(expand_braces("{08..11}"), ElementsAre("08", "09", "10", "11"));
  EXPECT_THAT(expand_braces("{-01..1}"), ElementsAre("-01", "000", "001"));
  EXPECT_THAT(expand_braces("{1..10..4}"), ElementsAre("1", "5", "9"));
  EXPECT_THAT(expand_braces("{10..1..-4}"), ElementsAre("10", "6", "2"));
  EXPECT_THAT(expand_braces("{a..e..2}"), ElementsAre("a", "c", "e"));
  EXPECT_THAT(expand_braces("{c..a}"), ElementsAre("c", "b", "a"));
  EXPECT_THAT(expand_braces("{01..3..0}"), ElementsAre("01", "02", "03"));
  EXPECT_THAT(expand_braces("{5..5}"), ElementsAre("5"));
  EXPECT_THAT(expand_braces("{0..0}"), ElementsAre("0"));
}

TEST(Braces, OthersStandForThemselves) {
  for (const char* text : {"", "a", "{}", "{a}", "{a", "a}", "{a,b", "a,b}", "{1..}", "{..2}", "{1..a}", "{1.2}",
                           "{1..2..3..4}", "\\{a,b}", "{a\\,b}", "{99999999999..99999999999}"}) {
    EXPECT_THAT(expand_braces(text), ElementsAre(text));
  }
  EXPECT_THAT(expand_braces("{{a,b}"), ElementsAre("{a", "{b"));
  EXPECT_THAT(expand_braces("{a{b,c}d}"), ElementsAre("{abd}", "{acd}"));
  EXPECT_THAT(expand_braces("{a,b}}"), ElementsAre("a}", "b}"));
}

std::string message_of(const std::string& pattern) {
  try {
    const Glob glob(pattern);
  } catch (const Error& error) {
    return std::string(to_string(error.kind())) + ": " + error.message() + " (" + error.hint() + ")";
  }
  return "no error";
}

TEST(Glob, ExpansionIsBounded) {
  const std::string many =
      "the braces of the pattern stand for too many alternatives (use `*`, or several shorter patterns)";
  EXPECT_EQ(message_of("{1..1024}"), "no error");
  EXPECT_EQ(message_of("{1..1025}"), "usage: reading pattern `{1..1025}`: " + many);
  EXPECT_EQ(message_of("{1..1000000000}"), "usage: reading pattern `{1..1000000000}`: " + many);
  std::string doubling;
  for (int i = 0; i < 11; ++i) doubling += "{a,b}";
  EXPECT_EQ(message_of(doubling), "usage: reading pattern `" + doubling + "`: " + many);
  EXPECT_EQ(message_of("{1..1000}" + std::string(1000, 'x')).substr(0, 25), "usage: reading pattern `{");
  std::string nested;
  for (int i = 0; i < 1300; ++i) nested += "{a,";
  EXPECT_EQ(message_of(nested + std::string(1300, '}')).substr(0, 14), "usage: reading");
  EXPECT_EQ(message_of(std::string(4096, '{')), "no error");
}

TEST(Glob, LengthAndNestingAreBounded) {
  EXPECT_EQ(message_of(std::string(4096, 'a')), "no error");
  EXPECT_EQ(message_of(std::string(4097, 'a')), "usage: reading pattern `" + std::string(59, 'a') +
                                                    "…`: it is longer than 4,096 bytes " +
                                                    "(use several shorter patterns)");
  const auto nested = [](std::size_t depth) {
    std::string text;
    for (std::size_t i = 0; i < depth; ++i) text += "@(";
    return text + "a" + std::string(depth, ')');
  };
  EXPECT_EQ(message_of(nested(32)), "no error");
  EXPECT_TRUE(matches(nested(32), "a"));
  EXPECT_EQ(message_of(nested(33)), "usage: reading pattern `" + nested(33).substr(0, 59) +
                                        "…`: the groups of the pattern are nested more than 32 deep (simplify it)");
}

TEST(Glob, NegationsAreCounted) {
  const std::string groups = "{1..4}!(a)!(b)!(a)!(b)!(a)!(b)!(a)!(b)";
  EXPECT_EQ(message_of(groups), "no error");
  EXPECT_EQ(message_of(groups + "!(c)"), "usage: reading pattern `" + groups +
                                             "!(c)`: the pattern has more than 32 groups `!(…)` " +
                                             "(use several simpler patterns)");
}

TEST(Glob, HostilePatternsTakeBoundedTime) {
  const std::string path(250, 'a');
  const auto repeated = [](std::string_view piece, int times) {
    std::string text;
    for (int i = 0; i < times; ++i) text += piece;
    return text;
  };
  const std::clock_t begin = std::clock();
  EXPECT_FALSE(matches(repeated("*a", 60) + "b", path));
  EXPECT_FALSE(matches(repeated("*", 4000) + "b", path));
  EXPECT_FALSE(matches("*(*(*(*(*(*(a))))))b", path));
  EXPECT_FALSE(matches(repeated("+(a|aa)", 100) + "b", path));
  EXPECT_FALSE(matches(repeated("!(b)", 32) + "c/d", path));
  EXPECT_TRUE(matches("!(!(!(!(!(!(a*))))))", path));
  EXPECT_FALSE(matches(repeated("!(*b)", 32) + "c", path));
  EXPECT_FALSE(matches("!(" + repeated("!(*a)", 31) + "b)c", path));
  const std::string longest = repeated(std::string(255, 'a') + "/", 15) + std::string(255, 'a');
  EXPECT_FALSE(matches("**/" + repeated("!(*b)", 8) + "c", longest));
  EXPECT_FALSE(matches(repeated("*a", 1000) + "b", longest));
  EXPECT_FALSE(matches(repeated("**/", 300) + "b", repeated("a/", 1000) + "a"));
  EXPECT_FALSE(matches("{" + repeated("*a*,", 500) + "b}c", path));
  // Processor time, of which backtracking would need centuries.
  EXPECT_LT((std::clock() - begin) / CLOCKS_PER_SEC, 30);
}

TEST(Glob, PathsThatCannotExistMatchNothing) {
  EXPECT_TRUE(matches("**", std::string(255, 'a')));
  EXPECT_FALSE(matches("**", std::string(256, 'a')));
  EXPECT_TRUE(matches("**", "x/" + std::string(255, 'a') + "/y"));
  EXPECT_FALSE(matches("**", "x/" + std::string(256, 'a') + "/y"));
  EXPECT_FALSE(matches("**", "x/y/" + std::string(256, 'a')));
  std::string deep = "a";
  while (deep.size() < 4095) deep += "/a";
  EXPECT_TRUE(matches("**", deep));
  EXPECT_FALSE(matches("**", deep + "/a"));
  EXPECT_FALSE(Glob("**").could_match_below(deep + "/a"));
}

TEST(Glob, CouldMatchBelow) {
  const auto below = [](std::string_view pattern, std::string_view directory) {
    return Glob(pattern).could_match_below(directory);
  };
  EXPECT_TRUE(below("a/b/c", ""));
  EXPECT_TRUE(below("a/b/c", "a"));
  EXPECT_TRUE(below("a/b/c", "a/b"));
  EXPECT_FALSE(below("a/b/c", "a/b/c"));
  EXPECT_FALSE(below("a/b/c", "x"));
  EXPECT_FALSE(below("a/b/c", "a/bb"));
  EXPECT_FALSE(below("*.c", "a"));
  EXPECT_TRUE(below("**/*.c", "a/b"));
  EXPECT_FALSE(below("**/*.c", "a/.b"));
  EXPECT_FALSE(below("**/*.c", ".git"));
  EXPECT_TRUE(below("**/.*", "a"));
  EXPECT_TRUE(below("a/**", "a/x/y"));
  EXPECT_TRUE(below("src/!(gen)/*.c", "src"));
  EXPECT_TRUE(below("src/!(gen)", "src"));
  EXPECT_TRUE(below("src/!(gen)/*.c", "src/new"));
  EXPECT_FALSE(below("src/!(gen)/*.c", "src/gen"));
  EXPECT_TRUE(below("{a,b}/**", "b/c"));
}

TEST(Glob, LiteralPrefix) {
  const auto prefix = [](std::string_view pattern) { return Glob(pattern).literal_prefix(); };
  EXPECT_EQ(prefix("src/gen/**"), "src/gen");
  EXPECT_EQ(prefix("src/gen/x.c"), "src/gen");
  EXPECT_EQ(prefix("src/g*n/x"), "src");
  EXPECT_EQ(prefix("**"), "");
  EXPECT_EQ(prefix("a.c"), "");
  EXPECT_EQ(prefix("{a,b}/c"), "");
  EXPECT_EQ(prefix("a/@(b|c)/d"), "a");
  EXPECT_EQ(prefix("a/[b]/d"), "a");
  EXPECT_EQ(prefix("a\\*b/c/*"), "a*b/c");
  EXPECT_EQ(prefix("a/b\\/c/*"), "a/b/c");
}

TEST(HasGlobCharacters, KnowsTheSix) {
  for (const char* text : {"*", "a?", "[", "]", "{", "}"}) EXPECT_TRUE(has_glob_characters(text)) << text;
  for (const char* text : {"", "a/b.c", "!a", "a(b)", "\\", "a,b", "+@"}) EXPECT_FALSE(has_glob_characters(text));
}

struct ListRow {
  std::vector<std::string> patterns;
  std::string path;
  bool expected;
};

TEST(PatternList, F080_OneMatcherAndTheLastMatchWins) {
  const std::vector<std::string> keep{"lib/**", "!lib/gen/**", "lib/gen/keep.c"};
  const std::vector<ListRow> rows{{keep, "lib/a.c", true},
                                  {keep, "lib/gen/x.c", false},
                                  {keep, "lib/gen/keep.c", true},
                                  {{"!lib/gen/**", "lib/**"}, "lib/gen/x.c", true},
                                  {{"!test/**"}, "a.c", true},
                                  {{"!test/**"}, "test/t.c", false},
                                  {{"!test/**"}, ".hidden.c", false},
                                  {{"lib/**"}, "lib/.cfg.c", false},
                                  {{"lib/**"}, "lib/.d/x.c", false},
                                  {{"lib/.*"}, "lib/.cfg.c", true},
                                  {{"*.c"}, "lib/a.c", false},
                                  {{}, "a/b.c", true},
                                  {{}, ".a", false},
                                  {{"!a/**", "!b/**"}, "c/d", true},
                                  {{"!a/**", "!b/**"}, "b/d", false},
                                  {{"!(a|b)/**"}, "c/d", true},
                                  {{"!(a|b)/**"}, "a/d", false},
                                  {{"a"}, "b", false},
                                  {{"!!a"}, "!a", false},
                                  {{"**", "!.*"}, ".a", false},
                                  {{"**", ".*"}, ".a", true}};
  for (const ListRow& row : rows) {
    EXPECT_EQ(PatternList(row.patterns).accepts(row.path), row.expected)
        << testing::PrintToString(row.patterns) << "  " << row.path;
  }
}

TEST(PatternList, PrunesWhatIsExcludedAltogether) {
  const auto below = [](const std::vector<std::string>& patterns, std::string_view directory) {
    return PatternList(patterns).could_accept_below(directory);
  };
  EXPECT_FALSE(below({"!node_modules/**"}, "node_modules"));
  EXPECT_FALSE(below({"!node_modules/**"}, "node_modules/x"));
  EXPECT_TRUE(below({"!node_modules/**"}, "src"));
  EXPECT_FALSE(below({"!node_modules/**"}, ".git"));
  EXPECT_FALSE(below({"**/*.c", "!**/gen/**"}, "a/gen"));
  EXPECT_TRUE(below({"**/*.c", "!**/gen/*"}, "a/gen")) << "only the first level is excluded";
  EXPECT_TRUE(below({"!gen/**", "**/*.c"}, "gen"));
  EXPECT_TRUE(below({"**", "!gen/**", "gen/keep/**"}, "gen"));
  EXPECT_TRUE(below({"**", "!gen/**", "gen/keep/**"}, "gen/keep"));
  EXPECT_FALSE(below({"**", "!gen/**", "gen/keep/**"}, "gen/other"));
  EXPECT_TRUE(below({"**/.*", "!gen/**"}, "gen")) << "`**` does not exclude hidden names";
  EXPECT_TRUE(below({"!a/**"}, ""));
  EXPECT_FALSE(below({"**", "!**"}, ""));
}

TEST(PatternList, LiteralPrefixesOfThePositiveOnes) {
  EXPECT_THAT(PatternList({"build/gen/**", "!build/gen/x/**", "*.c"}).literal_prefixes(), ElementsAre("build/gen", ""));
  EXPECT_THAT(PatternList({"!a/**"}).literal_prefixes(), ElementsAre());
}

TEST(PatternList, MovesAndReportsBadPatterns) {
  PatternList list({"a"});
  PatternList moved = std::move(list);
  EXPECT_TRUE(moved.accepts("a"));
  list = PatternList({"b"});
  EXPECT_TRUE(list.accepts("b"));
  EXPECT_THROW(PatternList({"a", "!{1..5000}"}), Error);
}

}  // namespace
}  // namespace unentropy
