#include "report/preview_data.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string_view>

#include "report/seeded_random.h"

namespace unentropy {
namespace {

constexpr std::size_t kBuilds = 60;
constexpr std::chrono::milliseconds kSpan = std::chrono::days(90);

// FNV-1a: a seed that only the text decides.
std::uint64_t seed_of(std::string_view text) {
  std::uint64_t hash = 0xCBF29CE484222325U;
  for (const char c : text) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
  }
  return hash;
}

struct Shape {
  double start;
  double drift;  // from the first build to the last
  double noise;
  int decimals;
};

Shape shape_of(const Metric& metric, SeededRandom& random) {
  const double size = 0.6 + 0.8 * random.uniform();
  switch (metric.unit.value_or(Unit::decimal)) {
    case Unit::percent:
      return {55 + 20 * size, 9 * size, 0.6, 2};
    case Unit::bytes:
      return {480'000 * size, 60'000 * size, 3'000, 0};
    case Unit::duration:
      return {90 * size, 20 * size, 4, 2};
    case Unit::integer:
      return {12'000 * size, 2'600 * size, 90, 0};
    case Unit::decimal:
      break;
  }
  return {40 * size, 6 * size, 0.8, 2};
}

std::vector<double> numbers_of(const Metric& metric) {
  SeededRandom random(seed_of(metric.key));
  const Shape shape = shape_of(metric, random);
  const double sign = effective_direction(metric) == Direction::lower_is_better ? -0.6 : 1;
  const double power = std::pow(10.0, shape.decimals);
  std::vector<double> numbers;
  double wander = 0;
  for (std::size_t i = 0; i < kBuilds; ++i) {
    wander = wander * 0.9 + random.normal() * shape.noise * 0.5;
    const double share = static_cast<double>(i) / static_cast<double>(kBuilds - 1);
    const double value = shape.start + sign * shape.drift * share + wander;
    numbers.push_back(std::round(std::max(0.0, value) * power) / power);
  }
  return numbers;
}

std::vector<std::uint32_t> labels_of(const Metric& metric, std::uint32_t kinds) {
  SeededRandom random(seed_of(metric.key));
  std::vector<std::uint32_t> indexes;
  std::uint32_t now = 0;
  for (std::size_t i = 0; i < kBuilds; ++i) {
    if (random.uniform() < 0.08) {
      now = static_cast<std::uint32_t>(random.next() % kinds);
    }
    indexes.push_back(now);
  }
  return indexes;
}

std::vector<HistoryBuild> builds_until(Instant newest) {
  SeededRandom random(seed_of("builds"));
  std::vector<HistoryBuild> builds(kBuilds);
  for (std::size_t i = 0; i < kBuilds; ++i) {
    HistoryBuild& build = builds[i];
    const auto back = static_cast<std::int64_t>(kBuilds - 1 - i) * kSpan.count() / static_cast<std::int64_t>(kBuilds);
    build.id = static_cast<std::int64_t>(i) + 1;
    build.run_number = static_cast<std::int64_t>(i) + 1;
    build.event_name = "push";
    build.timestamp = newest - std::chrono::milliseconds(back);
    for (int digit = 0; digit < 40; ++digit) {
      build.commit_sha += "0123456789abcdef"[random.next() >> 60U];
    }
  }
  return builds;
}

}  // namespace

HistoryData make_preview_history(const std::vector<Metric>& metrics, Instant newest) {
  HistoryData history;
  history.branch = "main";
  history.builds = builds_until(newest);
  history.total_builds = static_cast<std::int64_t>(history.builds.size());
  history.branches = {{history.branch, history.total_builds}};
  for (const Metric& metric : metrics) {
    HistorySeries series;
    series.metric_key = metric.key;
    series.type = metric.type;
    if (metric.type == MetricType::label) {
      series.labels = {"first", "second", "third"};
      series.label_indexes = labels_of(metric, 3);
    } else {
      series.unit = metric.unit ? std::string(to_string(*metric.unit)) : "";
      series.numbers = numbers_of(metric);
    }
    history.series.push_back(std::move(series));
  }
  return history;
}

}  // namespace unentropy
