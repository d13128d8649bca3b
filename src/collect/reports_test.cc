// junit, json and count.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collect/testing/workspace.h"

namespace unentropy {
namespace {

using ::testing::ElementsAre;
using testing::Workspace;

class Junit : public ::testing::Test {
 protected:
  double value(std::string_view text, std::string_view type = "tests") {
    workspace_.write("r.xml", text);
    return workspace_.value("junit r.xml -t " + std::string(type));
  }

  Workspace workspace_;
};

constexpr const char* kTests =
    "<testsuites time=\"99\"><testsuite name=\"s\" tests=\"77\" failures=\"77\" time=\"50\">"
    "<testcase name=\"a\" time=\"1.5\"/>"
    "<testcase name=\"b\" time=\"0.25\"><failure message=\"x\">trace</failure></testcase>"
    "<testcase name=\"c\" time=\"0.25\"><error/><failure/></testcase>"
    "<testcase name=\"d\" time=\"0\"><skipped/></testcase>"
    "<testsuite name=\"inner\"><testcase name=\"e\" "
    "time=\"1\"><system-out><![CDATA[<failure/>]]></system-out></testcase>"
    "<testcase name=\"f\" status=\"notrun\"/></testsuite></testsuite></testsuites>";

TEST_F(Junit, CountsTestCases) {
  EXPECT_EQ(value(kTests), 6);
  EXPECT_EQ(value(kTests, "passed"), 2);
  EXPECT_EQ(value(kTests, "failures"), 2);
  EXPECT_EQ(value(kTests, "errors"), 1);
  EXPECT_EQ(value(kTests, "skipped"), 2);
  EXPECT_EQ(value(kTests, "duration"), 3);
  EXPECT_EQ(value(kTests, "pass-rate"), 50);
}

TEST_F(Junit, ZeroIsAValue) {
  EXPECT_EQ(value("<testsuite/>"), 0);
  EXPECT_EQ(value("<testsuite/>", "failures"), 0);
  EXPECT_EQ(workspace_.message("junit r.xml -t pass-rate"), "no test ran, so there is no rate");
  EXPECT_EQ(workspace_.hint("junit r.xml -t pass-rate"), "count `tests` instead");
}

TEST_F(Junit, UsesTheSuitesNumbersWithoutTestCases) {
  const char* text =
      "<testsuites><testsuite tests=\"5\" failures=\"1\" errors=\"1\" skipped=\"2\" time=\"1,234.5\"><testsuite "
      "tests=\"9\"/></testsuite><testsuite tests=\"1\"/></testsuites>";
  EXPECT_EQ(value(text), 6);
  EXPECT_EQ(value(text, "failures"), 2);
  EXPECT_EQ(value(text, "duration"), 1234.5);
  EXPECT_EQ(value("<testsuite time=\"7\"><testcase/></testsuite>", "duration"), 7);
}

TEST_F(Junit, AddsUpReports) {
  workspace_.write("a/1.xml", kTests);
  workspace_.write("a/2.xml", "<testsuite><testcase/></testsuite>");
  EXPECT_EQ(workspace_.value("junit 'a/*.xml'"), 7);
}

TEST_F(Junit, OtherFilesAreErrors) {
  workspace_.write("r.xml", "<coverage/>");
  EXPECT_EQ(workspace_.message("junit r.xml"),
            "`r.xml` is not a JUnit file: its root element is `coverage`, not `testsuites` or `testsuite`");
  EXPECT_EQ(workspace_.hint("junit r.xml"), "for coverage reports there is `coverage`");
  EXPECT_EQ(workspace_.message("junit r.xml -t test"), "`test` is not a value of option `--type` of `junit`");
}

class Json : public ::testing::Test {
 protected:
  Json() {
    workspace_.write("r.json", R"({"a": {"b/c": [1, 2.5, {"~x": -3}], "": 4}, "text": " 12 ms", "bool": true,
        "nil": null, "bytes": "3.5MB", "twice": 1, "twice": 2, "big": 18446744073709551615})");
  }
  double value(std::string_view pointer) { return workspace_.value("json r.json " + std::string(pointer)); }
  std::string message(std::string_view pointer) { return workspace_.message("json r.json " + std::string(pointer)); }
  std::string hint(std::string_view pointer) { return workspace_.hint("json r.json " + std::string(pointer)); }

