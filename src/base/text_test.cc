#include "base/text.h"

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/utf8.h"

namespace unentropy {
namespace {

using testing::ElementsAre;
using namespace std::string_view_literals;

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

TEST(Trim, TakesAsciiWhiteSpaceAtBothEnds) {
  EXPECT_EQ(trim(" \t\r\n\f\va b \n"), "a b");
  EXPECT_EQ(trim(""), "");
  EXPECT_EQ(trim(" \n "), "");
  EXPECT_EQ(trim("\xC2\xA0x"), "\xC2\xA0x");
  EXPECT_EQ(trim(" a\0 "sv), "a\0"sv);
}

TEST(Split, KeepsEmptyParts) {
  EXPECT_THAT(split("a,b", ','), ElementsAre("a", "b"));
  EXPECT_THAT(split("", ','), ElementsAre(""));
  EXPECT_THAT(split(",", ','), ElementsAre("", ""));
  EXPECT_THAT(split(",a,,b,", ','), ElementsAre("", "a", "", "b", ""));
}

TEST(Join, IsTheInverseOfSplit) {
  EXPECT_EQ(join({"a", "", "b"}, ", "), "a, , b");
  EXPECT_EQ(join({}, ","), "");
  EXPECT_EQ(join({"a"}, ","), "a");
}

TEST(ToLower, TouchesAsciiOnly) { EXPECT_EQ(to_lower("AbÄZ@[`{"), "abÄz@[`{"); }

TEST(ReplaceAll, GoesOnBehindWhatItPutIn) {
  EXPECT_EQ(replace_all("aaa", "a", "aa"), "aaaaaa");
  EXPECT_EQ(replace_all("aaa", "aa", "b"), "ba");
  EXPECT_EQ(replace_all("abc", "", "x"), "abc");
  EXPECT_EQ(replace_all("", "a", "b"), "");
  EXPECT_EQ(replace_all("a-b-", "-", ""), "ab");
}

TEST(Utf8, AcceptsEveryEdgeOfTheTable) {
  for (const std::string_view good :
       {""sv, "\0"sv, "\x7F"sv, "\xC2\x80"sv, "\xDF\xBF"sv, "\xE0\xA0\x80"sv, "\xED\x9F\xBF"sv, "\xEE\x80\x80"sv,
        "\xEF\xBF\xBF"sv, "\xF0\x90\x80\x80"sv, "\xF4\x8F\xBF\xBF"sv}) {
    EXPECT_TRUE(is_utf8(good)) << good;
    EXPECT_EQ(to_valid_utf8(good), good);
  }
}

TEST(Utf8, RefusesOverlongSurrogatesStrayAndCut) {
  for (const std::string_view bad :
       {"\x80"sv, "\xBF"sv, "\xC0\x80"sv, "\xC1\xBF"sv, "\xC2"sv, "\xC2\x41"sv, "\xE0\x9F\xBF"sv, "\xE0\xA0"sv,
        "\xED\xA0\x80"sv, "\xED\xBF\xBF"sv, "\xF0\x8F\xBF\xBF"sv, "\xF4\x90\x80\x80"sv, "\xF5\x80\x80\x80"sv, "\xFE"sv,
        "\xFF"sv, "\xF0\x90\x80"sv}) {
    EXPECT_FALSE(is_utf8(bad)) << ::testing::PrintToString(std::string(bad));
  }
}

// The examples of the Unicode standard, chapter 3.9, "U+FFFD substitution of maximal subparts".
TEST(Utf8, ReplacesMaximalSubparts) {
  const auto expected = [](std::string_view pattern) {
    std::string text;
    for (const char c : pattern) text += c == '?' ? std::string(kReplacement) : std::string(1, c);
    return text;
  };
  EXPECT_EQ(to_valid_utf8("\xC0\xAF\xE0\x80\xBF\xF0\x81\x82\x41"), expected("????????A"));
  EXPECT_EQ(to_valid_utf8("\xED\xA0\x80\xED\xBF\xBF\xED\xAF\x41"), expected("????????A"));
  EXPECT_EQ(to_valid_utf8("\xF4\x91\x92\x93\xFF\x41\x80\xBF\x42"), expected("?????A??B"));
  EXPECT_EQ(to_valid_utf8("\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41"), expected("????A"));
}

TEST(Utf8, DecodesEveryCodePointItEncodes) {
  std::size_t valid = 0;
  for (char32_t c = 0; c <= 0x10FFFF; c += c < 0x3000 ? 1 : 7) {
    std::string bytes;
    const auto put = [&](char32_t value) { bytes += static_cast<char>(static_cast<unsigned char>(value)); };
    if (c < 0x80) {
      put(c);
    } else if (c < 0x800) {
      put(0xC0 | (c >> 6)), put(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
      put(0xE0 | (c >> 12)), put(0x80 | ((c >> 6) & 0x3F)), put(0x80 | (c & 0x3F));
    } else {
      put(0xF0 | (c >> 18)), put(0x80 | ((c >> 12) & 0x3F)), put(0x80 | ((c >> 6) & 0x3F)), put(0x80 | (c & 0x3F));
    }
    const Utf8Step step = decode_utf8(bytes, 0);
    EXPECT_EQ(step.valid, c < 0xD800 || c > 0xDFFF) << static_cast<std::uint32_t>(c);
    if (!step.valid) continue;
    ++valid;
    EXPECT_EQ(step.code_point, c);
    EXPECT_EQ(step.length, bytes.size());
  }
  EXPECT_GT(valid, 100'000U);
}

TEST(Utf8, RandomBytesBecomeValidAndStayThemselvesOnce) {
  std::mt19937 random(7);
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes(random() % 12, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random() % 4 == 0 ? random() % 128 : 0x80 + random() % 128);
    const std::string valid = to_valid_utf8(bytes);
    EXPECT_TRUE(is_utf8(valid));
    EXPECT_EQ(to_valid_utf8(valid), valid);
    EXPECT_EQ(is_utf8(bytes), valid == bytes);
  }
}

TEST(Utf16Length, CountsAsJavaScriptDoes) {
  EXPECT_EQ(utf16_length(""), 0U);
  EXPECT_EQ(utf16_length("aé€"), 3U);
  EXPECT_EQ(utf16_length("😀"), 2U);
  EXPECT_EQ(utf16_length("a😀b"), 4U);
}

TEST(Utf8Prefix, NeverCutsACodePoint) {
  EXPECT_EQ(utf8_prefix("aé😀b", 0), "");
  EXPECT_EQ(utf8_prefix("aé😀b", 2), "aé");
  EXPECT_EQ(utf8_prefix("aé😀b", 3), "aé😀");
  EXPECT_EQ(utf8_prefix("aé😀b", 9), "aé😀b");
  EXPECT_EQ(utf8_prefix("\xFF\xFF", 1), "\xFF");
}

TEST(SingleLine, IsPrintable) {
  EXPECT_EQ(single_line("a\nb\r\nc\td"), "a b  c d");
  EXPECT_EQ(single_line("\x1B[31mred\x1B[0m"), " [31mred [0m");
  EXPECT_EQ(single_line("nul\0x"sv), "nul x");
  EXPECT_EQ(single_line("\x7F"), " ");
  EXPECT_EQ(single_line("\xC2\x9B"), " ") << "a C1 control, the one-byte form of ESC [";
  EXPECT_EQ(single_line("a\xE2\x80\xA8z"), "a z") << "line separator";
  EXPECT_EQ(single_line("a\xE2\x80\xAEz"), "a z") << "right-to-left override";
  EXPECT_EQ(single_line("\xFF!"), std::string(kReplacement) + "!");
  EXPECT_EQ(single_line("größe 😀"), "größe 😀");
}

TEST(SingleLine, CutsWithAnEllipsis) {
  EXPECT_EQ(single_line("abcde", 5), "abcde");
  EXPECT_EQ(single_line("abcdef", 5), "abcd…");
  EXPECT_EQ(single_line("äöüßé!", 5), "äöüß…");
  EXPECT_EQ(single_line("ab", 1), "…");
  EXPECT_EQ(single_line("ab", 0), "");
  EXPECT_EQ(single_line("", 0), "");
  EXPECT_EQ(single_line(std::string(300, 'x')), std::string(199, 'x') + "…");
}

TEST(InTicks, CannotBeLeft) {
  EXPECT_EQ(in_ticks("a"), "`a`");
  EXPECT_EQ(in_ticks("a`b\nc"), "`a'b c`");
  EXPECT_EQ(in_ticks("abcdef", 3), "`ab…`");
  EXPECT_EQ(in_ticks(""), "``");
}

TEST(ShortestDigits, ReadBackToTheSameDouble) {
  EXPECT_EQ(shortest_digits(17), "17");
  EXPECT_EQ(shortest_digits(0.1), "0.1");
  EXPECT_EQ(shortest_digits(1e300), "1e+300");
  EXPECT_EQ(shortest_digits(-2.5), "-2.5");
  EXPECT_EQ(shortest_digits(0.1 + 0.2), "0.30000000000000004");
  std::mt19937_64 random(11);
  for (int i = 0; i < 20'000; ++i) {
    const std::uint64_t bits = random();
    double value = 0;
    std::memcpy(&value, &bits, sizeof value);
    if (!std::isfinite(value)) continue;
    EXPECT_EQ(parse_double(shortest_digits(value)), value);
  }
}

TEST(ParseDouble, TakesTheWholeTextOrNothing) {
  EXPECT_EQ(parse_double("17"), 17);
  EXPECT_EQ(parse_double("-0.75"), -0.75);
  EXPECT_EQ(parse_double("6e2"), 600);
  EXPECT_EQ(parse_double(".25"), 0.25);
  EXPECT_EQ(parse_double("7."), 7);
  for (const std::string_view bad : {"",  " 1", "1 ",  "+1",  "1,5",  "1_0",      "0x1F", "0b1", "1e",    "e1",
                                     "-", ".",  "--1", "inf", "-inf", "infinity", "nan",  "NaN", "1.2.3", "1a"}) {
    EXPECT_EQ(parse_double(bad), std::nullopt) << bad;
  }
}

TEST(ParseDouble, TooLargeIsNoNumberAndTooSmallIsZero) {
  EXPECT_EQ(parse_double("1.7976931348623157e308"), std::numeric_limits<double>::max());
  EXPECT_EQ(parse_double("1e309"), std::nullopt);
  EXPECT_EQ(parse_double("-1e999"), std::nullopt);
  EXPECT_EQ(parse_double("1e99999999999999999999"), std::nullopt);
  EXPECT_EQ(parse_double("1" + std::string(400, '0')), std::nullopt);
  EXPECT_EQ(parse_double("1" + std::string(400, '0') + "e-10"), std::nullopt);
  EXPECT_EQ(parse_double("5e-324"), 5e-324);
  EXPECT_EQ(parse_double("1e-999"), 0);
  EXPECT_EQ(parse_double("1e-99999999999999999999"), 0);
  EXPECT_EQ(parse_double("0." + std::string(400, '0') + "1"), 0);
  EXPECT_EQ(parse_double("0." + std::string(400, '0') + "1e50"), 0);
  EXPECT_EQ(parse_double("0e999"), 0);
  EXPECT_TRUE(std::signbit(parse_double("-1e-999").value()));
  EXPECT_EQ(parse_double("1" + std::string(400, '0') + "e-400"), 1);
}

TEST(ParseInteger, TakesTheWholeTextOrNothing) {
  EXPECT_EQ(parse_integer("0"), 0);
  EXPECT_EQ(parse_integer("-12"), -12);
  EXPECT_EQ(parse_integer("9223372036854775807"), std::numeric_limits<long long>::max());
  for (const std::string_view bad : {"", "+1", " 1", "1 ", "1.0", "1e3", "0x1", "9223372036854775808", "-"}) {
    EXPECT_EQ(parse_integer(bad), std::nullopt) << bad;
  }
}

TEST(EditDistance, CountsASwapAsOne) {
  EXPECT_EQ(edit_distance("", ""), 0U);
  EXPECT_EQ(edit_distance("", "abc"), 3U);
  EXPECT_EQ(edit_distance("abc", "abc"), 0U);
  EXPECT_EQ(edit_distance("ABC", "abc"), 0U);
  EXPECT_EQ(edit_distance("abdc", "abcd"), 1U);
  EXPECT_EQ(edit_distance("ABdC", "abcD"), 1U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
  EXPECT_EQ(edit_distance("bundel", "bundle"), 1U);
  EXPECT_EQ(edit_distance("ca", "abc"), 3U) << "what was swapped is not edited again";
}

TEST(EditDistance, IsSymmetricAndObeysTheTriangle) {
  std::mt19937 random(3);
  const auto word = [&] {
    std::string text(random() % 7, 'a');
    for (char& c : text) c = static_cast<char>('a' + random() % 3);
    return text;
  };
  for (int i = 0; i < 5'000; ++i) {
    const std::string a = word();
    const std::string b = word();
    const std::size_t distance = edit_distance(a, b);
    EXPECT_EQ(distance, edit_distance(b, a));
    EXPECT_EQ(distance == 0, a == b);
    EXPECT_LE(distance, std::max(a.size(), b.size()));
    EXPECT_GE(distance + std::min(a.size(), b.size()), std::max(a.size(), b.size()));
  }
}

TEST(Nearest, SuggestsSlipsOnly) {
  const std::vector<std::string> units{"percent", "integer", "bytes", "duration", "decimal"};
  EXPECT_EQ(nearest("byte", units), "bytes");
  EXPECT_EQ(nearest("Percent", units), "percent");
  EXPECT_EQ(nearest("precent", units), "percent");
  EXPECT_EQ(nearest("seconds", units), std::nullopt);
  EXPECT_EQ(nearest("", units), std::nullopt);
  EXPECT_EQ(nearest("comand", {"command"}), "command");
  EXPECT_EQ(nearest("sqlite-s4", {"sqlite-artifact", "sqlite-s3"}), "sqlite-s3");
  EXPECT_EQ(nearest("ab", {"xy"}), std::nullopt) << "all of it differs";
  EXPECT_EQ(nearest("l", {"r"}), std::nullopt);
  EXPECT_EQ(nearest("enablepullrequestcoment", {"enablePullRequestComment"}), "enablePullRequestComment");
}

TEST(Nearest, PrefersTheNearerThenTheEarlier) {
  EXPECT_EQ(nearest("size", {"sizes", "size"}), "size");
  EXPECT_EQ(nearest("siz", {"size", "sizz"}), "size");
  EXPECT_EQ(nearest("abcdef", {"abcdxy", "abcdez"}), "abcdez");
}

TEST(Nearest, AllowsAThirdOfALongText) {
  EXPECT_EQ(nearest("function_covrge", {"function-coverage"}), "function-coverage");
  EXPECT_EQ(nearest("abcdefghi", {"abcdefxyz"}), "abcdefxyz");
  EXPECT_EQ(nearest("abcdefgh", {"abcdexyz"}), std::nullopt);
}

TEST(Nearest, IsNotSlowForHugeTexts) { EXPECT_EQ(nearest(std::string(1 << 20, 'x'), {"x", "y"}), std::nullopt); }

TEST(PercentEncode, KeepsNothingButUnreservedCharactersAndWhatItIsToldTo) {
  EXPECT_EQ(percent_encode("a/b c+d%e=f&g~h"), "a%2Fb%20c%2Bd%25e%3Df%26g~h");
  EXPECT_EQ(percent_encode("AZaz09-._~"), "AZaz09-._~");
  EXPECT_EQ(percent_encode(std::string_view("\0\xff\n", 3)), "%00%FF%0A");
  EXPECT_EQ(percent_encode("a/b c", "/"), "a/b%20c");
}

}  // namespace
}  // namespace unentropy
