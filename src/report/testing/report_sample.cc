// report_sample NAME DIRECTORY: writes the page of a named sample, for looking at it and for the browser tests.
// report_sample BUILDSxMETRICS DIRECTORY: one of any size.
// report_sample NAME --values: the sample's values as JSON, to compare what a page carries with.
#include <chrono>
#include <cstdio>
#include <exception>
#include <fstream>
#include <string>

#include "report/escape.h"
#include "report/testing/sample_history.h"

namespace {

unentropy::Sample sample_named(const std::string& name) {
  const std::size_t cross = name.find('x');
  if (cross != std::string::npos && name.find_first_not_of("0123456789x") == std::string::npos) {
    return unentropy::make_large_sample(std::stoul(name.substr(0, cross)), std::stoul(name.substr(cross + 1)));
  }
  return unentropy::make_sample(name);
}

// Kilobytes that the kernel counts under `name` for this process, for example `VmHWM`, the peak.
long memory(const std::string& name) {
  std::ifstream status("/proc/self/status");
  std::string line;
  while (std::getline(status, line)) {
    if (line.rfind(name + ":", 0) == 0) {
      return std::stol(line.substr(name.size() + 1));
    }
  }
  return 0;
}

void print_values(const unentropy::Sample& sample) {
  using unentropy::json_number;
  using unentropy::json_string;
  std::string out = "{\"builds\":[";
  for (std::size_t i = 0; i < sample.history.builds.size(); ++i) {
    const unentropy::HistoryBuild& build = sample.history.builds[i];
    out += (i == 0 ? "[" : ",[") + std::to_string(build.timestamp.time_since_epoch().count()) + "," +
           json_string(build.commit_sha) + "," + std::to_string(build.run_number) + "," + json_string(build.run_id) +
           "," + json_string(build.event_name) + "]";
  }
  out += "],\"series\":{";
  for (std::size_t s = 0; s < sample.history.series.size(); ++s) {
    const unentropy::HistorySeries& series = sample.history.series[s];
    out += (s == 0 ? "" : ",") + json_string(series.metric_key) + ":[";
    const std::size_t count = sample.history.builds.size();
    for (std::size_t i = 0; i < count; ++i) {
      out += i == 0 ? "" : ",";
      if (series.type == unentropy::MetricType::label) {
        const std::uint32_t label = series.label_indexes[i];
        out += label < series.labels.size() ? json_string(series.labels[label]) : "null";
      } else {
        out += json_number(series.numbers[i]);
      }
    }
    out += "]";
  }
  out += "}}\n";
  std::fwrite(out.data(), 1, out.size(), stdout);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: report_sample NAME|BUILDSxMETRICS DIRECTORY|--values\n");
    return 2;
  }
  try {
    const unentropy::Sample sample = sample_named(argv[1]);
    if (std::string(argv[2]) == "--values") {
      print_values(sample);
      return 0;
    }
    std::ofstream("/proc/self/clear_refs") << 5;  // the peak begins anew: making up the history does not count
    const long before = memory("VmRSS");
    const auto start = std::chrono::steady_clock::now();
    const auto result = unentropy::write_report(request_of(sample), argv[2]);
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
    std::printf("%s %llu bytes %.1f ms %ld kB before %ld kB peak\n", result.path.c_str(),
                static_cast<unsigned long long>(result.bytes), took.count(), before, memory("VmHWM"));
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "report_sample: %s\n", error.what());
    return 1;
  }
}
