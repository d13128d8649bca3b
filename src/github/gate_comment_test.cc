// The comment in the situations it has to tell apart, as golden files for people to read, and what must hold for all.
#include "github/gate_comment.h"

#include <cstdlib>
#include <filesystem>
#include <map>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "base/text.h"

namespace unentropy {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr auto kPass = VerdictStatus::pass;
constexpr auto kFail = VerdictStatus::fail;
constexpr auto kUnknown = VerdictStatus::unknown;

const std::string kBase(40, 'b');
const std::string kOlder(40, '0');

GateRow row(const std::string& key, const std::string& name, std::optional<Unit> unit = {}) {
  GateRow row;
  row.metric.key = key;
  row.metric.name = name;
  row.metric.unit = unit;
  return row;
}

GateRow measured(GateRow row, std::optional<double> before, double now) {
  row.now = MetricValue(now);
  if (!before) return row;
  row.baseline = BaselineValue{*before, kBase, Instant{}};
  row.difference = now - *before;
  if (*before != 0) row.relative_percent = *row.difference / *before * 100;
  return row;
}

GateRow judged(GateRow row, VerdictStatus status, const std::string& limit, const std::string& message,
               Severity severity = Severity::blocker) {
  row.threshold.emplace();
  row.threshold->severity = severity;
  row.status = status;
  row.limit = limit;
  row.message = message;
  return row;
}

GateRow coverage(double before, double now, VerdictStatus status, const std::string& message) {
  return judged(measured(row("coverage", "Coverage", Unit::percent), before, now), status, "drop ≤ 0.5%", message);
}

GateRow bundle(std::optional<double> before, double now, VerdictStatus status, const std::string& message,
               Severity severity = Severity::blocker) {
  return judged(measured(row("bundle", "Bundle size", Unit::bytes), before, now), status, "rise ≤ 1 KB", message,
                severity);
}

struct Situation {
  GateVerdict verdict;
  Baseline baseline;
  GateMode mode = GateMode::soft;
  std::vector<std::string> notes;

