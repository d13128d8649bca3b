#include "collect/number.h"

#include <clocale>
#include <cmath>

#include <gtest/gtest.h>

#include "base/error.h"

namespace unentropy {
namespace {

struct Good {
  const char* line;
  double value;
  const char* ignored = "";
};

class GoodNumber : public ::testing::TestWithParam<Good> {};

TEST_P(GoodNumber, IsRead) {
  const ParsedNumber number = parse_number_line(GetParam().line);
  EXPECT_EQ(number.value, GetParam().value);
  EXPECT_EQ(number.ignored, GetParam().ignored);
}

INSTANTIATE_TEST_SUITE_P(Table, GoodNumber,
                         ::testing::Values(Good{"17", 17}, Good{"-0.75", -0.75}, Good{"6e2", 600}, Good{"+3", 3},
                                           Good{"6E+2", 600}, Good{"5e-1", 0.5}, Good{".25", 0.25}, Good{"7.", 7},
                                           Good{"12.5 %", 12.5}, Good{"12.5%", 12.5}, Good{"-.5", -0.5},
                                           Good{"42 src/x.c", 42, "src/x.c"}, Good{"42\tsrc/x.c", 42, "src/x.c"},
                                           Good{"12 % of all", 12, "of all"}, Good{"17 250.txt", 17, "250.txt"},
                                           Good{"17 25", 17, "25"}, Good{"17 2500", 17, "2500"}, Good{"0", 0},
                                           Good{"007", 7}, Good{"1e-999", 0}, Good{"0e999", 0},
                                           Good{"9007199254740993", 9007199254740992.0}));

TEST(Number, HasNoNegativeZero) {
  EXPECT_FALSE(std::signbit(parse_number_line("-0").value));
  EXPECT_FALSE(std::signbit(parse_number_line("-0.0").value));
  EXPECT_FALSE(std::signbit(parse_number_line("-1e-999").value));
}

struct Bad {
  const char* line;
  const char* message;
  const char* hint;
};

class BadNumber : public ::testing::TestWithParam<Bad> {};

TEST_P(BadNumber, IsAnErrorThatShowsTheLine) {
  try {
    const ParsedNumber number = parse_number_line(GetParam().line);
    FAIL() << "read as " << number.value;
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    EXPECT_EQ(error.message(), GetParam().message);
    EXPECT_EQ(error.hint(), GetParam().hint);
  }
}

constexpr const char* kNoSeparators = "print the number without separators";
constexpr const char* kPoint = "print the number with `.` and without separators";
constexpr const char* kBare = "print a bare number in the metric's unit";
constexpr const char* kDecimal = "print the number in decimal";
constexpr const char* kFinite = "a value must be finite";
constexpr const char* kLabel = "a version, time or date is no number; use a metric of type `label`";
constexpr const char* kFirst = "print the number first, on the first line that is not blank";

INSTANTIATE_TEST_SUITE_P(
    F043_ThePrefixIsNotTheValue, BadNumber,
    ::testing::Values(Bad{"3,5", "`3,5` is not a number: decimal comma or thousands separator", kPoint},
                      Bad{"1,250", "`1,250` is not a number: decimal comma or thousands separator", kPoint},
                      Bad{"1_500", "`1_500` is not a number: thousands separator", kNoSeparators},
                      Bad{"1'500", "`1'500` is not a number: thousands separator", kNoSeparators},
                      Bad{"1 250", "`1 250` is not a number: a space as thousands separator", kNoSeparators},
                      Bad{"1 250 300", "`1 250 300` is not a number: a space as thousands separator", kNoSeparators},
                      Bad{"1 250.5", "`1 250.5` is not a number: a space as thousands separator", kNoSeparators},
                      Bad{"7ms", "`7ms` is not a number: `ms` after the number", kBare},
                      Bad{"3.5MB", "`3.5MB` is not a number: `MB` after the number", kBare},
                      Bad{"0b11", "`0b11` is not a number: not decimal", kDecimal},
                      Bad{"0x1F", "`0x1F` is not a number: not decimal", kDecimal},
                      Bad{"2.0.1", "`2.0.1` is not a number: `.1` after the number", kLabel},
                      Bad{"12:30", "`12:30` is not a number: `:30` after the number", kLabel},
                      Bad{"2024-01-02", "`2024-01-02` is not a number: `-01-02` after the number", kLabel},
                      Bad{"coverage: 12", "`coverage: 12` is not a number: it does not begin with a digit", kFirst},
                      Bad{"-", "`-` is not a number: it does not begin with a digit", kFirst},
                      Bad{".", "`.` is not a number: it does not begin with a digit", kFirst},
                      Bad{"--5", "`--5` is not a number: it does not begin with a digit", kFirst},
                      Bad{"1e", "`1e` is not a number: `e` after the number", kBare},
                      Bad{"\xD9\xA1\xD9\xA2", "`\xD9\xA1\xD9\xA2` is not a number: it does not begin with a digit",
                          kFirst}));

INSTANTIATE_TEST_SUITE_P(F044_InfinityIsNoValue, BadNumber,
                         ::testing::Values(Bad{"1e999", "`1e999` is not a number: not finite", kFinite},
                                           Bad{"-1e999", "`-1e999` is not a number: not finite", kFinite},
                                           Bad{"inf", "`inf` is not a number: not finite", kFinite},
                                           Bad{"-Infinity", "`-Infinity` is not a number: not finite", kFinite},
                                           Bad{"NaN", "`NaN` is not a number: not finite", kFinite}));

TEST(Number, DoesNotDependOnTheLocale) {
  // Where the locale is not installed the test still holds.
  std::setlocale(LC_ALL, "de_DE.UTF-8");
  EXPECT_EQ(parse_number_line("1.5").value, 1.5);
  std::setlocale(LC_ALL, "C");
}

TEST(FirstLine, IsTheFirstThatIsNotBlank) {
  EXPECT_EQ(first_line("17\n18\n"), "17");
  EXPECT_EQ(first_line("\n \t\r\n  17 \r\n18"), "17");
  EXPECT_EQ(first_line("17\r18"), "17");
  EXPECT_EQ(first_line(""), std::nullopt);
  EXPECT_EQ(first_line(" \n\r\n\t"), std::nullopt);
}

TEST(Label, IsTheLine) {
  const ParsedLabel label = parse_label_line("v1.2 (stable)");
  EXPECT_EQ(label.text, "v1.2 (stable)");
  EXPECT_FALSE(label.cut);
}

TEST(Label, IsCutAt256CharactersNotInsideOne) {
  std::string text;
  for (int i = 0; i < 256; ++i) text += "é";
  EXPECT_FALSE(parse_label_line(text).cut);
  const ParsedLabel label = parse_label_line(text + "x");
  EXPECT_TRUE(label.cut);
  EXPECT_EQ(label.text, text);
}

TEST(Label, IsMadeValidUtf8) { EXPECT_EQ(parse_label_line("a\xFF").text, "a\xEF\xBF\xBD"); }

}  // namespace
}  // namespace unentropy
