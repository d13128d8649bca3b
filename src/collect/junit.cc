#include "collect/junit.h"

#include <cmath>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"
#include "collect/numbers.h"
#include "collect/paths.h"
#include "collect/registry.h"
#include "collect/xml_reader.h"

namespace unentropy {

namespace {

// `1,234.5` is what old versions of Surefire write.
double to_seconds(std::string_view text) {
  const auto seconds = parse_double(replace_all(trim(text), ",", ""));
  return seconds && std::isfinite(*seconds) && *seconds > 0 ? *seconds : 0;
}

class JunitParser {
 public:
  explicit JunitParser(InputStream& input) : input_(input) {}

  TestReport run() {
    XmlHandlers handlers;
    handlers.start = [this](std::string_view name, const XmlAttributes& attributes) { start(name, attributes); };
    handlers.end = [this](std::string_view name) { end(name); };
    read_xml(input_, handlers);
    if (cases_.tests == 0) return suites_;
    if (cases_.seconds == 0) cases_.seconds = suites_.seconds;
    return cases_;
  }

 private:
  void start(std::string_view name, const XmlAttributes& attributes) {
    if (depth_++ == 0 && name != "testsuites" && name != "testsuite") {
      throw Error(ErrorKind::corrupt,
                  fmt::format("`{}` is not a JUnit file: its root element is {}, not `testsuites` or `testsuite`",
                              input_.shown(), in_ticks(name, 40)),
                  "for coverage reports there is `coverage`");
    }
    if (name == "testsuite") {
      if (suite_depth_ == 0) start_suite(attributes);
      ++suite_depth_;
    } else if (name == "testcase") {
      case_depth_ = depth_;
      case_ = {};
      case_.seconds = to_seconds(attributes.get("time"));
      // GoogleTest and others have no element for it.
      const std::string_view status = attributes.get("status");
      const std::string_view result = attributes.get("result");
      is_skipped_ = status == "notrun" || status == "skipped" || status == "disabled" || result == "skipped" ||
                    result == "suppressed";
    } else if (case_depth_ != 0 && depth_ == case_depth_ + 1) {
      is_error_ = is_error_ || name == "error";
      is_failure_ = is_failure_ || name == "failure";
      is_skipped_ = is_skipped_ || name == "skipped";
    }
  }

  void start_suite(const XmlAttributes& attributes) {
    const auto count = [&](std::string_view name) { return to_count(attributes.get(name)).value_or(0); };
    suites_ +=
        {count("tests"), count("failures"), count("errors"), count("skipped"), to_seconds(attributes.get("time"))};
  }

  void end(std::string_view name) {
    if (name == "testsuite") --suite_depth_;
    if (case_depth_ == depth_ && name == "testcase") end_case();
    --depth_;
  }

  void end_case() {
    case_.tests = 1;
    case_.errors = is_error_ ? 1 : 0;
    case_.failures = is_failure_ && !is_error_ ? 1 : 0;
    case_.skipped = is_skipped_ && !is_failure_ && !is_error_ ? 1 : 0;
    cases_ += case_;
    case_depth_ = 0;
    is_error_ = is_failure_ = is_skipped_ = false;
  }

  InputStream& input_;
  TestReport cases_;
  TestReport suites_;  // the outermost ones
  TestReport case_;    // the one in hand
  int depth_ = 0;
  int suite_depth_ = 0;
  int case_depth_ = 0;  // 0: in none
  bool is_error_ = false;
  bool is_failure_ = false;
  bool is_skipped_ = false;
};

struct Figure {
  std::string_view name;
  double (*of)(const TestReport&);
};

double number(std::uint64_t count) { return static_cast<double>(count); }

double failed(const TestReport& report) { return number(report.failures + report.errors); }

double passed(const TestReport& report) {
  return std::max(0.0, number(report.tests) - failed(report) - number(report.skipped));
}

// Of the tests that ran, in percent.
double pass_rate(const TestReport& report) { return passed(report) / (passed(report) + failed(report)) * 100; }

constexpr Figure kFigures[] = {
    {"tests", [](const TestReport& report) { return number(report.tests); }},
    {"passed", passed},
    {"failures", failed},
    {"errors", [](const TestReport& report) { return number(report.errors); }},
    {"skipped", [](const TestReport& report) { return number(report.skipped); }},
    {"duration", [](const TestReport& report) { return report.seconds; }},
    {"pass-rate", pass_rate},
};

CollectorResult collect_junit(const CollectorRun& run) {
  CollectorResult result;
  TestReport sum;
  for (const InputFile& file : input_files(run, run.command.arguments(), result.notices)) {
    UniqueFd fd = open_input(file.path, file.shown);
    const std::string key = file_identity(fd, file.shown);
    sum += *run.cache.test_reports.get(key, run.watch, [&] {
      InputStream input(std::move(fd), file.shown, run.watch);
      return parse_junit(input);
    });
  }
  const std::string type = run.command.value("type").value_or("tests");
  for (const Figure& figure : kFigures) {
    if (figure.name == type) result.value = figure.of(sum);
  }
  if (!std::isfinite(result.value)) {
    throw Error(ErrorKind::usage, "no test ran, so there is no rate", "count `tests` instead");
  }
  return result;
}

}  // namespace

TestReport parse_junit(InputStream& input) { return JunitParser(input).run(); }

Collector junit_collector() {
  std::vector<std::string_view> names;
  for (const Figure& figure : kFigures) names.push_back(figure.name);
  return {{"junit",
           "tests, failures and time from JUnit files",
           "file…",
           1,
           1000,
           {{.short_name = 't',
             .name = "type",
             .value_name = "TYPE",
             .choices = names,
             .default_text = names.front(),
             .description = "which figure; `failures` includes errors, `duration` is in seconds"}}},
          collect_junit};
}

}  // namespace unentropy
