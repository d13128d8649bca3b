#include <algorithm>
#include <cctype>
#include <fstream>
#include <set>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collect/languages.h"
#include "collect/testing/workspace.h"

namespace unentropy {
namespace {

using ::testing::ElementsAre;
using testing::Workspace;

class Loc : public ::testing::Test {
 protected:
  // Code, comment and blank lines of all languages.
  std::vector<double> counts(std::string_view command) const {
    const CollectorResult result = workspace_.run(command);
    std::vector<double> sums(3);
    for (const auto& row : result.details.front().rows) {
      for (std::size_t i = 0; i < 3; ++i) sums[i] += std::get<double>(row[2 + i]);
    }
    EXPECT_EQ(result.value, sums[0]);
    return sums;
  }
  std::vector<double> counts_of(std::string_view text, const std::string& name = "x.c") const {
    workspace_.write(name, text);
    return counts("loc " + name);
  }

  Workspace workspace_;
};

TEST_F(Loc, LinesEndWithAnyTerminator) {
  EXPECT_THAT(counts_of(""), ElementsAre(0, 0, 0));
  EXPECT_THAT(counts_of("a"), ElementsAre(1, 0, 0));
  EXPECT_THAT(counts_of("a\n"), ElementsAre(1, 0, 0));
  EXPECT_THAT(counts_of("a\n\n"), ElementsAre(1, 0, 1));
  EXPECT_THAT(counts_of("a\r\n// b\r\n\r\nc\r\n"), ElementsAre(2, 1, 1));
  EXPECT_THAT(counts_of("a\r// b\r\rc\r"), ElementsAre(2, 1, 1));
  EXPECT_THAT(counts_of("a\n  "), ElementsAre(1, 0, 1));
  EXPECT_THAT(counts_of("a\n\r\n\rb"), ElementsAre(2, 0, 2));
  EXPECT_THAT(counts_of("/* a\r\rb */\r"), ElementsAre(0, 2, 1));
  EXPECT_THAT(counts_of("\f\n\v \t\n"), ElementsAre(0, 0, 2));
  EXPECT_THAT(counts_of("a\r\nb\r\n", "x.txt"), ElementsAre(2, 0, 0));
  EXPECT_THAT(counts_of("a: 1\r# c\r\r\nb: 2", "x.yml"), ElementsAre(2, 1, 1));
}

TEST_F(Loc, ByteOrderMarksAreNoContent) {
  EXPECT_THAT(counts_of("\xEF\xBB\xBF"), ElementsAre(0, 0, 0));
  EXPECT_THAT(counts_of("\xEF\xBB\xBF// a\n"), ElementsAre(0, 1, 0));
  EXPECT_THAT(counts_of("\xEF\xBB\xBF\nint x;\n"), ElementsAre(1, 0, 1));
}

TEST_F(Loc, DecodesUtf16) {
  const std::string_view ascii = "// a\r\nint x;\n\n";
  std::string little("\xFF\xFE", 2);
  std::string big("\xFE\xFF", 2);
  for (const char c : ascii) {
    little += std::string{c, '\0'};
    big += std::string{'\0', c};
  }
  EXPECT_THAT(counts_of(little), ElementsAre(1, 1, 1));
  EXPECT_THAT(counts_of(big), ElementsAre(1, 1, 1));
  EXPECT_THAT(counts_of(little + "\x2A"), ElementsAre(1, 1, 1));  // half a unit
  std::string large("\xFF\xFE", 2);
  for (int i = 0; i < 200'000; ++i) large += std::string("x\0\xAC\x20\n\0", 6);
  EXPECT_THAT(counts_of(large), ElementsAre(200'000, 0, 0));
}

TEST_F(Loc, SkipsBinaryFiles) {
  workspace_.write("a.c", "int x;\n");
  workspace_.write("b.c", std::string("int\0x;\n", 7));
  workspace_.write("c.c", std::string(7999, ' ') + std::string("\0\n", 2));
  workspace_.write("d.c", std::string(8000, 'x') + std::string("\0\n", 2));
  EXPECT_EQ(workspace_.value("loc ."), 2);
  EXPECT_EQ(workspace_.value("loc b.c"), 0);
}

TEST_F(Loc, InvalidUtf8IsNoError) { EXPECT_THAT(counts_of("int \xFF\xC3;\n// \x80\n"), ElementsAre(1, 1, 0)); }

TEST_F(Loc, F071_LeavesOutWhatIsNotSource) {
  workspace_.write(".git/config", "x\n");
  workspace_.write("node_modules/a.js", "x\n");
  workspace_.write(".gitignore", "out\n");
  workspace_.write("out/a.c", "x\n");
  workspace_.write(".hidden/a.c", "x\n");
  workspace_.write("a.c", "x\n");
  fs::create_symlink("a.c", workspace_ / "b.c");
  ASSERT_EQ(::mkfifo((workspace_ / "fifo.c").c_str(), 0600), 0);
  EXPECT_EQ(workspace_.value("loc ."), 3);  // with .gitignore
  EXPECT_EQ(workspace_.value("loc out"), 1);
  EXPECT_EQ(workspace_.value("loc node_modules"), 1);
}

TEST_F(Loc, F072_LanguagesHaveManyNamesAndNoCase) {
  workspace_.write("a.ts", "x\n");
  workspace_.write("b.tsx", "x\n");
  workspace_.write("c.js", "x\n");
  workspace_.write("d.py", "x\n");
  workspace_.write("e.scss", "x\n");
  workspace_.write("run", "#!/usr/bin/env python3\nx\n");
  for (const char* name : {"TypeScript", "typescript", "ts", "TSX"}) {
    EXPECT_EQ(workspace_.value(std::string("loc . -l ") + name), 2) << name;
  }
  EXPECT_EQ(workspace_.value("loc . --language ts,JavaScript"), 3);
  EXPECT_EQ(workspace_.value("loc . -l py"), 3);
  EXPECT_EQ(workspace_.value("loc . -l css"), 1);
  EXPECT_EQ(workspace_.value("loc . -l golang"), 0);
  EXPECT_EQ(workspace_.message("loc . -l Typescrpt"), "unknown language `Typescrpt`");
  EXPECT_EQ(workspace_.hint("loc . -l Typescrpt"), "did you mean `TypeScript`?");
  EXPECT_EQ(workspace_.hint("loc . -l ts,xyzzyplugh"), "take a name or an extension, for example `TypeScript` or `ts`");
}

TEST_F(Loc, F073_BlankIsBlankHoweverMany) { EXPECT_THAT(counts_of("a\n\n\n\n\n\nb\n"), ElementsAre(2, 0, 5)); }

TEST_F(Loc, F074_MarkersInStringsStartNothing) {
  EXPECT_THAT(counts_of("s = \"/*\";\nint x;\nint y;\n"), ElementsAre(3, 0, 0));
  EXPECT_THAT(counts_of("const g = 'a/**/b';\nconst r = /[/*]/;\nx\n", "a.js"), ElementsAre(3, 0, 0));
}

TEST_F(Loc, F075_BlocksNestWhereTheyDoAndMayStayOpen) {
  EXPECT_THAT(counts_of("/* /* */ x\n*/\n"), ElementsAre(2, 0, 0));
  EXPECT_THAT(counts_of("/* /* */ x\n*/\n", "x.rs"), ElementsAre(0, 2, 0));
  EXPECT_THAT(counts_of("int x; /* open\nint y;\n\n"), ElementsAre(1, 1, 1));
}

TEST_F(Loc, F076_YmlIsYaml) {
  EXPECT_THAT(counts_of("# c\na: 1\n", "x.yml"), ElementsAre(1, 1, 0));
  EXPECT_EQ(workspace_.value("loc . -l yaml"), 1);
}

TEST_F(Loc, KnowsFilesByNameExtensionAndFirstLine) {
  for (const char* name : {"Dockerfile", "Dockerfile.dev", "Makefile", "CMakeLists.txt", "A.PY", "x.Sh"}) {
    EXPECT_THAT(counts_of("# c\nx\n", name), ElementsAre(1, 1, 0)) << name;
  }
  EXPECT_THAT(counts_of("#!/bin/bash\n# c\nx\n", "script"), ElementsAre(2, 1, 0));
  EXPECT_THAT(counts_of("#!/usr/bin/env -S FOO=1 node --x\n// c\nx\n", "tool"), ElementsAre(2, 1, 0));
  EXPECT_THAT(counts_of("#!/opt/python3.11\n# c\nx\n", "tool.run"), ElementsAre(2, 1, 0));
  EXPECT_THAT(counts_of("#!/nothing\n# c\nx\n", "other"), ElementsAre(3, 0, 0));
  EXPECT_THAT(counts_of("<?xml version='1.0'?>\n<!-- c -->\n<TS/>\n", "app_de.ts"), ElementsAre(2, 1, 0));
}

TEST_F(Loc, TheInterpreterLineIsCodeInTheFirstLineOnly) {
  EXPECT_THAT(counts_of("#!/bin/sh\n#! c\nx\n", "a.sh"), ElementsAre(2, 1, 0));
  EXPECT_THAT(counts_of("\n#!/bin/sh\n", "a.sh"), ElementsAre(0, 1, 1));
  EXPECT_THAT(counts_of("#!/usr/bin/awk '\n# c\n\"x\"\n", "a.awk"), ElementsAre(2, 1, 0));  // the quote opens nothing
  EXPECT_THAT(counts_of("\xEF\xBB\xBF#!/usr/bin/env node\n// c\n", "a.js"), ElementsAre(1, 1, 0));
  EXPECT_THAT(counts_of("#![allow(x)] /*\n*/\n", "a.rs"), ElementsAre(1, 1, 0));
  EXPECT_THAT(counts_of("#!", "a.sh"), ElementsAre(1, 0, 0));
}

TEST_F(Loc, ExcludesNamesAndGlobs) {
  for (const char* name : {"src/a.c", "src/gen/b.c", "lib/Gen/c.c", "lib/gen", "d.min.js", "lib/e.min.js"}) {
    workspace_.write(name, "x\n");
  }
  EXPECT_EQ(workspace_.value("loc ."), 6);
  EXPECT_EQ(workspace_.value("loc . --exclude gen"), 3);
  EXPECT_EQ(workspace_.value("loc . --exclude GEN A.C"), 2);
  EXPECT_EQ(workspace_.value("loc . -e src/gen"), 5);
  EXPECT_EQ(workspace_.value("loc . -e './src/gen/'"), 5);
  EXPECT_EQ(workspace_.value("loc . -e '*.min.js'"), 5);
  EXPECT_EQ(workspace_.value("loc . -e '**/*.min.js'"), 4);
  EXPECT_EQ(workspace_.value("loc src -e 'gen/*'"), 1);
}

TEST_F(Loc, TakesAFile) { EXPECT_THAT(counts_of("x\n", "a.c"), ElementsAre(1, 0, 0)); }

TEST_F(Loc, TakesTheSourcesWithoutAPath) {
  workspace_.write(".gitignore", "build\nlib/ignored.c\n");
  for (const char* name : {"lib/a.c", "lib/ignored.c", "build/gen/b.c", "build/c.c", "other.c"}) {
    workspace_.write(name, "x\n");
  }
  workspace_.sources = {"lib/**", "build/gen/**"};
  EXPECT_EQ(workspace_.value("loc"), 2);
  EXPECT_EQ(workspace_.value("loc -l py"), 0);
  EXPECT_EQ(workspace_.value("loc ."), 4);  // with .gitignore; `sources` says nothing about a path
  workspace_.sources.clear();
  EXPECT_EQ(workspace_.message("loc"), "there is neither a path nor a list of `sources` in the configuration");
}

TEST_F(Loc, F080_TheLastPatternOfSourcesDecides) {
  for (const char* name : {"lib/a.c", "lib/gen/x.c", "lib/gen/keep.c", "lib/.cfg.c"}) workspace_.write(name, "x\n");
  workspace_.sources = {"lib/**", "!lib/gen/**", "lib/gen/keep.c"};
  EXPECT_EQ(workspace_.value("loc"), 2);
  workspace_.sources = {"!lib/gen/**", "lib/**"};
  EXPECT_EQ(workspace_.value("loc"), 3);
}

TEST_F(Loc, PrintsDetails) {
  workspace_.write("src/a.c", "int x;\n// c\n\n");
  workspace_.write("src/deep/b.c", "int x;\nint y;\n");
  workspace_.write("run.py", "x\n");
  const CollectorResult plain = workspace_.run("loc .");
  EXPECT_FALSE(plain.show_details);
  const CollectorResult result = workspace_.run("loc . --details");
  EXPECT_TRUE(result.show_details);
  ASSERT_EQ(result.details.size(), 2U);
  EXPECT_EQ(render_table(result.details[0]),
            "language  files  code  comment  blank\n"
            "C             2     3        1      1\n"
            "Python        1     1        0      0\n");
  EXPECT_EQ(render_table(result.details[1]),
            "directory  files  code  comment  blank\n"
            "src            2     3        1      1\n"
            ".              1     1        0      0\n");
}

TEST_F(Loc, AFileThatCannotBeReadIsAnError) {
  workspace_.write("a.c", "x\n");
  fs::permissions(workspace_ / "a.c", fs::perms::none);
  if (::geteuid() == 0) {
    EXPECT_EQ(workspace_.value("loc ."), 1);  // root reads everything
  } else {
    EXPECT_EQ(workspace_.message("loc ."), "cannot read `" + (workspace_ / "a.c").string() + "`: Permission denied");
  }
}

TEST_F(Loc, LinesLongerThanAnyBufferCountOnce) {
  EXPECT_THAT(counts_of(std::string(5'000'000, 'x') + "\n// c\n"), ElementsAre(1, 1, 0));
  EXPECT_THAT(counts_of("/*" + std::string(5'000'000, '*') + "*/\nx\n"), ElementsAre(1, 1, 0));
  EXPECT_THAT(counts_of("s = \"" + std::string(5'000'000, '/') + "\"; x\n// c\n"), ElementsAre(1, 1, 0));
}

TEST_F(Loc, StateIsCarriedFromPieceToPiece) {
  std::string text = "x = `\n";
  for (int i = 0; i < 300'000; ++i) text += "// text\n";
  text += "`; /*\n";
  for (int i = 0; i < 300'000; ++i) text += "code?\n";
  text += "*/\n";
  EXPECT_THAT(counts_of(text, "x.js"), ElementsAre(300'002, 300'001, 0));
}

TEST_F(Loc, TheSameTreeCountedTwiceInOneRunGivesTheSame) {
  for (int i = 0; i < 300; ++i)
    workspace_.write("d" + std::to_string(i % 7) + "/f" + std::to_string(i) + ".c", "x\n//\n");
  CollectContext context = workspace_.context();
  context.cache = make_run_cache();
  EXPECT_EQ(run_collector({"loc", "."}, context).value, 300);
  EXPECT_EQ(run_collector({"loc", "."}, context).value, 300);
  EXPECT_EQ(run_collector({"loc", ".", "-l", "c"}, context).value, 300);
  EXPECT_EQ(run_collector({"loc", "d3", "-l", "py"}, context).value, 0);
  EXPECT_EQ(run_collector({"loc", "d0"}, context).value, 43);
}

// Hostile texts must not take quadratic time, which would end this at CTest's limit.
TEST_F(Loc, TakesLinearTime) {
  const std::vector<std::pair<const char*, const char*>> bad = {
      {"/[", "js"},      {"`${", "js"},    {"a/", "js"},    {")/", "js"},   {"<<A ", "sh"},   {"<script ", "html"},
      {"<style", "vue"}, {"\"#{", "rb"},   {"%q(", "rb"},   {"s{", "pl"},   {"[==[=", "lua"}, {"{a", "ml"},
      {"'''", "py"},     {"\"\"\"", "py"}, {"#", "rs"},     {"r#\"", "rs"}, {"/*", "rs"},     {"(*", "ml"},
      {"    q", "pl"},   {"<?", "php"},    {"<<<'", "php"}, {"$(", "sh"},   {"\"$(", "sh"},   {"--", "hs"},
      {"- ", "yaml"},    {"[", "yaml"},    {": '", "yaml"}, {"((", "sh"},   {"@\"{", "cs"},   {"\\", "c"},
      {"  /", "js"},     {"/ ", "rb"},     {"//\\\n", "c"}, {"''", "nix"},  {"~s", "ex"},     {"\"(", "R"}};
  for (const auto& [unit, extension] : bad) {
    std::string text;
    while (text.size() < 3'000'000) text += unit;
    const std::vector<double> counts = counts_of(text, std::string("hostile.") + extension);
    EXPECT_EQ(counts[0] + counts[1] + counts[2],
              static_cast<double>(std::max<std::ptrdiff_t>(1, std::count(text.begin(), text.end(), '\n'))))
        << unit << " in " << extension;
  }
}

// The corpus of hard cases: each line begins with `n ` if it is code, `c ` if it is a comment, spaces if blank.
class LocCorpus : public ::testing::TestWithParam<std::string> {};

struct MarkedText {
  std::string text;
  std::vector<double> counts{0, 0, 0};
};

MarkedText read_marked(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  MarkedText result;
  for (std::string line; std::getline(file, line);) {
    ++result.counts[line.starts_with('n') ? 0 : line.starts_with('c') ? 1 : 2];
    result.text += line.substr(std::min<std::size_t>(2, line.size())) + "\n";
  }
  return result;
}

const fs::path kCorpus = fs::path(UNENTROPY_SOURCE_DIR) / "tests/fixtures/collect/loc";

TEST_P(LocCorpus, IsCountedExactly) {
  const MarkedText marked = read_marked(kCorpus / (GetParam() + ".lines"));
  const Workspace workspace;
  std::vector<double> counts(3);
  for (const std::string& ends : {std::string("\n"), std::string("\r\n")}) {
    std::string text = marked.text;
    if (ends != "\n") {
      for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 2) text.replace(at, 1, ends);
    }
    workspace.write(GetParam(), text);
    const CollectorResult result = workspace.run("loc '" + GetParam() + "'");
    ASSERT_EQ(result.details.front().rows.size(), 1U);
    for (std::size_t i = 0; i < 3; ++i) counts[i] = std::get<double>(result.details.front().rows.front()[2 + i]);
    EXPECT_EQ(counts, marked.counts);
  }
}

std::vector<std::string> corpus_names() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(kCorpus)) names.push_back(entry.path().stem().string());
  std::sort(names.begin(), names.end());
  return names;
}

INSTANTIATE_TEST_SUITE_P(Files, LocCorpus, ::testing::ValuesIn(corpus_names()), [](const auto& name) {
  std::string result = name.param;
  for (char& c : result) c = std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  return result;
});

TEST(Languages, AreAtLeastSixty) {
  std::set<std::string_view> names;
  for (const Language& language : languages()) names.insert(language.name);
  EXPECT_GE(names.size(), 60U);
}

TEST(Languages, AreInTheReferencePage) {
  std::ifstream file(fs::path(UNENTROPY_SOURCE_DIR) / "docs/reference/collectors.md");
  const std::string page{std::istreambuf_iterator<char>(file), {}};
  for (const Language& language : languages()) {
    if (&language == &unknown_language()) continue;
    const std::size_t at = page.find("\n| " + std::string(language.name) + " | ");
    ASSERT_NE(at, std::string::npos) << language.name;
    const std::string row = page.substr(at + 1, page.find('\n', at + 1) - at - 1);
    for (const std::string_view list : {language.extensions, language.file_names}) {
      EXPECT_NE(row.find(std::string(list)), std::string::npos) << row << " lacks " << list;
    }
  }
}

TEST(Languages, ShareNoExtensionNameOrInterpreter) {
  for (const auto list : {&Language::extensions, &Language::file_names, &Language::interpreters}) {
    std::set<std::string> seen;
    for (const Language& language : languages()) {
      std::istringstream words{std::string(language.*list)};
      for (std::string word; words >> word;) {
        EXPECT_TRUE(seen.insert(word).second) << word << " of " << language.name;
        EXPECT_TRUE(list != &Language::extensions || word.size() <= 16U) << word;
      }
    }
  }
}

}  // namespace
}  // namespace unentropy