  Situation() {
    baseline.reference_branch = "main";
    baseline.builds_considered = 12;
    baseline.commit_sha = kBase;
    baseline.timestamp = Instant{std::chrono::seconds(1'760'000'000)};
    baseline.distance = 0;
  }
  void without_baseline(std::string missing, std::string unreadable = "") {
    baseline.commit_sha.clear();
    baseline.distance.reset();
    baseline.builds_considered = 0;
    baseline.missing_reason = std::move(missing);
    baseline.unreadable_reason = std::move(unreadable);
  }
  void add(GateRow row) {
    verdict.passed += row.status == kPass;
    verdict.failed += row.status == kFail;
    verdict.unknown += row.status == kUnknown;
    verdict.warned += row.status == kFail && !row.blocking_failure();
    verdict.rows.push_back(std::move(row));
  }
  void conclude(VerdictStatus status, std::string message) {
    verdict.status = status;
    verdict.message = std::move(message);
  }
  GateFeedback feedback() const {
    GateFeedback feedback{verdict, baseline};
    feedback.mode = mode;
    feedback.notes = notes;
    feedback.repository_url = "https://github.com/octo/example";
    feedback.run_url = feedback.repository_url + "/actions/runs/42";
    feedback.now = Instant{std::chrono::seconds(1'760'100'000)};
    return feedback;
  }
  std::string text() const { return gate_markdown(feedback()); }
};

Situation first_run() {
  Situation s;
  s.without_baseline("there is no history yet");
  s.add(bundle({}, 204'800, kUnknown, "no baseline: there is no history yet"));
  s.add(measured(row("lines", "lines", Unit::integer), {}, 1234));
  s.conclude(kUnknown, "no threshold could be evaluated");
  return s;
}

Situation regression(GateMode mode) {
  Situation s;
  s.mode = mode;
  s.add(coverage(91.2, 90.8, kPass, "drop of 0.4%, tolerance 0.5%"));
  s.add(bundle(204'800, 215'040, kFail, "rise of 10 KB, tolerance 1 KB"));
  s.add(measured(row("lines", "Lines of code", Unit::integer), 1000, 1234));
  s.add(measured(row("todo", "todo", Unit::integer), 7, 7));
  s.conclude(kFail, "1 threshold is violated");
  return s;
}

Situation improvement() {
  Situation s;
  s.add(coverage(91.2, 94.1, kPass, "no regression"));
  s.add(bundle(204'800, 102'400, kPass, "no regression"));
  s.conclude(kPass, "2 of 2 thresholds hold");
  return s;
}

Situation warning_only() {
  Situation s;
  s.mode = GateMode::hard;
  s.add(coverage(91.2, 91.2, kPass, "no regression"));
  s.add(bundle(204'800, 215'040, kFail, "rise of 10 KB, tolerance 1 KB", Severity::warning));
  s.conclude(kPass, "1 of 2 thresholds hold, 1 with a warning");
  return s;
}

Situation failed_metrics() {
  Situation s;
  s.mode = GateMode::hard;
  GateRow blocking =
      judged(row("coverage", "Coverage", Unit::percent), kFail, "", "could not be collected: exit code 1");
  blocking.baseline = BaselineValue{91.2, kBase, Instant{}};
  s.add(blocking);
  GateRow tracked = row("docs", "Documented functions");
  tracked.message = "timed out after 60 s";
  s.add(tracked);
  s.conclude(kFail, "1 threshold is violated");
  return s;
}

Situation unreadable_history() {
  Situation s;
  s.mode = GateMode::hard;
  s.without_baseline("", "reading `metrics.db`: the server answered 503 to every try");
  s.add(bundle({}, 204'800, kUnknown, "no baseline: reading `metrics.db`: the server answered 503 to every try"));
  s.add(judged(measured(row("lines", "Lines", Unit::integer), {}, 900), kPass, "≤ 1,000", "900 keeps the limit 1,000"));
  s.conclude(kPass, "1 of 2 thresholds hold, 1 could not be evaluated");
  return s;
}

Situation fork() {
  Situation s = unreadable_history();
  s.without_baseline("", "a pull request from a fork is given no secrets, so the storage cannot be asked");
  s.notes = {"shell metrics are not run, because `pull_request_target` may have checked out a stranger's code"};
  return s;
}

Situation shallow_clone() {
  Situation s;
  s.baseline.distance.reset();
  s.baseline.timestamp -= std::chrono::hours(24 * 40);
  s.baseline.note =
      "the ancestry could not be checked in this shallow clone, so this is the newest build of the branch";
  s.add(coverage(91.2, 90.1, kFail, "drop of 1.1%, tolerance 0.5%"));
  GateRow older = bundle(204'800, 204'900, kPass, "rise of 100 B, tolerance 1 KB");
  older.baseline->commit_sha = kOlder;
  s.add(older);
  s.conclude(kFail, "1 threshold is violated");
  return s;
}

Situation no_thresholds() {
  Situation s;
  s.baseline.distance = 3;
  s.add(measured(row("lines", "Lines of code", Unit::integer), 1000, 1234));
  GateRow label = row("flavour", "Flavour");
  label.metric.type = MetricType::label;
  label.now = MetricValue(std::string("plain"));
  s.add(label);
  s.conclude(kUnknown, "no thresholds configured");
  return s;
}

const std::vector<std::string> kHostile = {
    "a|b|c",
    "@everyone and @octocat",
    "</details></summary><script>alert(1)</script>",
    "[x](javascript:alert(1))",
    "![x](https://evil.example/pixel.png)",
    "line\nend\r\n## heading",
    "`code` ``more``",
    "#1 octo/example#2 https://evil.example www.evil.example",
    "<!-- unentropy-quality-gate -->",
    "**bold** _it_ ~~no~~ $$x$$ \\| \\",
    std::string(256, 'W'),
    std::string(256, '@'),
    "\xE2\x80\xAE reversed \x1B[31m \xFF",
};

Situation hostile(std::size_t metrics, VerdictStatus status) {
  Situation s;
  s.mode = GateMode::hard;
  for (std::size_t i = 0; i < metrics; ++i) {
    const std::string& text = kHostile[i % kHostile.size()];
    s.add(judged(measured(row(fmt::format("metric-{}", i), text), 5, 6), status, "≤ 5", text));
  }
  s.conclude(status, "it is as the test asked");
  return s;
}

const std::map<std::string, Situation>& situations() {
  static const std::map<std::string, Situation> all = {
      {"first-run", first_run()},
      {"regression-hard", regression(GateMode::hard)},
      {"regression-soft", regression(GateMode::soft)},
      {"improvement", improvement()},
      {"warning-only", warning_only()},
      {"failed-metrics", failed_metrics()},
      {"unreadable-history", unreadable_history()},
      {"fork", fork()},
      {"shallow-clone", shallow_clone()},
      {"no-thresholds", no_thresholds()},
      {"hostile-names", hostile(kHostile.size(), kFail)},
  };
  return all;
}

class GoldenComment : public ::testing::TestWithParam<std::string> {};

TEST_P(GoldenComment, IsAsReviewed) {
  const auto file = std::filesystem::path(UNENTROPY_SOURCE_DIR) / "tests/golden/comments" / (GetParam() + ".md");
  const std::string text = situations().at(GetParam()).text();
  const char* update = std::getenv("UNENTROPY_UPDATE_GOLDEN");
  if (update != nullptr && std::string(update) == "1") write_file_atomically(file, text);
  EXPECT_EQ(text, read_file(file, 1U << 20)) << "if it is meant so, run once with UNENTROPY_UPDATE_GOLDEN=1";
}

INSTANTIATE_TEST_SUITE_P(All, GoldenComment, ::testing::ValuesIn([] {
                           std::vector<std::string> names;
                           for (const auto& [name, unused] : situations()) names.push_back(name);
                           return names;
                         }()),
                         [](const auto& instance) { return replace_all(instance.param, "-", "_"); });

TEST(GateComment, F108_NothingFromOutsideActs) {
  for (const std::size_t metrics : {kHostile.size(), std::size_t{50}}) {
    const std::string text = hostile(metrics, kFail).text();
    EXPECT_THAT(text, Not(HasSubstr("@")));
    EXPECT_THAT(text, Not(HasSubstr("<script")));
    EXPECT_THAT(text, Not(HasSubstr("<!--")));
    EXPECT_THAT(text, Not(HasSubstr("javascript:")));
    EXPECT_THAT(text, Not(HasSubstr("](j")));
    EXPECT_THAT(text, Not(HasSubstr("https://evil")));
    EXPECT_THAT(text, Not(HasSubstr("www.")));
    EXPECT_THAT(text, Not(HasSubstr("\n## heading")));
    EXPECT_THAT(text, Not(HasSubstr("\x1B")));
    EXPECT_TRUE(is_utf8(text));
    std::size_t opened = 0;
    for (std::size_t at = text.find("<details>"); at != std::string::npos; at = text.find("<details>", at + 1))
      ++opened;
    std::size_t closed = 0;
    for (std::size_t at = text.find("</details>"); at != std::string::npos; at = text.find("</details>", at + 1)) {
      ++closed;
    }
    EXPECT_EQ(opened, closed);
    for (const std::string_view line : split(text, '\n')) {
      if (!line.starts_with("|")) continue;
      std::size_t cells = 0;
      for (std::size_t i = 0; i < line.size(); ++i) cells += line[i] == '|' && (i == 0 || line[i - 1] != '\\');
      EXPECT_EQ(cells, 7U) << line;
    }
  }
}

TEST(GateComment, F107_NeverLongerThanTheLimitAndNoViolationIsDropped) {
  for (const std::size_t metrics : {1U, 13U, 50U, 200U}) {
    const Situation s = hostile(metrics, kFail);
    GateFeedback feedback = s.feedback();
    feedback.max_metrics = 1000;
    EXPECT_LE(utf16_length(gate_markdown(feedback)), 65'000U);
    for (const std::size_t limit : {20'000U, 5'000U, 1'000U, 200U}) {
      feedback.max_units = limit;
      EXPECT_LE(utf16_length(gate_markdown(feedback)), limit);
    }
    feedback.max_units = kMaxCommentUnits;
    const std::string text = gate_markdown(feedback);
    for (std::size_t i = 0; i < metrics; ++i) EXPECT_THAT(text, HasSubstr(fmt::format("(`metric-{}`)**", i)));
  }
}

TEST(GateComment, F107_RowsAreDroppedFromTheEndAndCounted) {
  Situation s;
  for (int i = 0; i < 50; ++i) {
    const std::string key = fmt::format("m-{:02}", i);
    s.add(judged(measured(row(key, key), 5, 6), kPass, "≤ 9", "6 keeps the limit 9"));
  }
  s.conclude(kPass, "50 of 50 thresholds hold");
  const std::string text = s.text();
  EXPECT_THAT(text, HasSubstr("`m-29`"));
  EXPECT_THAT(text, Not(HasSubstr("`m-30`")));
  EXPECT_THAT(text, HasSubstr("20 rows are left out here; all of them are in the file of results of [the run]("
                              "https://github.com/octo/example/actions/runs/42)."));
  EXPECT_THAT(text, HasSubstr("50 passed, 0 failed."));
}

TEST(GateComment, F109_BlockingViolationsComeFirstAndWarningsHaveTheirOwnIcon) {
  Situation s;
  s.add(bundle(1, 2, kFail, "warned", Severity::warning));
  s.add(coverage(91, 80, kFail, "blocked"));
  s.conclude(kFail, "1 threshold is violated");
  const std::string text = s.text();
  EXPECT_LT(text.find("- ❌ **Coverage"), text.find("- ⚠️ **Bundle"));
  EXPECT_THAT(text, HasSubstr("0 passed, 1 failed, 1 warning."));
  EXPECT_THAT(warning_only().text(), Not(HasSubstr("❌")));
}

TEST(GateComment, F104_ValuesWithoutUnitAreNumbers) {
  Situation s;
  s.add(measured(row("n", "n"), 1.5, 2.25));
  const std::string text = s.text();
  EXPECT_THAT(text, HasSubstr("| `n` | 1.5 | 2.25 | +0.75 (+50.0%) |"));
  EXPECT_THAT(text, Not(HasSubstr("undefined")));
}

TEST(GateComment, F110_TheBaselineIsNamed) {
  const std::string text = no_thresholds().text();
  EXPECT_THAT(text, HasSubstr("Compared with [`bbbbbbbbbb`](https://github.com/octo/example/commit/" + kBase + ")"));
  EXPECT_THAT(text, HasSubstr("3 commits before the one that this change is made onto"));
  EXPECT_THAT(shallow_clone().text(), HasSubstr("200 KB of [`0000000000`]"));
  EXPECT_THAT(shallow_clone().text(), HasSubstr("days old"));
}

TEST(GateComment, ACommitThatIsNoneIsNotLinked) {
  Situation s = improvement();
  s.baseline.commit_sha = "](javascript:x)";
  EXPECT_THAT(s.text(), Not(HasSubstr("/commit/](")));
}

}  // namespace
}  // namespace unentropy
