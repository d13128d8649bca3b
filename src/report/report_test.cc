#include "report/report.h"

#include <cmath>
#include <regex>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/version.h"
#include "report/preview_data.h"
#include "report/testing/sample_history.h"

namespace unentropy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::string page_of(const ReportRequest& request, ReportResult* told = nullptr) {
  const TempDir directory(fs::temp_directory_path());
  const ReportResult result = write_report(request, directory.path() / "made" / "on-demand");
  EXPECT_EQ(result.path, directory.path() / "made" / "on-demand" / "index.html");
  std::string page = read_file(result.path, 1U << 30U);
  EXPECT_EQ(page.size(), result.bytes);
  if (told != nullptr) {
    *told = result;
  }
  return page;
}

std::string page_of(std::string_view sample) {
  const Sample made = make_sample(sample);
  return page_of(request_of(made));
}

std::string between(const std::string& text, std::string_view from, std::string_view to) {
  const std::size_t begin = text.find(from);
  if (begin == std::string::npos) {
    return "(not found)";
  }
  const std::size_t start = begin + from.size();
  return text.substr(start, text.find(to, start) - start);
}

std::size_t count(const std::string& text, std::string_view what) {
  std::size_t found = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) {
    ++found;
  }
  return found;
}

std::string manifest_of(const std::string& page) {
  return between(page, R"(<script type="application/json" id="manifest">)", "</script>");
}

// Not a matcher: a failed one prints the whole page.
bool has(const std::string& text, std::string_view what) { return text.find(what) != std::string::npos; }

// What a browser sees before any script runs: the page without scripts and styles.
std::string markup_of(const std::string& page) {
  std::string out;
  for (std::size_t at = 0; at < page.size();) {
    const std::size_t script = std::min(page.find("<script", at), page.find("<style", at));
    out += page.substr(at, script - at);
    if (script == std::string::npos) {
      break;
    }
    const bool style = page.compare(script, 6, "<style") == 0;
    at = page.find(style ? "</style>" : "</script>", script) + (style ? 8 : 9);
  }
  return out;
}

TEST(Report, ShowsValueChangeAndFiguresWithoutScript) {
  Sample sample = make_sample("sparse");
  const std::string page = markup_of(page_of(request_of(sample)));
  const std::string card = between(page, R"(<article class="card" id="chart-0")", "</article>");
  EXPECT_THAT(card,
              HasSubstr(R"(<h3 id="title-0">Test coverage</h3><p class="about">Share of lines that tests reach</p>)"));
  EXPECT_THAT(card, HasSubstr(R"(<span class="now">84.5%</span>)"));
  EXPECT_THAT(card, HasSubstr(R"(<span class="change good"><i aria-hidden="true">↑</i> +0.5%</span>)"));
  EXPECT_THAT(card, HasSubstr("measured 1 build ago"));
  EXPECT_THAT(card, HasSubstr("<div><dt>Min</dt><dd>79.5%</dd></div><div><dt>Mean</dt><dd>81.9%</dd></div>"
                              "<div><dt>Max</dt><dd>84.5%</dd></div>"));
  EXPECT_THAT(card, HasSubstr(R"(<svg class="spark k1")"));
}

TEST(Report, F116_LoadsNothingFromAnywhere) {
  for (const char* name : {"demo", "preview"}) {
    const std::string markup = markup_of(page_of(name));
    EXPECT_FALSE(has(markup, "<link")) << name;
    EXPECT_FALSE(has(markup, "<img")) << name;
    EXPECT_FALSE(has(markup, " src=")) << name;
    EXPECT_FALSE(has(markup, "url(")) << name;
  }
  const std::string style = between(page_of("demo"), "<style>", "</style>");
  EXPECT_FALSE(has(style, "url("));
  EXPECT_FALSE(has(style, "@import"));
}

