// report_sample NAME DIRECTORY: writes the page of a named sample, for looking at it and for the browser tests.
// report_sample BUILDSxMETRICS DIRECTORY: one of any size.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>

#include "report/testing/sample_history.h"

namespace {

unentropy::Sample sample_named(const std::string& name) {
  const std::size_t cross = name.find('x');
  if (cross != std::string::npos && name.find_first_not_of("0123456789x") == std::string::npos) {
    return unentropy::make_large_sample(std::stoul(name.substr(0, cross)), std::stoul(name.substr(cross + 1)));
  }
  return unentropy::make_sample(name);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: report_sample NAME|BUILDSxMETRICS DIRECTORY\n");
    return 2;
  }
  try {
    const unentropy::Sample sample = sample_named(argv[1]);
    const auto start = std::chrono::steady_clock::now();
    const auto result = unentropy::write_report(request_of(sample), argv[2]);
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
    std::printf("%s %llu bytes %.1f ms\n", result.path.c_str(), static_cast<unsigned long long>(result.bytes),
                took.count());
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "report_sample: %s\n", error.what());
    return 1;
  }
}
