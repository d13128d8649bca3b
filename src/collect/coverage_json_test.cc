#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collect/testing/workspace.h"

namespace unentropy {
namespace {

using ::testing::ElementsAre;
using testing::Workspace;

class Istanbul : public ::testing::Test {
 protected:
  double value(std::string_view text, std::string_view options = "") {
    workspace_.write("r.json", text);
    return workspace_.value("coverage-istanbul r.json " + std::string(options));
  }
  std::string message(std::string_view text) {
    workspace_.write("r.json", text);
    return workspace_.message("coverage-istanbul r.json");
  }

  static std::string place(int line, int column) {
    return "{\"start\":{\"line\":" + std::to_string(line) + ",\"column\":" + std::to_string(column) +
           "},\"end\":{\"line\":" + std::to_string(line) + ",\"column\":null}}";
  }
  // Four statements on three lines, two functions, a branch of two ways and one of three.
  static std::string file(const std::string& path, const std::string& s, const std::string& f, const std::string& b) {
    return "\"" + path + "\":{\"path\":\"" + path + "\",\"statementMap\":{\"0\":" + place(1, 0) +
           ",\"1\":" + place(2, 0) + ",\"2\":" + place(2, 9) + ",\"3\":" + place(4, 0) +
           "},\"fnMap\":{\"0\":{\"name\":\"f\",\"decl\":" + place(1, 0) +
           "},\"1\":{\"name\":\"g\",\"decl\":" + place(4, 0) + "}},\"branchMap\":{\"0\":{\"loc\":" + place(2, 0) +
           ",\"type\":\"if\",\"locations\":[]},\"1\":{\"loc\":" + place(4, 0) + "}},\"s\":" + s + ",\"f\":" + f +
           ",\"b\":" + b + ",\"inputSourceMap\":{\"sources\":[\"x\"],\"b\":{\"0\":[1]}}}";
  }

  Workspace workspace_;
};

TEST_F(Istanbul, CountsTheFinalReport) {
  const std::string text =
      "{" + file("/x/a.js", R"({"0":1,"1":0,"2":3,"3":0})", R"({"0":1,"1":0})", R"({"0":[1,0],"1":[0,0,2]})") + "}";
  EXPECT_EQ(value(text), 2.0 / 3 * 100);
  EXPECT_EQ(value(text, "-t statement"), 50);
  EXPECT_EQ(value(text, "-t function"), 50);
  EXPECT_EQ(value(text, "-t branch"), 40);
}

TEST_F(Istanbul, MergesFinalReports) {
  workspace_.write(
      "a.json",
      "{" + file("/x/a.js", R"({"0":1,"1":0,"2":0,"3":0})", R"({"0":1,"1":0})", R"({"0":[1,0],"1":[0,0,0]})") + "}");
  workspace_.write(
      "b.json",
      "{" + file("/x/a.js", R"({"0":0,"1":0,"2":0,"3":1})", R"({"0":1,"1":0})", R"({"0":[0,1],"1":[0,0,1]})") + "}");
  EXPECT_EQ(workspace_.value("coverage-istanbul a.json b.json -t statement"), 50);
  EXPECT_EQ(workspace_.value("coverage-istanbul a.json b.json -t branch"), 60);
  EXPECT_EQ(workspace_.value("coverage-istanbul a.json b.json -t function"), 50);
}

TEST_F(Istanbul, CountsTheSummary) {
  const auto entry = [](const std::string& name, int total, int covered) {
    const std::string figures = R"({"total":)" + std::to_string(total) + R"(,"covered":)" + std::to_string(covered) +
                                R"(,"skipped":0,"pct":1})";
    return "\"" + name + R"(":{"lines":)" + figures + R"(,"functions":)" + figures + R"(,"statements":)" + figures +
           R"(,"branches":)" + figures + "}";
  };
  const std::string text =
      "{" + entry("total", 10, 4) + "," + entry("/x/a.js", 6, 4) + "," + entry("/x/b.js", 4, 0) + "}";
  for (const char* type : {"line", "branch", "function", "statement"}) {
    EXPECT_EQ(value(text, std::string("-t ") + type), 40) << type;
  }
  EXPECT_EQ(value("{" + entry("total", 10, 4) + "}"), 40);
  workspace_.write("x/a.js", "");
  workspace_.sources = {"x/a.js"};
  EXPECT_EQ(value(text), 4.0 / 6 * 100);
}

TEST_F(Istanbul, GarbageIsAnError) {
  EXPECT_EQ(message(R"({"a": {"b": 1}})"),
            "`r.json` is not an Istanbul report: no entry has `statementMap` or `lines`");
  EXPECT_EQ(message("[1]"), "`r.json` is not an Istanbul report: no entry has `statementMap` or `lines`");
  EXPECT_EQ(message(R"({"a": )"), "`r.json` is not valid JSON: line 1, column 7: syntax error while parsing value");
  EXPECT_EQ(workspace_.hint("coverage-istanbul r.json"), "it may have been cut off while it was written");
  EXPECT_EQ(message("{}"), "`r.json` has no line coverage");
  EXPECT_EQ(message(std::string(300, '[')),
            "`r.json` is not an Istanbul report: no entry has `statementMap` or `lines`");
  EXPECT_EQ(message(R"({"a":)" + std::string(300, '[')), "`r.json` is nested deeper than 200 levels");
}

class Go : public ::testing::Test {
 protected:
  double value(std::string_view text, std::string_view options = "") {
    workspace_.write("c.out", text);
    return workspace_.value("coverage-go c.out " + std::string(options));
  }
  std::string message(std::string_view text) {
    workspace_.write("c.out", text);
    return workspace_.message("coverage-go c.out");
  }