TEST(Report, ThePolicyAllowsItsOwnScriptsAndStyleAndNothingElse) {
  const std::string page = page_of("demo");
  const auto digest = [](const std::string& text) {
    const Sha256Digest bytes = sha256(text);
    return "'sha256-" + base64(std::string(bytes.begin(), bytes.end())) + "'";
  };
  const std::string style = between(page, "<style>", "</style>");
  const std::string boot = between(page, "</style><script>", "</script>");
  const std::size_t last = page.rfind("<script>");
  const std::string script = page.substr(last + 8, page.rfind("</script>") - last - 8);
  EXPECT_EQ(between(page, R"(http-equiv="Content-Security-Policy" content=")", "\""),
            "default-src 'none'; script-src " + digest(boot) + " " + digest(script) + "; style-src " + digest(style) +
                "; img-src blob: data:; base-uri 'none'; form-action 'none'");
  EXPECT_EQ(count(page, "<script>"), 2U);
  EXPECT_EQ(count(page, "<style>"), 1U);
  EXPECT_FALSE(has(markup_of(page), " style="));
}

TEST(Report, HostileTextStaysText) {
  const std::string page = page_of("hostile");
  const std::string markup = markup_of(page);
  EXPECT_EQ(markup.find("<script"), std::string::npos);
  EXPECT_EQ(markup.find("<img"), std::string::npos);
  EXPECT_EQ(markup.find("<!--"), std::string::npos);
  EXPECT_EQ(markup.find("javascript:"), std::string::npos) << "no link to a host that is none";
  EXPECT_EQ(markup.find("onclick='"), std::string::npos);
  EXPECT_TRUE(has(markup, "&lt;/script&gt;&lt;script&gt;alert(&#39;name&#39;)&lt;/script&gt;"));
  EXPECT_TRUE(has(markup, "feature/&lt;script&gt;alert(&#39;branch&#39;)&lt;/script&gt;"));
  const std::string manifest = manifest_of(page);
  EXPECT_EQ(manifest.find_first_of("<>&"), std::string::npos);
  EXPECT_EQ(manifest.find("\xE2\x80\xA8"), std::string::npos);
  EXPECT_TRUE(has(manifest, R"(line\u2028separator\u2029s)"));
  EXPECT_FALSE(has(manifest, "NaN"));
  EXPECT_FALSE(has(manifest, "inf"));
  EXPECT_TRUE(has(manifest, R"("url":"")"));
}

