// Files that were made to hurt: they are answered in time, in bounded memory, with a sensible diagnostic.
#include <algorithm>
#include <ctime>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/renderer.h"
#include "config/test_support.h"

namespace unentropy {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::size_t kMebibyte = 1U << 20;

std::string repeated(std::string_view text, std::size_t count) {
  std::string result;
  result.reserve(text.size() * count);
  for (std::size_t i = 0; i < count; ++i) result += text;
  return result;
}

// Seconds of processor time for reading and showing everything. Waiting for the processor does not count, so that the
// bound holds on a busy machine; it is generous for sanitizers, as one step too many per byte would cost minutes.
double seconds_for(const std::string& text) {
  const std::clock_t start = std::clock();
  const ConfigResult result = parse_config(text, "/nonexistent");
  DiagnosticRenderer renderer("unentropy.json", text);
  std::size_t longest = 0;
  for (const Diagnostic& diagnostic : result.diagnostics) {
    longest = std::max(longest, renderer.render(diagnostic).size());
  }
  EXPECT_LT(longest, 4000U);
  return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
}
constexpr double kInTime = 20;

TEST(HostileInput, DeepNesting) {
  EXPECT_THAT(lines_of(repeated("[", 1'000'000)),
              ElementsAre("1:65 error $: objects and arrays are nested more than 64 deep"));
  EXPECT_THAT(lines_of(repeated("{\"a\":", 1'000'000)),
              ElementsAre("1:321 error $: objects and arrays are nested more than 64 deep"));
  EXPECT_THAT(lines_of(repeated("[", 64) + repeated("]", 64)),
              ElementsAre("1:1 error $: expected an object, found an array"));
  EXPECT_LT(seconds_for(repeated("[", kMebibyte)), kInTime);
}

TEST(HostileInput, LongStrings) {
  const std::string huge(10 * kMebibyte, 'x');
  const std::string large(kMebibyte, 'x');
  EXPECT_THAT(lines_of(R"({"metrics": {"a": {"type": "numeric", "command": ")" + huge + R"("}}})"),
              ElementsAre("1:50 error metrics.a.command: must have at most 1024 characters, found 10485760"));
  EXPECT_THAT(lines_of(R"({"metrics": {"a": {"type": ")" + large + R"(", "command": "x"}}})"),
              ElementsAre("1:28 error metrics.a.type: not a metric type: `" + std::string(60, 'x') +
                          "…` | allowed are `numeric`, `label`"));
  EXPECT_THAT(lines_of(R"({"metrics": {")" + large + R"(": {"$ref": "loc"}}})"),
              ElementsAre("1:14 error metrics[\"" + std::string(60, 'x') +
                          "…\"]: must have at most 64 characters, found 1048576"));
  EXPECT_LT(seconds_for(R"({")" + large + R"(": ")" + large + R"("})"), kInTime);
}

TEST(HostileInput, ManyProblemsOnOneLine) {
  EXPECT_LT(seconds_for("{" + repeated("\"a\":1,", kMebibyte / 6) + "\"b\":1}"), kInTime);
  EXPECT_LT(seconds_for("{\"metrics\":{" + repeated("\"A\":1,", kMebibyte / 6) + "\"b\":1}}"), kInTime);
  EXPECT_LT(seconds_for("{\"sources\":[" + repeated("1,", kMebibyte / 2) + "1]}"), kInTime);
}

TEST(HostileInput, NoMoreProblemsAreListedThanAnybodyReads) {
  const ConfigResult errors = parse_config(with_metric("\"sources\":[" + repeated("1,", 1999) + "1]"), ".");
  ASSERT_EQ(errors.diagnostics.size(), 1001U);
  EXPECT_EQ(errors.diagnostics[999].path, "sources[998]");
  EXPECT_EQ(errors.diagnostics[1000].message, "1001 more problems are not listed");
  EXPECT_EQ(errors.diagnostics[1000].level, Diagnostic::Level::error);
  EXPECT_EQ(errors.diagnostics[1000].position, errors.diagnostics[999].position);
  EXPECT_FALSE(errors.config.has_value());

  const ConfigResult warnings = parse_config(
      R"({"metrics": {"a": {)" + repeated(R"("type": 5, )", 1001) + R"("type": "label", "command": "x"}}})", ".");
  EXPECT_TRUE(warnings.config.has_value());
  ASSERT_EQ(warnings.diagnostics.size(), 1001U);
  EXPECT_EQ(warnings.diagnostics[1000].message, "1 more problem is not listed");
  EXPECT_EQ(warnings.diagnostics[1000].level, Diagnostic::Level::warning);
}

TEST(HostileInput, ManyWrongReferencesToManyMetrics) {
  std::string metrics;
  std::string thresholds;
  for (int i = 0; i < 8000; ++i) {
    metrics += fmt::format("\"metric-number-{}\":{{\"$ref\":\"loc\"}},", i);
    thresholds += fmt::format("{{\"metric\":\"metric-nunber-{}x\",\"mode\":\"min\",\"target\":{}}},", i, i);
  }
  metrics.pop_back();
  thresholds.pop_back();
  EXPECT_LT(seconds_for("{\"metrics\":{" + metrics + "},\"qualityGate\":{\"thresholds\":[" + thresholds + "]}}"),
            kInTime);
}

TEST(HostileInput, ManyDistinctUnknownKeys) {
  std::string keys;
  for (int i = 0; i < 60'000; ++i) keys += fmt::format("\"reporting{}\":1,", i);
  EXPECT_LT(seconds_for("{" + keys + "\"metrics\":{}}"), kInTime);
}

TEST(HostileInput, ManyDistinctWrongMetricKeys) {
  std::string keys;
  for (int i = 0; i < 60'000; ++i) keys += fmt::format("\"Metric_{}\":{{}},", i);
  EXPECT_LT(seconds_for("{\"metrics\":{" + keys + "\"a\":{}}}"), kInTime);
}

TEST(HostileInput, OneKeyAThousandTimes) {
  const ConfigResult result = parse_config(
      R"({"metrics": {"a": {)" + repeated(R"("type": 5, )", 999) + R"("type": "label", "command": "x"}}})", ".");
  EXPECT_TRUE(result.config.has_value());
  ASSERT_EQ(result.diagnostics.size(), 999U);
  EXPECT_EQ(result.diagnostics[0].message, "the key occurs twice; the one at 1:20 is ignored");
  EXPECT_EQ(result.diagnostics[998].message, "the key occurs twice; the one at 1:10998 is ignored");
}

TEST(HostileInput, InvalidUtf8) {
  EXPECT_THAT(
      lines_of("{\"metrics\": \"\xFF\"}"),
      ElementsAre("1:14 error $: found the byte 0xFF, which is not UTF-8 in a string | save the file as UTF-8"));
  EXPECT_THAT(
      lines_of("\xFF\xFE{"),
      ElementsAre("1:1 error $: expected a value, found the byte 0xFF, which is not UTF-8 | save the file as UTF-8"));
  for (const char* bytes : {"\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x82", "\x80"}) {
    const ConfigResult result = parse_config(fmt::format("{{\"{}\": 1}}", bytes), ".");
    ASSERT_EQ(result.diagnostics.size(), 1U);
    EXPECT_EQ(result.diagnostics[0].position, (TextPosition{1, 3}));
  }
}

TEST(HostileInput, LoneSurrogatesBecomeReplacementCharacters) {
  const Config config = config_of(R"({"metrics": {"a": {"$ref": "loc", "name": "x\ud800y\udc00\ud83d\ude00"}}})");
  EXPECT_EQ(config.metrics.at(0).name, "x\xEF\xBF\xBDy\xEF\xBF\xBD😀");
}

TEST(HostileInput, HugeNumbers) {
  const auto with_timeout = [](const std::string& number) {
    return lines_of(R"({"metrics": {"a": {"$ref": "loc", "timeout": )" + number + "}}}");
  };
  EXPECT_THAT(with_timeout("1e999"), ElementsAre("1:46 error $: the number `1e999` is too large"));
  EXPECT_THAT(with_timeout("-1e308"),
              ElementsAre("1:46 error metrics.a.timeout: must be from 1 to 300000, found -1e+308"));
  EXPECT_THAT(with_timeout("1e-400"), ElementsAre("1:46 error metrics.a.timeout: must be from 1 to 300000, found 0"));
  EXPECT_THAT(with_timeout("1e-300"),
              ElementsAre("1:46 error metrics.a.timeout: expected a whole number, found 1e-300"));
  EXPECT_THAT(with_timeout("9223372036854775808"),
              ElementsAre("1:46 error metrics.a.timeout: must be from 1 to 300000, found 9223372036854775808"));
  EXPECT_THAT(with_timeout("1" + std::string(100'000, '0')).size(), 1U);
  EXPECT_THAT(with_timeout("0." + std::string(100'000, '0') + "1").size(), 1U);
  EXPECT_THAT(with_timeout("30." + std::string(100'000, '0')), IsEmpty());
}

TEST(HostileInput, ControlCharactersInKeysAreHarmlessInMessages) {
  EXPECT_THAT(
      lines_of(with_metric(R"("\u001b[2J\n::error::\u202e`x": 1)")),
      ElementsAre("1:62 error $[\"�[2J ::error::�`x\"]: unknown key `�[2J ::error::�'x` | known here: `metrics`, "
                  "`storage`, `qualityGate`, `report`, `sources`, `$schema`"));
}

TEST(HostileInput, EveryPrefixOfAFileIsAnsweredWithOneDiagnostic) {
  const std::string text = bytes_of(source_path("tests/fixtures/config/good/complete.json"));
  const std::size_t end = text.find_last_of('}');
  for (std::size_t length = 0; length <= end; ++length) {
    const std::string prefix = text.substr(0, length);
    const ConfigResult result = parse_config(prefix, "/nonexistent");
    ASSERT_EQ(result.diagnostics.size(), 1U) << length;
    ASSERT_FALSE(result.config.has_value());
    ASSERT_FALSE(render_diagnostic(result.diagnostics[0], "f", prefix).empty());
  }
}

TEST(HostileInput, EveryDamagedByteIsSurvived) {
  const std::string text = bytes_of(source_path("tests/fixtures/config/bad/example.json"));
  for (const char damage : {'"', '{', ']', ',', '\\', '0', 'x', '\0', '\xFF', '\n'}) {
    for (std::size_t i = 0; i < text.size(); ++i) {
      std::string damaged = text;
      damaged[i] = damage;
      DiagnosticRenderer renderer("f", damaged);
      for (const Diagnostic& d : parse_config(damaged, "/nonexistent").diagnostics) {
        ASSERT_FALSE(renderer.render(d).empty());
      }
    }
  }
}

}  // namespace
}  // namespace unentropy