  Workspace workspace_;
};

constexpr const char* kProfile =
    "mode: count\n"
    "example.org/m/a.go:3.20,5.2 2 7\n"
    "example.org/m/a.go:5.2,9.3 3 0\n"
    "example.org/m/b.go:1.1,1.9 5 1\n";

TEST_F(Go, CountsStatementsAsTheGoToolDoes) { EXPECT_EQ(value(kProfile), 70); }

TEST_F(Go, CountsLinesOfBlocks) { EXPECT_EQ(value(kProfile, "-t line"), 4.0 / 8 * 100); }

TEST_F(Go, MergesBlocks) {
  workspace_.write("1.out", "mode: set\nm/a.go:1.1,2.2 4 0\nm/a.go:3.1,4.2 4 1\n");
  workspace_.write("2.out",
                   "mode: set\r\nm/a.go:1.1,2.2 4 1\r\n\r\nmode: set\r\nm/a.go:3.1,4.2 4 0\r\nm/a.go:5.1,6.2 2 0\r\n");
  EXPECT_EQ(workspace_.value("coverage-go 1.out 2.out"), 80);
  EXPECT_EQ(workspace_.value("coverage-go 1.out 2.out -t line"), 4.0 / 6 * 100);
}

TEST_F(Go, SourcesAreFoundBehindTheNameOfTheModule) {
  workspace_.write("cmd/a.go", "");
  workspace_.sources = {"cmd/**"};
  EXPECT_EQ(value("mode: set\nexample.org/m/cmd/a.go:1.1,2.2 4 1\nexample.org/m/x/b.go:1.1,2.2 4 0\n"), 100);
}

TEST_F(Go, GarbageIsAnError) {
  EXPECT_EQ(message("hello\n"), "`c.out` is not a Go cover profile: line 1 is not `mode: …`");
  EXPECT_EQ(message(""), "`c.out` is not a Go cover profile: it is empty");
  for (const char* line :
       {"x", "a.go:1.1,2.2 4", "a.go:1.1 4 1", "a.go:5.1,2.2 4 1", ":1.1,2.2 4 1", "a.go:x,2.2 4 1"}) {
    EXPECT_EQ(message(std::string("mode: set\n") + line),
              "`c.out` is not a Go cover profile: line 2 is of another form")
        << line;
  }
  EXPECT_EQ(message("mode: set\n"), "`c.out` has no statement coverage");
}

TEST_F(Go, HugeBlocksTakeNoTimeOrMemory) {
  std::string text = "mode: set\n";
  for (int i = 0; i < 1000; ++i) text += "a" + std::to_string(i) + ".go:1.1,4000000000.1 1 1\n";
  EXPECT_EQ(value(text, "-t line"), 100);
}

}  // namespace
}  // namespace unentropy