TEST(Report, LongTextIsCutInTheMarkup) { EXPECT_LT(markup_of(page_of("hostile")).size(), 60'000U); }

TEST(Report, F117_IdsAreNumberedPerChart) {
  const std::string markup = markup_of(page_of("sections"));
  std::set<std::string> seen;
  static const std::regex kId(" id=\"([^\"]+)\"");
  for (auto it = std::sregex_iterator(markup.begin(), markup.end(), kId); it != std::sregex_iterator(); ++it) {
    EXPECT_TRUE(seen.insert((*it)[1]).second) << (*it)[1];
  }
  EXPECT_EQ(count(markup, "Test coverage"), 1U);
  EXPECT_EQ(count(markup, "Coverage again"), 1U);
  EXPECT_EQ(count(markup, R"(class="card)"), 10U);
}

TEST(Report, F118_ALockedModeIsSetOnTheRoot) {
  Sample sample = make_sample("one-point");
  sample.request.layout.mode = ColourMode::light;
  const std::string page = page_of(request_of(sample));
  EXPECT_THAT(page.substr(0, 80), HasSubstr(R"(<html lang="en" data-theme="light" data-locked>)"));
  EXPECT_TRUE(has(manifest_of(page), R"("locked":true)"));
  sample.request.layout.mode = ColourMode::automatic;
  EXPECT_TRUE(has(page_of(request_of(sample)).substr(0, 80), R"(<html lang="en"><head>)"));
}

TEST(Report, F120_ShowsOneBranchAndCarriesTheOthersApart) {
  const Sample sample = make_sample("demo");
  ReportResult told;
  const std::string page = page_of(request_of(sample), &told);
  EXPECT_THAT(told.warnings, ElementsAre());
  EXPECT_TRUE(has(markup_of(page), R"(<span id="branch" class="branch">main</span>)"));
  const std::string manifest = manifest_of(page);
  EXPECT_TRUE(has(manifest, R"({"name":"main","builds":[1400,)"));
  EXPECT_TRUE(has(manifest, R"({"name":"release/2.0","builds":[120,)"));
  EXPECT_TRUE(has(manifest, R"({"name":"spike/new-parser","builds":[3,)"));
  EXPECT_EQ(count(page, R"(id="builds-)"), 3U);
}

TEST(Report, BranchesWithoutRoomAreLeftOutAndSaid) {
  Sample sample = make_sample("demo");
  const HistoryData release = sample.others[0];
  sample.others.clear();
  sample.history.branches.resize(1);
  for (int i = 0; i < 130; ++i) {
    HistoryData copy = release;
    copy.branch = "branch-" + std::to_string(i);
    sample.history.branches.push_back({copy.branch, static_cast<std::int64_t>(copy.builds.size())});
    sample.others.push_back(std::move(copy));
  }
  ReportResult told;
  const std::string page = page_of(request_of(sample), &told);
  EXPECT_LT(page.size(), 700'000U);
  ASSERT_EQ(told.warnings.size(), 1U);
  EXPECT_THAT(
      told.warnings[0],
      testing::MatchesRegex("the report has no room for [0-9]+ of 131 branches; the least active were left out"));
  const std::string number = between(told.warnings[0], "no room for ", " of");
  EXPECT_THAT(between(markup_of(page), R"(<footer class="foot">)", "</footer>"),
              HasSubstr("<p>The page has no room for " + number + " of 131 branches, the least active ones; "));
  EXPECT_TRUE(has(manifest_of(page), "\"leftOut\":" + number));
}

// A history of two branches whose numbers have digits that do not pack.
Sample two_branches(std::size_t metrics) {
  Sample sample = make_large_sample(3000, metrics);
  for (HistorySeries& series : sample.history.series) {
    for (double& value : series.numbers) value = std::sqrt(value + 1);
  }
  HistoryData other = sample.history;
  other.branch = "other";
  other.builds.resize(550);
  for (HistorySeries& series : other.series) {
    if (!series.numbers.empty()) series.numbers.resize(550);
    if (!series.label_indexes.empty()) series.label_indexes.resize(550);
  }
  sample.history.branches = {{sample.history.branch, 3000}, {"other", 550}};
  sample.others.push_back(std::move(other));
  return sample;
}

TEST(Report, TheNewestBuildsOfABranchMayExceedItsPartALittle) {
  constexpr std::size_t kPart = 60'000;  // 40 % of 150,000
  bool exceeded = false;
  for (std::size_t metrics = 10; metrics < 20; ++metrics) {
    const Sample sample = two_branches(metrics);
    const std::string page = page_of(request_of(sample));
    const std::size_t begin = page.find(R"(id="builds-1")");
    if (begin == std::string::npos) {
      EXPECT_TRUE(exceeded) << metrics;
      EXPECT_TRUE(has(manifest_of(page), R"("leftOut":1)"));
      return;
    }
    EXPECT_TRUE(has(manifest_of(page), R"("leftOut":0)"));
    exceeded = (page.rfind("<script>") - begin) * 3 / 4 > kPart;
  }
  FAIL() << "a branch has room whatever its size";
}

TEST(Report, F123_AHugeHistoryMakesASmallPage) {
  const std::string page = page_of("huge");
  EXPECT_LT(page.size(), 3'000'000U);
  EXPECT_TRUE(has(manifest_of(page), R"("builds":[50000,)"));
}

TEST(Report, TheSizeIsBoundedForNumbersThatDoNotPack) {
  Sample sample = make_large_sample(5000, 20);
  for (HistorySeries& series : sample.history.series) {
    for (double& value : series.numbers) {
      value = std::sqrt(value + 1);
    }
  }
  EXPECT_LT(page_of(request_of(sample)).size(), 400'000U);
}

TEST(Report, ThePageWithoutDataIsSmall) { EXPECT_LT(page_of("empty").size(), 150'000U); }

TEST(Report, F128_InventedValuesAreMarked) {
  const std::string page = page_of("preview");
  EXPECT_TRUE(has(markup_of(page), "<b>Preview.</b> These values are invented"));
  EXPECT_TRUE(has(manifest_of(page), R"("preview":true)"));
  const std::string real = page_of("demo");
  EXPECT_FALSE(has(markup_of(real), "invented"));
  EXPECT_TRUE(has(manifest_of(real), R"("preview":false)"));
}

TEST(PreviewHistory, F128_IsTheSameAtEveryRunAndDependsOnTheMetricAlone) {
  Metric metric;
  metric.key = "coverage";
  metric.unit = Unit::percent;
  Metric other;
  other.key = "other";
  other.type = MetricType::label;
  const Instant now(std::chrono::milliseconds(1'764'000'000'000));
  const HistoryData one = make_preview_history({metric}, now);
  const HistoryData two = make_preview_history({other, metric}, now + std::chrono::hours(99));
  EXPECT_EQ(one.series[0].numbers, two.series[1].numbers);
  EXPECT_EQ(one.series[0].numbers.size(), 60U);
  EXPECT_EQ(one.series[0].numbers.front(), 82.25) << "a change here changes everybody's preview";
  EXPECT_EQ(two.series[0].label_indexes.size(), 60U);
  EXPECT_EQ(one.builds.back().timestamp, now);
}

TEST(Report, F134_NamesTheVersionOfTheBuildAndTheZone) {
  const std::string markup = markup_of(page_of("demo"));
  const std::string foot = between(markup, R"(<footer class="foot">)", "</footer>");
  EXPECT_THAT(foot, HasSubstr("unentropy " + std::string(version()) + " · <a href="));
  EXPECT_THAT(foot, HasSubstr("1,400 builds"));
  EXPECT_THAT(foot, HasSubstr(R"(page made <time datetime="2025-11-24T16:00:00.000Z">2025-11-24 16:00 UTC</time>)"));
  EXPECT_THAT(foot, HasSubstr("Times are in UTC."));
}

TEST(Report, F135_AnEmptySectionSaysWhy) {
  const std::string markup = markup_of(page_of("sections"));
  EXPECT_THAT(between(markup, ">Planned</h2>", "</section>"),
              HasSubstr("No chart here: none of this section's metrics is known."));
}

TEST(Report, AMetricThatIsNoLongerConfiguredIsFoldedAway) {
  const std::string rest = between(markup_of(page_of("sections")), "<details", "</details>");
  EXPECT_THAT(rest, HasSubstr("<h2>No longer configured</h2> <span>2</span>"));
  EXPECT_THAT(rest, HasSubstr(">dependencies</h3>"));
}

TEST(Report, WithoutBuildsSaysWhatToDo) {
  const std::string markup = markup_of(page_of("empty"));
  EXPECT_TRUE(has(markup, "<h2>No builds yet</h2><p>The history has no build of branch <code>main</code>"));
  EXPECT_FALSE(has(markup, "class=\"card"));
}

TEST(Report, FewValuesAreSaid) {
  const std::string markup = markup_of(page_of("one-point"));
  EXPECT_TRUE(has(markup, R"(<p class="note">Only 1 value so far: too few to show a trend</p>)"));
  EXPECT_THAT(between(markup, ">Not measured yet</h3>", "</article>"), HasSubstr("No data yet"));
  EXPECT_TRUE(has(markup, "<div><dt>Trend</dt><dd><span class=\"change flat\">N/A</span></dd></div>"));
}

TEST(Report, LinksToCommitAndRunWhereTheHostIsKnown) {
  Sample sample = make_sample("one-point");
  const std::string sha = sample.history.builds[0].commit_sha;
  EXPECT_TRUE(has(page_of(request_of(sample)), "https://github.com/acme/rocket/commit/" + sha));
  sample.request.server_url.clear();
  const std::string markup = markup_of(page_of(request_of(sample)));
  EXPECT_FALSE(has(markup, "/commit/"));
  EXPECT_TRUE(has(markup, "<code>" + sha.substr(0, 7) + "</code>"));
}

TEST(Report, ThresholdsReachThePage) {
  EXPECT_THAT(manifest_of(page_of("demo")),
              HasSubstr(R"("thresholds":[{"mode":"min","severity":"blocker","tolerance":0.5,"target":80}])"));
}

TEST(Report, TheSameHistoryMakesTheSamePage) { EXPECT_EQ(page_of("demo"), page_of("demo")); }

TEST(Report, ADirectoryThatCannotBeMadeIsAnError) {
  const TempDir directory(fs::temp_directory_path());
  write_file_atomically(directory.path() / "file", "x");
  const Sample sample = make_sample("one-point");
  EXPECT_THROW(write_report(request_of(sample), directory.path() / "file"), Error);
}

}  // namespace
}  // namespace unentropy
