#include "model/format.h"

#include <cmath>
#include <cstdlib>
#include <limits>
#include <random>
#include <string>
#include <variant>

#include <gtest/gtest.h>

#include "base/file.h"
#include "base/json.h"
#include "base/text.h"

namespace unentropy {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

struct Case {
  std::string unit;
  double value = 0;
  std::string printed;
  std::string delta;
};

double to_number(const JsonNode& node) {
  if (const double* number = std::get_if<double>(&node.value)) return *number;
  const std::string& name = std::get<std::string>(node.value);
  if (name == "Infinity") return kInfinity;
  if (name == "-Infinity") return -kInfinity;
  EXPECT_EQ(name, "NaN");
  return kNaN;
}

const JsonNode& member(const JsonNode& node, std::string_view key) {
  for (const JsonMember& each : std::get<JsonObject>(node.value)) {
    if (each.key == key) return each.value.front();
  }
  throw std::runtime_error("no member " + std::string(key));
}

std::vector<Case> shared_cases() {
  const std::string text = read_file(UNENTROPY_SOURCE_DIR "/tests/fixtures/format-cases.json", 1 << 20);
  const auto parsed = parse_json_with_positions(text);
  std::vector<Case> cases;
  for (const JsonNode& row : std::get<JsonArray>(member(std::get<JsonNode>(parsed), "cases").value)) {
    cases.push_back({std::get<std::string>(member(row, "unit").value), to_number(member(row, "value")),
                     std::get<std::string>(member(row, "printed").value),
                     std::get<std::string>(member(row, "delta").value)});
  }
  return cases;
}

TEST(Format, F138_F139_F140_F141_SharedTable) {
  const std::vector<Case> cases = shared_cases();
  EXPECT_GE(cases.size(), 130U);
  for (const Case& row : cases) {
    EXPECT_EQ(format_value(row.value, row.unit), row.printed) << row.unit << ' ' << row.value;
    EXPECT_EQ(format_delta(row.value, row.unit), row.delta) << row.unit << ' ' << row.value;
  }
}

TEST(Format, HugeValuesPrintAllTheirDigits) {
  const std::string huge = format_value(1e300, "integer");
  EXPECT_EQ(huge.substr(0, 9), "1,000,000");
  EXPECT_EQ(huge.size(), 301U + 100U);
  EXPECT_EQ(format_value(-1.5e300, "").substr(0, 6), "-1,500");
  const double max = std::numeric_limits<double>::max();
  for (const std::string_view unit : {"percent", "integer", "bytes", "duration", "decimal", "", "x"}) {
    EXPECT_EQ(format_value(-max, unit), "-" + format_value(max, unit));
    EXPECT_EQ(format_value(max, unit).find("inf"), std::string::npos) << unit;
  }
  EXPECT_EQ(format_value(max, "duration").substr(0, 6), "499359");
}

TEST(Format, TinyValuesKeepThreeSignificantDigitsWithoutUnit) {
  const std::string tiny = format_value(4.94e-324, "");  // the smallest double
  EXPECT_EQ(tiny.size(), 2U + 324U);
  EXPECT_EQ(tiny.substr(tiny.size() - 2), "05");
  EXPECT_EQ(format_value(std::numeric_limits<double>::denorm_min(), "decimal"), "0.00");
}

TEST(Format, RelativeChangeIsOfTheMagnitude) {
  EXPECT_EQ(format_relative_change(200, 250), "+25.0%");
  EXPECT_EQ(format_relative_change(250, 239), "-4.4%");
  EXPECT_EQ(format_relative_change(-40, -43), "-7.5%");
  EXPECT_EQ(format_relative_change(-40, 40), "+200.0%");
  EXPECT_EQ(format_relative_change(80, 80), "+0.0%");
  EXPECT_EQ(format_relative_change(100000, 99999.99), "+0.0%");
  EXPECT_EQ(format_relative_change(0.5, 1000), "+199,900.0%");
}

TEST(Format, RelativeChangeNeedsABaseline) {
  EXPECT_EQ(format_relative_change(0, 5), std::nullopt);
  EXPECT_EQ(format_relative_change(-0.0, 0), std::nullopt);
  EXPECT_EQ(format_relative_change(kNaN, 5), std::nullopt);
  EXPECT_EQ(format_relative_change(5, kNaN), std::nullopt);
  EXPECT_EQ(format_relative_change(kInfinity, 5), std::nullopt);
  EXPECT_EQ(format_relative_change(5, kInfinity), std::nullopt);
  EXPECT_EQ(format_relative_change(5e-324, 1e300), std::nullopt);
}

// Properties over many values with fixed seeds.
class FormatProperties : public testing::Test {
 protected:
  double next() {
    const double mantissa = std::uniform_real_distribution<double>(-10, 10)(random_);
    const int exponent = std::uniform_int_distribution<int>(-6, 12)(random_);
    return mantissa * std::pow(10, exponent);
  }
  std::mt19937_64 random_{20250203};
};

double read_back(std::string text) {
  text = replace_all(text, ",", "");
  return std::strtod(text.c_str(), nullptr);
}

TEST_F(FormatProperties, RoundingStaysWithinHalfAStep) {
  for (int i = 0; i < 20'000; ++i) {
    const double value = next();
    const double slack = std::fabs(value) * 1e-12;
    EXPECT_NEAR(read_back(format_value(value, "percent")), value, 0.05 + slack);
    EXPECT_NEAR(read_back(format_value(value, "integer")), value, 0.5 + slack);
    EXPECT_NEAR(read_back(format_value(value, "decimal")), value, 0.005 + slack);
    EXPECT_NEAR(read_back(format_value(value, "")), value, 0.005 + slack);
  }
}

TEST_F(FormatProperties, SignIsSymmetricButForIntegerTies) {
  for (int i = 0; i < 5'000; ++i) {
    const double value = std::fabs(next());
    for (const std::string_view unit : {"percent", "bytes", "duration", "decimal", "", "x"}) {
      const std::string positive = format_value(value, unit);
      const bool zero = positive.find_first_of("123456789") == std::string::npos;
      EXPECT_EQ(format_value(-value, unit), zero ? positive : "-" + positive);
    }
  }
}

TEST_F(FormatProperties, F138_NoStepIsReachedWithoutCarrying) {
  for (int tenth = 0; tenth < 100'000; ++tenth) {
    const std::string text = format_value(tenth / 10.0 + 0.05, "duration");
    EXPECT_NE(text, "60s");
    EXPECT_EQ(text.find("60s"), std::string::npos) << text;
    EXPECT_EQ(text.find(" 60m"), std::string::npos) << text;
    EXPECT_EQ(text.find("1000ms"), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace unentropy
