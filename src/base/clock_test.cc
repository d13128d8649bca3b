#include "base/clock.h"

#include <random>

#include <gtest/gtest.h>

namespace unentropy {
namespace {

std::string normalised(std::string_view text) {
  const std::optional<Instant> instant = parse_instant(text);
  return instant ? format_instant(*instant) : "rejected";
}

Instant at(long long milliseconds) { return Instant(Milliseconds(milliseconds)); }

TEST(ParseInstant, AcceptsWhatTheImportDocuments) {
  EXPECT_EQ(normalised("2025-02-03T04:05:06Z"), "2025-02-03T04:05:06.000Z");
  EXPECT_EQ(normalised("2025-02-03T04:05Z"), "2025-02-03T04:05:00.000Z");
  EXPECT_EQ(normalised("2025-02-03T04:05:06.789123Z"), "2025-02-03T04:05:06.789Z");
  EXPECT_EQ(normalised("2025-02-03T01:05:06+02:00"), "2025-02-02T23:05:06.000Z");
  EXPECT_EQ(normalised("2024-02-29T23:30:00-01:30"), "2024-03-01T01:00:00.000Z");
}

TEST(ParseInstant, RejectsWhatTheImportDocuments) {
  for (const std::string_view text : {"2025-02-03", "2025-02-03T04:05:06", "2025-02-03T04:05:06+0200",
                                      "2025-02-30T00:00:00Z", "2025-02-03T24:00:00Z"}) {
    EXPECT_EQ(normalised(text), "rejected") << text;
  }
}

TEST(ParseInstant, ReadsSqlitesOwnForm) {
  EXPECT_EQ(normalised("2025-02-03 04:05:06"), "2025-02-03T04:05:06.000Z");
  EXPECT_EQ(normalised("2025-02-03 04:05"), "2025-02-03T04:05:00.000Z");
  EXPECT_EQ(normalised("2025-02-03 04:05:06.5"), "2025-02-03T04:05:06.500Z");
  EXPECT_EQ(normalised("2025-02-03 04:05:06Z"), "rejected");
  EXPECT_EQ(normalised("2025-02-03  04:05:06"), "rejected");
}

TEST(ParseInstant, CutsTheFractionOff) {
  EXPECT_EQ(normalised("2025-02-03T04:05:06.7Z"), "2025-02-03T04:05:06.700Z");
  EXPECT_EQ(normalised("2025-02-03T04:05:06.78Z"), "2025-02-03T04:05:06.780Z");
  EXPECT_EQ(normalised("2025-02-03T04:05:06.0009999999999999999999999999Z"), "2025-02-03T04:05:06.000Z");
  EXPECT_EQ(normalised("2025-02-03T04:05:59.9999Z"), "2025-02-03T04:05:59.999Z");
}

TEST(ParseInstant, RejectsEverythingElse) {
  for (const std::string_view text : {"",
                                      "T",
                                      "2025-02-03t04:05:06Z",
                                      "2025-02-03T04:05:06z",
                                      " 2025-02-03T04:05:06Z",
                                      "2025-02-03T04:05:06Z ",
                                      "2025-2-3T04:05:06Z",
                                      "25-02-03T04:05:06Z",
                                      "+2025-02-03T04:05:06Z",
                                      "-0001-02-03T04:05:06Z",
                                      "12025-02-03T04:05:06Z",
                                      "2025-00-03T04:05:06Z",
                                      "2025-13-03T04:05:06Z",
                                      "2025-01-00T04:05:06Z",
                                      "2025-01-32T04:05:06Z",
                                      "2025-04-31T04:05:06Z",
                                      "2025-02-03T04:60:06Z",
                                      "2025-02-03T04:05:60Z",
                                      "2025-02-03T04Z",
                                      "2025-02-03T04:05:Z",
                                      "2025-02-03T04:05:06.Z",
                                      "2025-02-03T04:05:06,5Z",
                                      "2025-02-03T04:05.5Z",
                                      "2025-02-03T04:05:06+24:00",
                                      "2025-02-03T04:05:06+02:60",
                                      "2025-02-03T04:05:06+2:00",
                                      "2025-02-03T04:05:06 02:00",
                                      "2025-02-03T04:05:06+02:00Z",
                                      "2025-02-03T04:05:06GMT",
                                      "2025/02/03T04:05:06Z",
                                      "20250203T040506Z",
                                      "٢٠٢٥-02-03T04:05:06Z",
                                      "1738555506"}) {
    EXPECT_EQ(normalised(text), "rejected") << text;
  }
}

TEST(ParseInstant, KnowsLeapYears) {
  for (const std::string_view year : {"2000", "2004", "2024", "1600", "0000", "2400"}) {
    EXPECT_EQ(normalised(std::string(year) + "-02-29T00:00:00Z"), std::string(year) + "-02-29T00:00:00.000Z");
  }
  for (const std::string_view year : {"1900", "2100", "2023", "2025", "2200", "0001"}) {
    EXPECT_EQ(normalised(std::string(year) + "-02-29T00:00:00Z"), "rejected") << year;
  }
  EXPECT_EQ(normalised("2024-12-31T23:59:59-00:01"), "2025-01-01T00:00:59.000Z");
  EXPECT_EQ(normalised("2025-03-01T00:00:00+00:01"), "2025-02-28T23:59:00.000Z");
}

TEST(ParseInstant, StaysWithinFourDigitsOfYear) {
  EXPECT_EQ(normalised("0000-01-01T00:00:00Z"), "0000-01-01T00:00:00.000Z");
  EXPECT_EQ(normalised("0000-01-01T00:00:00+00:01"), "rejected");
  EXPECT_EQ(normalised("9999-12-31T23:59:59.999Z"), "9999-12-31T23:59:59.999Z");
  EXPECT_EQ(normalised("9999-12-31T23:59:59-00:01"), "rejected");
}

TEST(FormatInstant, EpochAndBeforeIt) {
  EXPECT_EQ(format_instant(at(0)), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(format_instant(at(-1)), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(format_instant(at(1738555506789)), "2025-02-03T04:05:06.789Z");
  EXPECT_EQ(format_instant(at(951782399999)), "2000-02-28T23:59:59.999Z");
}

TEST(FormatInstant, RoundTripsAndSortsAsText) {
  std::mt19937_64 random(5);
  std::uniform_int_distribution<long long> range(-62'167'219'200'000, 253'402'300'799'999);
  for (int i = 0; i < 20'000; ++i) {
    const Instant a = at(range(random));
    const Instant b = at(range(random));
    EXPECT_EQ(parse_instant(format_instant(a)), a);
    EXPECT_EQ(format_instant(a).size(), 24U);
    EXPECT_EQ(a < b, format_instant(a) < format_instant(b));
  }
}

TEST(FormatInstant, EveryDayOfFourCenturiesComesAfterTheOneBefore) {
  std::string before = "1899-12-31T00:00:00.000Z";
  const Instant first = parse_instant("1900-01-01T00:00:00Z").value();
  for (int day = 0; day < 400 * 365 + 97; ++day) {
    const std::string text = format_instant(first + std::chrono::days(day));
    EXPECT_LT(before, text);
    EXPECT_EQ(parse_instant(text), first + std::chrono::days(day));
    before = text;
  }
  EXPECT_EQ(before, "2299-12-31T00:00:00.000Z");
}

TEST(FormatBasic, IsThatOfSignatures) {
  EXPECT_EQ(format_basic(at(1738555506789)), "20250203T040506Z");
  EXPECT_EQ(format_basic(at(1369353600000)), "20130524T000000Z");
}

TEST(ParseHttpDate, ReadsImfFixdate) {
  EXPECT_EQ(parse_http_date("Mon, 03 Feb 2025 04:05:06 GMT"), at(1738555506000));
  EXPECT_EQ(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT"), at(784111777000));
  EXPECT_EQ(parse_http_date("Sat, 31 Dec 2016 23:59:60 GMT"), at(1483228800000)) << "a leap second";
  EXPECT_EQ(parse_http_date("Tue, 03 Feb 2025 04:05:06 GMT"), at(1738555506000)) << "the wrong weekday";
}

TEST(ParseHttpDate, RejectsEverythingElse) {
  for (const std::string_view text :
       {"", "Mon", "Mon, 3 Feb 2025 04:05:06 GMT", "Mon, 03 Feb 2025 04:05:06 UTC", "Mon, 03 Feb 2025 04:05:06",
        "Mon, 03 feb 2025 04:05:06 GMT", "Mon, 30 Feb 2025 04:05:06 GMT", "Mon, 03 Feb 2025 24:05:06 GMT",
        "Mon, 03 Feb 2025 04:05:61 GMT", "Monday, 03-Feb-25 04:05:06 GMT", "Mon Feb  3 04:05:06 2025",
        "Mon, 03 Feb 2025 04:05:06 GMT ", "2025-02-03T04:05:06Z", "Xxx, 03 Feb 2025 04:05:06 GMT"}) {
    EXPECT_EQ(parse_http_date(text), std::nullopt) << text;
  }
}

TEST(FormatDuration, CarriesIntoTheNextStep) {
  const auto text = [](long long milliseconds) { return format_duration(Milliseconds(milliseconds)); };
  EXPECT_EQ(text(0), "0 ms");
  EXPECT_EQ(text(-5), "0 ms");
  EXPECT_EQ(text(850), "850 ms");
  EXPECT_EQ(text(999), "999 ms");
  EXPECT_EQ(text(1000), "1.0 s");
  EXPECT_EQ(text(3249), "3.2 s");
  EXPECT_EQ(text(3250), "3.3 s");
  EXPECT_EQ(text(59'949), "59.9 s");
  EXPECT_EQ(text(59'950), "1 min 0 s");
  EXPECT_EQ(text(125'000), "2 min 5 s");
  EXPECT_EQ(text(3'599'499), "59 min 59 s");
  EXPECT_EQ(text(3'599'500), "1 h 0 min");
  EXPECT_EQ(text(7'500'000), "2 h 5 min");
}

TEST(SystemClock, GoesForward) {
  SystemClock clock;
  const auto steady = clock.steady();
  EXPECT_GT(clock.now(), parse_instant("2025-01-01T00:00:00Z").value());
  clock.sleep_for(Milliseconds(5));
  EXPECT_GE(clock.steady() - steady, Milliseconds(5));
}

}  // namespace
}  // namespace unentropy