  Workspace workspace_;
};

TEST_F(Json, FollowsThePointer) {
  EXPECT_EQ(value("/a/b~1c/0"), 1);
  EXPECT_EQ(value("/a/b~1c/1"), 2.5);
  EXPECT_EQ(value("/a/b~1c/2/~0x"), -3);
  EXPECT_EQ(value("/a/"), 4);
  EXPECT_EQ(value("/twice"), 2);
  EXPECT_EQ(value("/big"), 18446744073709551616.0);
  EXPECT_EQ(value("/text"), 12);
}

TEST_F(Json, CountsMembers) {
  EXPECT_EQ(value("/a/b~1c --length"), 3);
  EXPECT_EQ(value("/a --length"), 2);
  EXPECT_EQ(value("/ --length"), 8);
}

TEST_F(Json, SaysWhatIsThereInstead) {
  EXPECT_EQ(message("/a"), "`/a` in `r.json` is an object, not a number");
  EXPECT_EQ(hint("/a"), "`--length` counts its members");
  EXPECT_EQ(message("/a/b~1c"), "`/a/b~1c` in `r.json` is an array, not a number");
  EXPECT_EQ(message("/bool"), "`/bool` in `r.json` is a boolean, not a number");
  EXPECT_EQ(message("/nil"), "`/nil` in `r.json` is null, not a number");
  EXPECT_EQ(message("/bytes"), "`3.5MB` is not a number: `MB` after the number");
  EXPECT_EQ(message("/twice --length"), "`/twice` in `r.json` is neither array nor object, not a number");
  EXPECT_EQ(message("/txt"), "there is no `/txt` in `r.json`");
  EXPECT_EQ(hint("/txt"), "did you mean `text`?");
  EXPECT_EQ(hint("/a/b~1c/7"), "the file has nothing at that place");
  EXPECT_EQ(message("a.b"), "`a.b` is no JSON Pointer: it does not begin with `/`");
  EXPECT_EQ(hint("a.b"), "for example `/a/b`");
}

TEST_F(Json, RefusesBrokenFilesAndSeveral) {
  workspace_.write("x.json", "{\"a\": 1");
  EXPECT_EQ(workspace_.message("json x.json /a"),
            "`x.json` is not valid JSON: line 1, column 8: syntax error while parsing object");
  EXPECT_EQ(workspace_.message("json *.json /a"), "`*.json` matches 2 files");
  EXPECT_EQ(workspace_.message("json r.json"), "`json` lacks an argument");
}

class Count : public ::testing::Test {
 protected:
  Count() {
    workspace_.write("src/a.c", "// TODO one TODO two\nint x; // todo\n");
    workspace_.write("src/gen/b.c", "TODO\n\n\nxx");
    workspace_.write("docs/c.md", "nothing\n");
    workspace_.write("src/d.bin", std::string("TODO\0TODO", 9));
    workspace_.write(".gitignore", "out\n");
    workspace_.write("out/e.c", "TODO\n");
  }
  double value(std::string_view command) { return workspace_.value("count " + std::string(command)); }

  Workspace workspace_;
};

TEST_F(Count, CountsFiles) {
  EXPECT_EQ(value("."), 5);
  EXPECT_EQ(value("src docs"), 4);
  EXPECT_EQ(value("src src/a.c"), 3);
  EXPECT_EQ(value("'**/*.c'"), 3);
  EXPECT_EQ(value("out"), 1);
  EXPECT_EQ(value(". --exclude gen '**/*.md'"), 3);
  EXPECT_EQ(value("src -e 'gen/*'"), 2);
}

TEST_F(Count, CountsMatches) {
  EXPECT_EQ(value("src --regex TODO"), 3);
  EXPECT_EQ(value("src -r TODO -i"), 4);
  EXPECT_EQ(value("src -r TODO --lines"), 2);
  EXPECT_EQ(value("src/a.c -r '^int|two$'"), 2);
  EXPECT_EQ(value("src/a.c -r 'x*'"), 1);
  EXPECT_EQ(value("src/gen/b.c -r '^$' --lines"), 2);
  EXPECT_EQ(value("src/gen/b.c -r '[^a]+' --lines"), 2);
  EXPECT_EQ(value("src/gen/b.c -r x"), 2);
  EXPECT_EQ(value("src/gen/b.c -r 'xx$'"), 1);
}

TEST_F(Count, TakesTheSourcesWithoutAPath) {
  workspace_.sources = {"src/*.c"};
  EXPECT_EQ(value(""), 1);
  EXPECT_EQ(value("-r TODO"), 2);
}

TEST_F(Count, RefusesBrokenPatterns) {
  EXPECT_EQ(workspace_.message("count . -r '(a'"), "`(a` is no regular expression: missing ): (a");
  EXPECT_EQ(workspace_.hint("count . -r '(a'"), "the syntax is that of RE2");
  EXPECT_EQ(workspace_.message("count . --lines"), "option `--lines` of `count` needs `--regex`");
}

TEST_F(Count, MatchesAcrossPiecesOfLargeFiles) {
  std::string text;
  while (text.size() < 9'000'000) text += "some words and TODO in a line\n";
  workspace_.write("big.txt", text);
  EXPECT_EQ(value("big.txt -r TODO"), static_cast<double>(text.size() / 30));
  EXPECT_EQ(value("big.txt -r '^some.*line$' --lines"), static_cast<double>(text.size() / 30));
}

// Quadratic time would end it at CTest's limit.
TEST_F(Count, TakesLinearTime) {
  std::string text;
  while (text.size() < 4'000'000) text += "a\n";
  workspace_.write("big.txt", text);
  EXPECT_EQ(value("big.txt -r 'a[^b]*b|a'"), 2'000'000);
}

TEST(SizeGzip, IsWhatABrowserDownloads) {
  Workspace workspace;
  workspace.write("d/a.js", std::string(100'000, 'a'));
  workspace.write("d/b.js", "");
  const double size = workspace.value("size d --gzip");
  EXPECT_GT(size, 20 + 50);
  EXPECT_LT(size, 300);
  EXPECT_EQ(size, workspace.value("size d/a.js --gzip") + workspace.value("size d/b.js --gzip"));
  EXPECT_EQ(workspace.value("size d/b.js --gzip"), 20);
}

}  // namespace
}  // namespace unentropy
