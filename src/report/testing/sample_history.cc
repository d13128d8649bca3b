#include "report/testing/sample_history.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "report/preview_data.h"
#include "report/seeded_random.h"

namespace unentropy {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr Instant kNow{std::chrono::milliseconds(1'764'000'000'000)};  // 2025-11-24T16:00:00Z

double rounded(double value, int decimals) {
  const double power = std::pow(10.0, decimals);
  return std::round(value * power) / power;
}

std::string commit_of(SeededRandom& random) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string sha;
  for (int i = 0; i < 40; ++i) {
    sha += kHex[random.next() >> 60U];
  }
  return sha;
}

// Working days are busy, nights and weekends are not; the newest build lies a few hours before `kNow`.
std::vector<HistoryBuild> make_builds(std::size_t count, double days, SeededRandom& random) {
  std::vector<HistoryBuild> builds(count);
  std::vector<double> steps(count, 0);
  double total = 0;
  for (std::size_t i = 1; i < count; ++i) {
    steps[i] = -std::log(1 - random.uniform()) * (random.uniform() < 0.06 ? 9 : 0.5);
    total += steps[i];
  }
  double at = 0;
  const double scale = total > 0 ? days * 86'400'000.0 / total : 0;
  for (std::size_t i = 0; i < count; ++i) {
    at += steps[i] * scale;
    HistoryBuild& build = builds[i];
    build.id = static_cast<std::int64_t>(i) + 1;
    build.commit_sha = commit_of(random);
    build.run_number = static_cast<std::int64_t>(i) + 101;
    build.run_id = std::to_string(6'000'000'000 + static_cast<std::int64_t>(i) * 1'237'451);
    build.event_name = random.uniform() < 0.05 ? "schedule" : "push";
    build.timestamp = kNow - std::chrono::hours(3) - std::chrono::milliseconds(std::llround(days * 86'400'000.0 - at));
  }
  return builds;
}

struct Shape {
  std::string_view key;
  std::string_view name;
  std::string_view description;
  std::optional<Unit> unit;
  std::optional<Direction> direction;
  double start;
  double drift;  // over the whole history
  double noise;
  int decimals;
  double spikes;  // share of builds
};

constexpr std::array<Shape, 10> kShapes{
    Shape{"coverage", "Test coverage", "Share of lines that tests reach", Unit::percent, Direction::higher_is_better,
          71.5, 14, 0.25, 2, 0},
    Shape{"bundle-size", "Bundle size", "Bytes of the minified browser bundle", Unit::bytes, Direction::lower_is_better,
          412'000, 96'000, 1'400, 0, 0.004},
    Shape{"test-time", "Test time", "Time all tests take", Unit::duration, Direction::lower_is_better, 74.2, 61, 4.5, 3,
          0.02},
    Shape{"loc", "Lines of code", "Lines of code without blanks and comments", Unit::integer, std::nullopt, 18'400,
          23'000, 60, 0, 0},
    Shape{"build-time", "Build time", "Clean build on the CI machine", Unit::duration, Direction::lower_is_better, 312,
          -95, 9, 2, 0.01},
    Shape{"dependencies", "Dependencies", "Direct and transitive packages", Unit::integer, Direction::lower_is_better,
          143, 41, 0.4, 0, 0},
    Shape{"complexity", "Complexity", "Mean cyclomatic complexity per function", Unit::decimal,
          Direction::lower_is_better, 4.12, -0.6, 0.02, 3, 0},
    Shape{"requests-p99", "Latency p99", "", Unit::duration, Direction::lower_is_better, 0.182, 0.04, 0.012, 5, 0.015},
    Shape{"todo-count", "Open TODOs", "Comments that say TODO", Unit::integer, Direction::lower_is_better, 211, -70,
          1.5, 0, 0},
    Shape{"memory-peak", "Peak memory", "Resident set of the integration test", Unit::bytes, Direction::lower_is_better,
          268'000'000, 45'000'000, 2'600'000, 0, 0.006},
};

std::vector<double> walk(const Shape& shape, std::size_t count, SeededRandom& random) {
  std::vector<double> values;
  values.reserve(count);
  double wander = 0;
  double level = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const double share = count > 1 ? static_cast<double>(i) / static_cast<double>(count - 1) : 1;
    wander = wander * 0.985 + random.normal() * shape.noise * 0.35;
    if (random.uniform() < 2.5 / static_cast<double>(count)) {
      level += shape.drift * 0.12 * random.normal();  // a step that stays
    }
    double value = shape.start + shape.drift * share + level + wander + random.normal() * shape.noise * 0.4;
    if (random.uniform() < shape.spikes) {
      value += std::abs(shape.start) * (0.08 + 0.22 * random.uniform());
    }
    values.push_back(std::max(0.0, rounded(value, shape.decimals)));
  }
  return values;
}

Metric metric_of(const Shape& shape) {
  Metric metric;
  metric.key = std::string(shape.key);
  metric.name = std::string(shape.name);
  metric.description = std::string(shape.description);
  metric.unit = shape.unit;
  metric.direction = shape.direction;
  return metric;
}

void add_numbers(Sample& sample, Metric metric, std::vector<double> numbers) {
  HistorySeries series;
  series.metric_key = metric.key;
  series.unit = metric.unit ? std::string(to_string(*metric.unit)) : "";
  series.description = metric.description;
  series.numbers = std::move(numbers);
  sample.history.series.push_back(std::move(series));
  sample.request.metrics.push_back(std::move(metric));
}

void add_labels(Sample& sample, Metric metric, std::vector<std::string> labels, std::vector<std::uint32_t> indexes) {
  metric.type = MetricType::label;
  HistorySeries series;
  series.metric_key = metric.key;
  series.type = MetricType::label;
  series.labels = std::move(labels);
  series.label_indexes = std::move(indexes);
  series.description = metric.description;
  sample.history.series.push_back(std::move(series));
  sample.request.metrics.push_back(std::move(metric));
}

Metric named(std::string key, std::string name, std::optional<Unit> unit = std::nullopt) {
  Metric metric;
  metric.key = std::move(key);
  metric.name = std::move(name);
  metric.unit = unit;
  return metric;
}

// States that last: the next one differs now and then.
std::vector<std::uint32_t> states(std::size_t count, std::uint32_t kinds, double change, SeededRandom& random) {
  std::vector<std::uint32_t> indexes;
  std::uint32_t now = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (random.uniform() < change) {
      now = static_cast<std::uint32_t>(random.next() % kinds);
    }
    indexes.push_back(now);
  }
  return indexes;
}

Sample empty_sample(std::string branch = "main") {
  Sample sample;
  sample.history.branch = std::move(branch);
  sample.request.repository = "acme/rocket";
  sample.request.server_url = "https://github.com";
  sample.request.generated_at = kNow;
  return sample;
}

void finish(Sample& sample) {
  sample.history.total_builds = static_cast<std::int64_t>(sample.history.builds.size());
  sample.history.branches = {{sample.history.branch, sample.history.total_builds}};
  for (const HistoryData& other : sample.others) {
    const auto builds = static_cast<std::int64_t>(other.builds.size());
    sample.history.total_builds += builds;
    sample.history.branches.push_back({other.branch, builds});
  }
}

// A branch that was cut off the main one and lacks all but the first few metrics.
HistoryData branch_of(const HistoryData& main, std::string name, std::size_t from, std::size_t builds,
                      std::size_t metrics, double factor) {
  HistoryData branch;
  branch.branch = std::move(name);
  const auto part = [&](const auto& column) {
    const auto begin = column.begin() + static_cast<std::ptrdiff_t>(from);
    return std::decay_t<decltype(column)>(begin, begin + static_cast<std::ptrdiff_t>(builds));
  };
  branch.builds = part(main.builds);
  for (std::size_t i = 0; i < metrics; ++i) {
    HistorySeries series = main.series[i];
    series.numbers = part(series.numbers);
    for (double& value : series.numbers) {
      value = rounded(value * factor, 2);
    }
    branch.series.push_back(std::move(series));
  }
  return branch;
}

Sample demo() {
  Sample sample = empty_sample();
  SeededRandom random(7);
  constexpr std::size_t kBuilds = 1400;
  sample.history.builds = make_builds(kBuilds, 420, random);
  for (const Shape& shape : kShapes) {
    add_numbers(sample, metric_of(shape), walk(shape, kBuilds, random));
  }
  // Measured only since a while, and not by every build.
  auto& young = sample.history.series[7].numbers;
  for (std::size_t i = 0; i < kBuilds; ++i) {
    if (i < kBuilds / 2 || (i > 1000 && i < 1040)) {
      young[i] = kNone;
    }
  }
  add_labels(sample, named("toolchain", "Compiler"), {"gcc-12.2", "gcc-13.1", "clang-17", "gcc-14.2"},
             states(kBuilds, 4, 0.006, random));
  sample.request.thresholds = {
      {"coverage", ThresholdMode::min, 80.0, 0.5, std::nullopt, Severity::blocker, std::nullopt},
      {"bundle-size", ThresholdMode::max, 540'000.0, 0.5, std::nullopt, Severity::warning, std::nullopt},
      {"dependencies", ThresholdMode::max, 150.0, 0.5, std::nullopt, Severity::blocker, std::nullopt},
      {"memory-peak", ThresholdMode::no_regression, std::nullopt, 20'000'000.0, std::nullopt, Severity::warning,
       std::nullopt}};
  sample.others.push_back(branch_of(sample.history, "release/2.0", 900, 120, 6, 0.97));
  sample.others.push_back(branch_of(sample.history, "spike/new-parser", 1300, 3, 2, 1.1));
  finish(sample);
  return sample;
}

Sample one_point() {
  Sample sample = empty_sample();
  SeededRandom random(3);
  sample.history.builds = make_builds(1, 0, random);
  add_numbers(sample, metric_of(kShapes[0]), {87.5});
  add_numbers(sample, metric_of(kShapes[1]), {0});
  add_labels(sample, named("toolchain", "Compiler"), {"gcc-12.2"}, {0});
  add_numbers(sample, named("later", "Not measured yet", Unit::integer), {kNone});
  finish(sample);
  return sample;
}

Sample sparse() {
  Sample sample = empty_sample();
  SeededRandom random(5);
  sample.history.builds = make_builds(9, 30, random);
  add_numbers(sample, metric_of(kShapes[0]), {80, 81.25, kNone, 79.5, kNone, kNone, 84, 84.5, kNone});
  add_numbers(sample, metric_of(kShapes[2]), {kNone, kNone, kNone, 61.5, kNone, kNone, kNone, 59.7, kNone});
  add_numbers(sample, metric_of(kShapes[3]), {kNone, kNone, kNone, kNone, 1200, kNone, kNone, kNone, kNone});
  add_numbers(sample, metric_of(kShapes[5]), {5, 5, 5, 5, 5, 5, 5, 5, 5});
  add_numbers(sample, named("ratio", "No unit"), {12, 15, 9, 18, 12, 15, 9, 18, 0.00042});
  finish(sample);
  return sample;
}

Sample labels() {
  Sample sample = empty_sample();
  SeededRandom random(11);
  constexpr std::size_t kBuilds = 900;
  sample.history.builds = make_builds(kBuilds, 200, random);
  add_labels(sample, named("toolchain", "Compiler"), {"gcc-12.2", "gcc-13.1", "clang-17", "gcc-14.2"},
             states(kBuilds, 4, 0.01, random));
  add_labels(sample, named("health", "Health"), {"green", "yellow", "red"}, states(kBuilds, 3, 0.1, random));
  std::vector<std::string> many;
  for (int i = 0; i < 60; ++i) {
    many.push_back("node-" + std::to_string(i));
  }
  add_labels(sample, named("runner", "Runner"), many, states(kBuilds, 60, 1, random));
  auto some = states(kBuilds, 2, 0.05, random);
  for (std::size_t i = 0; i < some.size(); i += 3) {
    some[i] = HistorySeries::kNoLabel;
  }
  add_labels(sample, named("nightly", "Nightly result"), {"pass", "fail"}, some);
  finish(sample);
  return sample;
}

Sample sections() {
  Sample sample = demo();
  ReportLayout& layout = sample.request.layout;
  layout.sections = {
      {"Quality",
       "What reviewers look at first.",
       {{{"coverage"}, ""}, {{"complexity"}, ""}, {{"todo-count"}, "To do"}}},
      {"Speed", "", {{{"build-time", "test-time"}, "Build and test"}, {{"requests-p99"}, ""}}},
      {"Size", "What people download.", {{{"bundle-size"}, ""}, {{"loc"}, ""}, {{"coverage"}, "Coverage again"}}},
      {"Planned", "Nothing is measured here yet.", {{{"unknown-metric"}, ""}}},
  };
  layout.theme = "flux";
  // Two of the history's metrics are not in the configuration any more.
  std::vector<Metric> kept;
  for (const Metric& metric : sample.request.metrics) {
    if (metric.key != "dependencies" && metric.key != "memory-peak") {
      kept.push_back(metric);
    }
  }
  sample.request.metrics = kept;
  return sample;
}

Sample multi_metric() {
  Sample sample = demo();
  sample.request.layout.theme = "halftone";
  sample.request.layout.sections = {{"Together",
                                     "",
                                     {{{"build-time", "test-time"}, "One unit"},
                                      {{"coverage", "loc"}, "Two units"},
                                      {{"coverage", "bundle-size", "test-time", "complexity"}, "Four units"},
                                      {{"test-time", "toolchain"}, "Numbers and labels"},
                                      {{"coverage", "bundle-size", "test-time", "loc", "build-time", "dependencies",
                                        "complexity", "todo-count", "memory-peak"},
                                       ""}}}};
  return sample;
}

Sample hostile() {
  Sample sample = empty_sample("feature/<script>alert('branch')</script>");
  sample.request.repository = "</title><script>alert(1)</script>/\"'><img src=x onerror=alert(2)>";
  sample.request.server_url = "javascript:alert(3)//";
  sample.request.layout.theme = "specimen";
  SeededRandom random(13);
  sample.history.builds = make_builds(40, 10, random);
  sample.history.builds.back().commit_sha = "\"><script>alert(4)</script>";
  sample.history.builds.back().run_id = "1' onclick='alert(5)";
  sample.history.builds[38].event_name = "<b>push</b>";
  const std::vector<std::string> names{"</script><script>alert('name')</script>",
                                       "<!-- <script>",
                                       "]]> --> & &amp; \" ' `",
                                       "line\xE2\x80\xA8separator\xE2\x80\xA9s",
                                       "bad\xFF\xC0utf-8",
                                       "\xE2\x80\xAEright to left",
                                       "null\x01 control \x1B[31m",
                                       "__proto__",
                                       std::string(3000, 'W')};
  for (std::size_t i = 0; i < names.size(); ++i) {
    Metric metric = named("m" + std::to_string(i), names[i]);
    metric.description = names[names.size() - 1 - i];
    add_numbers(sample, metric, walk(kShapes[i % kShapes.size()], 40, random));
    if (i == 2) {
      sample.history.series.back().unit = "<i>units</i>";
    }
  }
  auto& odd = sample.history.series[4].numbers;
  odd = std::vector<double>(40, 1e308);
  odd[3] = -1e308;
  odd[4] = 5e-324;
  odd[5] = std::numeric_limits<double>::infinity();
  sample.history.series[5].numbers = std::vector<double>(40, -0.0);
  auto& thirds = sample.history.series[6].numbers;
  for (std::size_t i = 0; i < thirds.size(); ++i) {
    thirds[i] = static_cast<double>(i) / 3;
  }
  add_labels(sample, named("labels", "__proto__"), {"</script>", "<img src=x onerror=alert(6)>", "constructor", "=1+1"},
             states(40, 4, 0.5, random));
  finish(sample);
  return sample;
}

Sample preview() {
  Sample sample = empty_sample();
  for (const Shape& shape : kShapes) {
    sample.request.metrics.push_back(metric_of(shape));
  }
  Metric label = named("toolchain", "Compiler");
  label.type = MetricType::label;
  sample.request.metrics.push_back(label);
  sample.history = make_preview_history(sample.request.metrics, kNow);
  sample.request.origin = ReportOrigin::preview;
  return sample;
}

Sample empty() {
  Sample sample = empty_sample();
  sample.request.metrics = {metric_of(kShapes[0]), metric_of(kShapes[1])};
  finish(sample);
  return sample;
}

struct NamedSample {
  std::string_view name;
  Sample (*make)();
};

constexpr std::array<NamedSample, 11> kSamples{
    NamedSample{"empty", empty},
    NamedSample{"one-point", one_point},
    NamedSample{"sparse", sparse},
    NamedSample{"labels", labels},
    NamedSample{"sections", sections},
    NamedSample{"multi-metric", multi_metric},
    NamedSample{"huge", [] { return make_large_sample(50'000, 50); }},
    NamedSample{"hostile", hostile},
    NamedSample{"demo", demo},
    NamedSample{"demo-locked",
                [] {
                  Sample sample = demo();
                  sample.request.layout.mode = ColourMode::dark;
                  sample.request.layout.theme = "specimen";
                  return sample;
                }},
    NamedSample{"preview", preview},
};

}  // namespace

ReportRequest request_of(const Sample& sample) {
  ReportRequest request = sample.request;
  request.history = &sample.history;
  if (!sample.others.empty()) {
    request.load_branch = [&sample](const std::string& branch) {
      const auto found = std::find_if(sample.others.begin(), sample.others.end(),
                                      [&](const HistoryData& other) { return other.branch == branch; });
      return found == sample.others.end() ? HistoryData{} : *found;
    };
  }
  return request;
}

const std::vector<std::string>& sample_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const NamedSample& sample : kSamples) {
      all.emplace_back(sample.name);
    }
    return all;
  }();
  return names;
}

Sample make_sample(std::string_view name) {
  for (const NamedSample& sample : kSamples) {
    if (sample.name == name) {
      return sample.make();
    }
  }
  throw std::invalid_argument("no such sample: " + std::string(name));
}

Sample make_large_sample(std::size_t builds, std::size_t metrics) {
  Sample sample = empty_sample();
  SeededRandom random(17);
  sample.history.builds = make_builds(builds, 1100, random);
  for (std::size_t m = 0; m < metrics; ++m) {
    const std::string suffix = m < kShapes.size() ? "" : "-" + std::to_string(m / kShapes.size() + 1);
    if (m % 12 == 11) {
      add_labels(sample, named("state" + suffix, "State" + suffix), {"stable", "flaky", "broken"},
                 states(builds, 3, 0.02, random));
      continue;
    }
    const Shape& shape = kShapes[m % kShapes.size()];
    Metric metric = metric_of(shape);
    metric.key += suffix;
    metric.name += suffix;
    add_numbers(sample, metric, walk(shape, builds, random));
    if (m % 7 == 6) {
      for (double& value : sample.history.series.back().numbers) {
        value = random.uniform() < 0.03 ? kNone : value;
      }
    }
  }
  finish(sample);
  return sample;
}

}  // namespace unentropy
