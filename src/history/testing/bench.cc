// history_bench FILE.db: what the operations of a run cost on that file, each the best of several, with the peak memory
// of the process after it. The file is copied; it is not changed.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <functional>
#include <string>

#include <fmt/format.h>
#include <sys/resource.h>

#include "base/file.h"
#include "history/history.h"

namespace unentropy {
namespace {

constexpr int kRounds = 5;

double peak_megabytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024.0;
}

double cpu_milliseconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

void measure(const std::string& what, const std::function<void()>& work) {
  double best = 1e9;
  double best_cpu = 1e9;
  for (int i = 0; i < kRounds; ++i) {
    const auto start = std::chrono::steady_clock::now();
    const double cpu = cpu_milliseconds();
    work();
    best_cpu = std::min(best_cpu, cpu_milliseconds() - cpu);
    best = std::min(best, std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
  }
  fmt::print("{:<30} {:>9.2f} ms wall {:>9.2f} ms cpu   peak {:>6.1f} MB\n", what, best, best_cpu, peak_megabytes());
}

BuildContext next_build(int number) {
  BuildContext build;
  build.commit_sha = fmt::format("{:040d}", number);
  build.branch = "main";
  build.run_id = std::to_string(number);
  build.event_name = "push";
  build.timestamp = std::chrono::sys_days(std::chrono::year(2025) / 6 / 2) + std::chrono::minutes(number);
  return build;
}

std::vector<MetricOutcome> outcomes_like(const HistoryData& data) {
  std::vector<MetricOutcome> outcomes;
  for (const HistorySeries& series : data.series) {
    MetricOutcome outcome;
    outcome.metric.key = series.metric_key;
    outcome.metric.type = series.type;
    if (series.type == MetricType::numeric) {
      outcome.result = MetricValue(1.5);
    } else {
      outcome.result = MetricValue(std::string("stable"));
    }
    outcomes.push_back(std::move(outcome));
  }
  return outcomes;
}

void run(const std::filesystem::path& source) {
  const TempDir directory(std::filesystem::temp_directory_path());
  const std::filesystem::path file = directory.path() / "copy.db";
  std::filesystem::copy_file(source, file);
  const auto open = [&](OpenMode mode, Verification verification) {
    return History::open(file, mode, verification, Durability::cached);
  };
  measure("open read-only, layout", [&] { open(OpenMode::read_only, Verification::header_and_layout).close(); });
  measure("open for writing, layout", [&] { open(OpenMode::read_write, Verification::header_and_layout).close(); });
  measure("open for writing, quick", [&] { open(OpenMode::read_write, Verification::quick).close(); });
  measure("build_count and value_count", [&] {
    const History history = open(OpenMode::read_only, Verification::header_and_layout);
    if (history.build_count() + history.value_count() < 0) std::abort();
  });
  int number = 0;
  const History reader = open(OpenMode::read_only, Verification::header_and_layout);
  const HistoryData data = reader.load("release/0");
  const std::vector<MetricOutcome> outcomes = outcomes_like(data);
  {
    History history = open(OpenMode::read_write, Verification::header_and_layout);
    measure("record", [&] { history.record(next_build(++number), outcomes); });
    measure("record again, next attempt", [&] {
      BuildContext build = next_build(1);
      build.run_attempt = ++number;
      history.record(build, outcomes);
    });
    measure("previous_values", [&] {
      const BuildContext build = next_build(++number);
      history.previous_values("main", build.commit_sha, build.run_id, build.timestamp);
    });
    history.close();
  }
  measure("load a small branch", [&] { reader.load("release/0"); });
  measure("load main", [&] { reader.load("main"); });
  measure("open for writing, full", [&] { open(OpenMode::read_write, Verification::full).close(); });
}

}  // namespace
}  // namespace unentropy

int main(int argc, char** argv) {
  if (argc != 2) {
    fmt::print(stderr, "usage: history_bench FILE.db\n");
    return 2;
  }
  unentropy::run(argv[1]);
  return 0;
}
