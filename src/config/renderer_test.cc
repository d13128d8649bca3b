#include "config/renderer.h"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "config/printable.h"
#include "config/test_support.h"

namespace unentropy {
namespace {

Diagnostic at(std::size_t line, std::size_t column, std::string hint = {}) {
  return {Diagnostic::Level::error, {line, column}, "a.b", "what is wrong", std::move(hint)};
}

std::string shown(std::string_view text, std::size_t line, std::size_t column) {
  return render_diagnostic(at(line, column), "f", text);
}

// The quoted line and the caret line, without the margin.
struct Quote {
  std::string line;
  std::string caret;
};

Quote quote(std::string_view text, std::size_t line, std::size_t column) {
  const std::string all = shown(text, line, column);
  const std::size_t first = all.find(" | ");
  const std::size_t end = all.find('\n', first);
  const std::size_t second = all.find(" | ", end);
  return {all.substr(first + 3, end - first - 3), all.substr(second + 3)};
}

TEST(Renderer, ShowsPlaceLineCaretAndHint) {
  EXPECT_EQ(render_diagnostic(at(2, 4, "do this"), "dir/unentropy.json", "{\n  \"a\": 1\n}"),
            "dir/unentropy.json:2:4: error: what is wrong (a.b)\n"
            " 2 |   \"a\": 1\n"
            "   |    ^\n"
            "  hint: do this");
  Diagnostic warning = at(10, 1);
  warning.level = Diagnostic::Level::warning;
  EXPECT_EQ(render_diagnostic(warning, "f", "\n\n\n\n\n\n\n\n\nx"),
            "f:10:1: warning: what is wrong (a.b)\n"
            " 10 | x\n"
            "    | ^");
}

TEST(Renderer, PlacesAtAndBeyondTheEnd) {
  EXPECT_EQ(shown("", 1, 1), "f:1:1: error: what is wrong (a.b)\n 1 | \n   | ^");
  EXPECT_EQ(shown("ab", 1, 3), "f:1:3: error: what is wrong (a.b)\n 1 | ab\n   |   ^");
  EXPECT_EQ(shown("ab", 1, 99), "f:1:99: error: what is wrong (a.b)\n 1 | ab\n   |   ^");
  EXPECT_EQ(shown("ab\n", 2, 1), "f:2:1: error: what is wrong (a.b)\n 2 | \n   | ^");
  EXPECT_EQ(shown("ab\n", 99, 5), "f:99:5: error: what is wrong (a.b)\n 99 | \n    | ^");
}

TEST(Renderer, EveryLineEndCountsAsTheParserCountsIt) {
  EXPECT_EQ(quote("a\r\nbcd\r\n", 2, 2).line, "bcd");
  EXPECT_EQ(quote("a\rbcd\rx", 2, 2).line, "bcd");
  EXPECT_EQ(quote("a\n\r\nbcd", 3, 1).line, "bcd");
  const std::string text = "{\r\"metrics\": {\r\n\n\r \"a\": 5}}";
  const ConfigResult result = parse_config(text, ".");
  ASSERT_EQ(result.diagnostics.size(), 1U);
  EXPECT_EQ(render_diagnostic(result.diagnostics[0], "f", text),
            "f:5:7: error: expected an object, found a number (metrics.a)\n 5 |  \"a\": 5}}\n   |       ^");
}

TEST(Renderer, AByteOrderMarkIsNoColumn) {
  EXPECT_EQ(quote("\xEF\xBB\xBFxyz", 1, 2).line, "xyz");
  EXPECT_EQ(quote("\xEF\xBB\xBFxyz", 1, 2).caret, " ^");
}

TEST(Renderer, CaretStandsUnderWideAndCombinedCharacters) {
  EXPECT_EQ(quote("äö!", 1, 3).caret, "  ^");
  EXPECT_EQ(quote("日本!", 1, 3).caret, "    ^");
  EXPECT_EQ(quote("😀!", 1, 2).caret, "  ^");
  EXPECT_EQ(quote("e\xCC\x81!", 1, 3).caret, " ^");
}

TEST(Renderer, ControlCharactersAreHarmless) {
  const Quote q = quote("a\tb\x1B[31mc\x7F\xC2\x9B\xE2\x80\xAE!", 1, 12);
  EXPECT_EQ(q.line, "a b�[31mc���!");
  EXPECT_EQ(q.caret, "           ^");
  EXPECT_EQ(quote("a\xFF\xC3!", 1, 4).line, "a��!");
  EXPECT_EQ(quote("a\xFF\xC3!", 1, 4).caret, "   ^");
}

TEST(Renderer, LongLinesAreCutRoundTheCaret) {
  std::string text(5000, 'x');
  text[2000] = 'Y';
  const Quote middle = quote(text, 1, 2001);
  EXPECT_EQ(middle.line, "…" + std::string(70, 'x') + "Y" + std::string(49, 'x') + "…");
  EXPECT_EQ(middle.caret, std::string(71, ' ') + "^");
  EXPECT_EQ(quote(text, 1, 1).line, std::string(120, 'x') + "…");
  EXPECT_EQ(quote(text, 1, 1).caret, "^");
  EXPECT_EQ(quote(text, 1, 5001).line, "…" + std::string(70, 'x'));
  EXPECT_EQ(quote(text, 1, 5001).caret, std::string(71, ' ') + "^");
  EXPECT_EQ(quote(std::string(120, 'x'), 1, 120).line, std::string(120, 'x'));
  EXPECT_EQ(quote(std::string(120, 'x'), 1, 120).caret, std::string(119, ' ') + "^");
}

TEST(Renderer, LongLinesOfWideCharactersAreCutByTheirWidth) {
  std::string text;
  for (int i = 0; i < 500; ++i) text += "日";
  const Quote q = quote(text, 1, 250);
  EXPECT_EQ(q.caret, std::string(71, ' ') + "^");
  EXPECT_EQ(q.line.substr(0, 6), "…日");
}

TEST(Renderer, CaretStaysRightBesideRedactedValues) {
  const std::string text = R"({"token": "a very long secret that is not shown", "x": 1})";
  const std::size_t column = text.find("\"x\"") + 1;
  EXPECT_EQ(quote(text, 1, column).line, R"({"token": "***", "x": 1})");
  EXPECT_EQ(quote(text, 1, column).caret, std::string(17, ' ') + "^");
  EXPECT_EQ(quote(text, 1, 20).caret, std::string(11, ' ') + "^");
}

TEST(Renderer, ASecretThatFillsTheWindowIsHiddenFromItsMiddleToo) {
  const std::string text = R"({"token": ")" + std::string(3000, 's') + R"(", "x": 1})";
  for (const std::size_t column : {12U, 1500U, 3011U})
    EXPECT_EQ(quote(text, 1, column).line.find("ss"), std::string::npos);
}

TEST(Renderer, TextInAnotherEncodingIsNotShown) {
  const std::string text("{\0\"\0t\0o\0k\0e\0n\0\"\0", 16);
  EXPECT_EQ(shown(text, 1, 2), "f:1:2: error: what is wrong (a.b)");
}

TEST(Renderer, TheNameOfTheFileIsHarmless) {
  EXPECT_EQ(render_diagnostic(at(1, 1), "a\x1B[2Jb\n", "x"), "a�[2Jb :1:1: error: what is wrong (a.b)\n 1 | x\n   | ^");
}

TEST(Renderer, OrderOfDiagnosticsDoesNotMatter) {
  const std::string text = "{\n \"aä\": [1,\n 2]\n}\n";
  DiagnosticRenderer renderer("f", text);
  for (const auto& [line, column] : std::vector<std::pair<std::size_t, std::size_t>>{
           {2, 5}, {2, 9}, {2, 2}, {4, 1}, {1, 1}, {3, 2}, {9, 1}, {3, 1}, {2, 8}}) {
    EXPECT_EQ(renderer.render(at(line, column)), shown(text, line, column)) << line << ":" << column;
  }
}

TEST(Printable, LinesAreCutAndHarmless) {
  EXPECT_EQ(printable_line("a\nb\tc\x01", 60), "a b c�");
  EXPECT_EQ(printable_line("abcdef", 3), "abc…");
  EXPECT_EQ(printable_line("abc", 3), "abc");
  EXPECT_EQ(value_in_ticks("a`b"), "`a'b`");
}

}  // namespace
}  // namespace unentropy
