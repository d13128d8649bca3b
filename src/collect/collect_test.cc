#include "collect/collect.h"

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "collect/testing/workspace.h"

namespace unentropy {
namespace {

using ::testing::ElementsAre;
using testing::Workspace;

// Answers as told, by command; remembers what it was asked.
class FakeRunner final : public ProcessRunner {
 public:
  ProcessResult run(const ProcessRequest& request) override {
    requests.push_back(request);
    if (const auto action = actions.find(request.argv.back()); action != actions.end()) return action->second();
    return printing("1\n");
  }

  static ProcessResult printing(std::string output, std::string error = {}, int exit_code = 0) {
    ProcessResult result;
    result.standard_output = std::move(output);
    result.standard_error = std::move(error);
    result.exit_code = exit_code;
    result.duration = Milliseconds{7};
    return result;
  }

  std::vector<ProcessRequest> requests;
  std::map<std::string, std::function<ProcessResult()>> actions;
};

Metric metric(std::string key, std::string command, MetricType type = MetricType::numeric) {
  Metric result;
  result.key = key;
  result.name = key;
  result.type = type;
  result.command = std::move(command);
  return result;
}

class Collecting : public ::testing::Test {
 protected:
  Collecting() {
    request_.working_directory = workspace_.path();
    request_.base_directory = workspace_.path();
    listener_.started = [this](const Metric& metric) { heard_.push_back("+" + metric.key); };
    listener_.finished = [this](const MetricOutcome& outcome, const std::string& log) {
      heard_.push_back("-" + outcome.metric.key);
      logs_[outcome.metric.key] = log;
    };
  }

  std::vector<MetricOutcome> collect() { return collect_metrics(request_, runner_, clock_, listener_); }
  MetricOutcome collect_one(const Metric& metric) {
    request_.metrics = {metric};
    return collect().front();
  }
  std::string reason(const Metric& metric) { return collect_one(metric).failure().reason; }

  Workspace workspace_;
  CollectRequest request_;
  FakeRunner runner_;
  SystemClock clock_;
  CollectListener listener_;
  std::vector<std::string> heard_;
  std::map<std::string, std::string> logs_;
};

TEST_F(Collecting, GivesValuesInTheOrderOfTheConfiguration) {
  workspace_.write("a.txt", "x\n");
  request_.metrics = {metric("b", "echo 1"), metric("a", "@collect size a.txt"),
                      metric("c", "echo x", MetricType::label)};
  runner_.actions["echo 1"] = [] { return FakeRunner::printing("12 lines\n"); };
  runner_.actions["echo x"] = [] { return FakeRunner::printing("  stable \n"); };
  const std::vector<MetricOutcome> outcomes = collect();
  ASSERT_EQ(outcomes.size(), 3U);
  EXPECT_EQ(outcomes[0].metric.key, "b");
  EXPECT_EQ(std::get<double>(outcomes[0].value()), 12);
  EXPECT_THAT(outcomes[0].notices, ElementsAre("`lines` after the number was ignored"));
  EXPECT_EQ(outcomes[0].duration, Milliseconds{7});
  EXPECT_EQ(std::get<double>(outcomes[1].value()), 2);
  EXPECT_EQ(std::get<std::string>(outcomes[2].value()), "stable");
  EXPECT_THAT(heard_, ElementsAre("+b", "-b", "+a", "-a", "+c", "-c"));
}

TEST_F(Collecting, OneFailureNeverStopsTheOthers) {
  request_.metrics = {metric("a", "false"), metric("b", "@collect size missing"), metric("c", "echo 3"),
                      metric("d", "@collect 'open")};
  runner_.actions["false"] = [] { return FakeRunner::printing("", "no such thing\n", 1); };
  runner_.actions["echo 3"] = [] { return FakeRunner::printing("3"); };
  const std::vector<MetricOutcome> outcomes = collect();
  EXPECT_EQ(outcomes[0].failure().reason, "exit code 1");
  EXPECT_EQ(outcomes[0].failure().detail, "no such thing");
  EXPECT_EQ(outcomes[1].failure().reason,
            "`missing` does not exist; looked in `" + workspace_.path().string() + "`; it may have to be built first");
  EXPECT_EQ(std::get<double>(outcomes[2].value()), 3);
  EXPECT_EQ(outcomes[3].failure().reason,
            "the quote `'` at character 2 of the command is not closed; quotes have no escape; close it, or quote "
            "with the other kind");
  EXPECT_THAT(heard_, ElementsAre("+a", "-a", "+b", "-b", "+c", "-c", "+d", "-d"));
}

TEST_F(Collecting, NamesTheReason) {
  const auto result_with = [](ProcessResult::End end, int number) {
    ProcessResult result;
    result.end = end;
    result.exit_code = result.signal = number;
    return result;
  };
  using End = ProcessResult::End;
  runner_.actions["timeout"] = [&] { return result_with(End::timed_out, 0); };
  runner_.actions["signal"] = [&] { return result_with(End::signalled, 9); };
  runner_.actions["missing"] = [&] { return result_with(End::exited, 127); };
  runner_.actions["forbidden"] = [&] { return result_with(End::exited, 126); };
  runner_.actions["interrupted"] = [&] { return result_with(End::interrupted, 0); };
  runner_.actions["silent"] = [&] { return FakeRunner::printing(" \n\n", "warned\n"); };
  runner_.actions["wordy"] = [&] { return FakeRunner::printing("7ms"); };
  runner_.actions["broken"] = [&]() -> ProcessResult { throw Error(ErrorKind::io, "cannot start `/bin/sh`"); };
  Metric slow = metric("m", "timeout");
  slow.timeout = Milliseconds{1500};
  EXPECT_EQ(reason(slow), "timed out after 1.5 s; raise the metric's `timeout`");
  EXPECT_EQ(reason(metric("m", "signal")), "ended by signal 9 (SIGKILL)");
  EXPECT_EQ(reason(metric("m", "missing")), "exit code 127: a command was not found");
  EXPECT_EQ(reason(metric("m", "forbidden")), "exit code 126: a command cannot be executed");
  EXPECT_EQ(reason(metric("m", "interrupted")), "interrupted");
  EXPECT_EQ(reason(metric("m", "silent")), "no output; the command must print the value on standard output");
  EXPECT_EQ(collect_one(metric("m", "silent")).failure().detail, "warned");
  EXPECT_EQ(reason(metric("m", "wordy")),
            "`7ms` is not a number: `ms` after the number; print a bare number in the metric's unit");
  EXPECT_EQ(reason(metric("m", "broken")), "cannot start `/bin/sh`");
}

TEST_F(Collecting, KeepsTheLastLinesOfStandardError) {
  runner_.actions["noisy"] = [] {
    std::string text;
    for (int i = 1; i <= 30; ++i) text += "line " + std::to_string(i) + "\n";
    return FakeRunner::printing("", text + "\n\x1b[31mlast\x1b[0m\n\n", 3);
  };
  const std::string detail = collect_one(metric("m", "noisy")).failure().detail;
  EXPECT_TRUE(detail.starts_with("line 23\n")) << detail;
  EXPECT_TRUE(detail.ends_with("line 30\n\n [31mlast [0m")) << detail;
}

TEST_F(Collecting, LogsWhatACommandPrinted) {
  runner_.actions["echo"] = [] { return FakeRunner::printing("5\nmore", "note"); };
  collect_one(metric("m", "echo"));
  EXPECT_EQ(logs_["m"], "5\nmore\nnote\n");
}

TEST_F(Collecting, CutsLongLabels) {
  runner_.actions["long"] = [] { return FakeRunner::printing(std::string(300, 'x')); };
  const MetricOutcome outcome = collect_one(metric("m", "long", MetricType::label));
  EXPECT_EQ(std::get<std::string>(outcome.value()), std::string(256, 'x'));
  EXPECT_THAT(outcome.notices, ElementsAre("the label is longer than 256 characters and was cut"));
}

TEST_F(Collecting, F042_GivesCommandsTheirVariables) {
  request_.environment.set("PATH", "/bin");
  request_.environment.set("UNENTROPY_ACTOR", "somebody of old");
  request_.build = BuildContext{};
  request_.build->commit_sha = "abc";
  request_.build->branch = "main";
  request_.build->run_id = "77";
  request_.build->run_number = 5;
  collect_one(metric("size-of-it", "env", MetricType::label));
  const std::map<std::string, std::string, std::less<>> expected = {
      {"PATH", "/bin"},
      {"UNENTROPY_BRANCH", "main"},
      {"UNENTROPY_COMMIT_SHA", "abc"},
      {"UNENTROPY_METRIC_KEY", "size-of-it"},
      {"UNENTROPY_METRIC_NAME", "size-of-it"},
      {"UNENTROPY_METRIC_TYPE", "label"},
      {"UNENTROPY_RUN_ID", "77"},
      {"UNENTROPY_RUN_NUMBER", "5"},
  };
  const ProcessRequest& asked = runner_.requests.front();
  EXPECT_EQ(asked.environment.variables(), expected);
  EXPECT_THAT(asked.argv, ElementsAre("/bin/sh", "-c", "env"));
  EXPECT_EQ(asked.working_directory, workspace_.path());
}

TEST_F(Collecting, F052_HonoursEachMetricsOwnTimeout) {
  Metric slow = metric("m", "x");
  slow.timeout = Milliseconds{120'000};
  collect_one(slow);
  EXPECT_EQ(runner_.requests.front().timeout, Milliseconds{120'000});
}

TEST_F(Collecting, F051_BuiltInCollectorsHaveATimeout) {
  for (int i = 0; i < 300; ++i) workspace_.write("d" + std::to_string(i) + "/a.c", "int x;\n");
  Metric hasty = metric("m", "@collect loc .");
  hasty.timeout = Milliseconds{1};
  EXPECT_EQ(reason(hasty), "timed out after 1 ms; raise the metric's `timeout`");
}

TEST_F(Collecting, RefusesTheShellWhereItIsNotTrusted) {
  workspace_.write("a.txt", "xy");
  request_.allow_shell = false;
  request_.metrics = {metric("a", "echo 1"), metric("b", "@collect size a.txt"), metric("c", "@collect size /etc")};
  const std::vector<MetricOutcome> outcomes = collect();
  EXPECT_EQ(outcomes[0].failure().reason, "shell commands are not trusted in this run");
  EXPECT_EQ(std::get<double>(outcomes[1].value()), 2);
  EXPECT_EQ(outcomes[2].failure().reason, "`/etc` lies outside `" + workspace_.path().string() +
                                              "`, or a symbolic link leads to it; commands that come from a pull "
                                              "request may only read the checkout");
  EXPECT_TRUE(runner_.requests.empty());
}

TEST_F(Collecting, StopsWhenInterrupted) {
  std::atomic<bool> interrupted = false;
  request_.interrupted = [&] { return interrupted.load(); };
  request_.metrics = {metric("a", "first"), metric("b", "second"), metric("c", "@collect size .")};
  runner_.actions["first"] = [&] {
    interrupted = true;
    return FakeRunner::printing("1");
  };
  const std::vector<MetricOutcome> outcomes = collect();
  EXPECT_TRUE(outcomes[0].succeeded());
  EXPECT_EQ(outcomes[1].failure().reason, "interrupted");
  EXPECT_EQ(outcomes[2].failure().reason, "interrupted");
  EXPECT_EQ(runner_.requests.size(), 1U);
}

// What a command builds is there when the collector behind it looks.
TEST_F(Collecting, CollectorsWaitForTheCommandsInFrontOfThem) {
  request_.metrics = {metric("a", "@collect size ."), metric("b", "build"), metric("c", "@collect size ."),
                      metric("d", "build more"), metric("e", "@collect size .")};
  workspace_.write("x", "1");
  runner_.actions["build"] = [&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    workspace_.write("y", "22");
    return FakeRunner::printing("1");
  };
  runner_.actions["build more"] = [&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    workspace_.write("z", "333");
    return FakeRunner::printing("1");
  };
  const std::vector<MetricOutcome> outcomes = collect();
  EXPECT_EQ(std::get<double>(outcomes[0].value()), 1);
  EXPECT_EQ(std::get<double>(outcomes[2].value()), 3);
  EXPECT_EQ(std::get<double>(outcomes[4].value()), 6);
  EXPECT_THAT(heard_, ElementsAre("+a", "-a", "+b", "-b", "+c", "-c", "+d", "-d", "+e", "-e"));
}

TEST_F(Collecting, F079_CollectorsRunBesideTheCommandsBehindThem) {
  workspace_.write("x", "1");
  std::mutex mutex;
  std::vector<std::string> events;
  listener_.progress = [&](std::size_t index, MetricProgress progress) {
    const std::lock_guard lock(mutex);
    events.push_back(std::to_string(index) + (progress == MetricProgress::running ? " runs" : " done"));
  };
  request_.metrics = {metric("a", "@collect size ."), metric("b", "slow")};
  runner_.actions["slow"] = [&] {
    // Ends only when the collector in front of it has: they do run side by side.
    for (int i = 0; i < 1000; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
      const std::lock_guard lock(mutex);
      if (std::find(events.begin(), events.end(), "0 done") != events.end()) return FakeRunner::printing("1");
    }
    return FakeRunner::printing("the collector did not run");
  };
  const std::vector<MetricOutcome> outcomes = collect();
  EXPECT_EQ(std::get<double>(outcomes[1].value()), 1);
  EXPECT_THAT(heard_, ElementsAre("+a", "-a", "+b", "-b"));
}

TEST_F(Collecting, TheSameWhateverTheOrderInWhichCollectorsEnd) {
  for (int i = 0; i < 50; ++i) workspace_.write("d/f" + std::to_string(i) + ".c", "int x;\n// c\n");
  for (int i = 0; i < 12; ++i) {
    request_.metrics.push_back(metric("m" + std::to_string(i), i % 2 == 0 ? "@collect loc ." : "@collect size d"));
  }
  for (int round = 0; round < 5; ++round) {
    const std::vector<MetricOutcome> outcomes = collect();
    for (int i = 0; i < 12; ++i) {
      const MetricOutcome& outcome = outcomes[static_cast<std::size_t>(i)];
      EXPECT_EQ(outcome.metric.key, "m" + std::to_string(i));
      EXPECT_EQ(std::get<double>(outcome.value()), i % 2 == 0 ? 50 : 600);
    }
  }
}

// What metrics share must be what each of them would have found alone.
TEST_F(Collecting, MetricsOverOverlappingFoldersGiveWhatEachGivesAlone) {
  workspace_.write(".gitignore", "*.tmp\nout/\n");
  fs::create_directory(workspace_ / ".git");
  workspace_.write("src/a/one.c", "int x;\n// c\n");
  workspace_.write("src/a/one.tmp", "int ignored;\n");
  workspace_.write("src/a/picture", std::string("\0\1", 2));
  workspace_.write("src/a/two.py", "x = 1\n\n");
  workspace_.write("src/b/three.c", "int y;\nint z;\n");
  workspace_.write("src/out/made.c", "int made;\n");
  workspace_.write("src/out/deep/more.tmp", "12345");
  workspace_.write("src/z.c", "");
  request_.sources = {"src/**", "!src/b/**"};
  const std::pair<std::string, double> expected[] = {
      {"loc src/a", 2},
      {"loc .", 6},
      {"loc src", 4},
      {"loc src/out", 1},
      {"loc", 2},
      {"loc src -l c", 3},
      {"loc src -e one.c", 3},
      {"size src", 63},
      {"size src/a src", 63},
      {"size", 49},
      {"count src", 5},
      {"count 'src/**/*.c'", 4},
      {"count 'src/**/*.tmp'", 2},
      {"size 'src/*'", 63},
      {"count src src/a", 5},
      {"count src -e '*.c'", 4},
  };
  std::vector<double> alone;
  for (const auto& [command, value] : expected) {
    alone.push_back(std::get<double>(collect_one(metric("m", "@collect " + command)).value()));
  }
  request_.metrics.clear();
  for (const auto& [command, value] : expected) request_.metrics.push_back(metric("m", "@collect " + command));
  for (int round = 0; round < 5; ++round) {
    const std::vector<MetricOutcome> outcomes = collect();
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
      EXPECT_EQ(std::get<double>(outcomes[i].value()), alone[i]) << expected[i].first;
      EXPECT_EQ(alone[i], expected[i].second) << expected[i].first;
    }
  }
}

// The real shell.

TEST_F(Collecting, F040_ARunTakesAsLongAsItsCommands) {
  SystemProcessRunner runner;
  request_.environment = Environment::of_process();
  request_.metrics = {metric("a", "echo 1"), metric("b", "echo 2")};
  const auto start = clock_.steady();
  const std::vector<MetricOutcome> outcomes = collect_metrics(request_, runner, clock_, listener_);
  EXPECT_EQ(std::get<double>(outcomes[1].value()), 2);
  EXPECT_LT(clock_.steady() - start, std::chrono::seconds(5));
}

TEST_F(Collecting, F041_ACommandThatTimedOutLeavesNothingBehind) {
  SystemProcessRunner runner;
  request_.environment = Environment::of_process();
  Metric slow = metric("a", "(sleep 1; touch late) & sleep 30");
  slow.timeout = Milliseconds{200};
  request_.metrics = {slow};
  const auto start = clock_.steady();
  const std::vector<MetricOutcome> outcomes = collect_metrics(request_, runner, clock_, listener_);
  EXPECT_EQ(outcomes[0].failure().reason, "timed out after 200 ms; raise the metric's `timeout`");
  EXPECT_LT(clock_.steady() - start, std::chrono::seconds(10));
  std::this_thread::sleep_for(std::chrono::milliseconds(1200));
  EXPECT_FALSE(fs::exists(workspace_ / "late"));
}

TEST_F(Collecting, RunsCommandsInTheWorkingDirectoryAndCollectorsFromTheConfiguration) {
  SystemProcessRunner runner;
  request_.environment = Environment::of_process();
  workspace_.write("project/here.txt", "123");
  workspace_.write("there.txt", "12345");
  request_.base_directory = workspace_ / "project";
  request_.metrics = {metric("a", "ls | grep -c there.txt"), metric("b", "@collect size here.txt"),
                      metric("c", "@collect size there.txt")};
  const std::vector<MetricOutcome> outcomes = collect_metrics(request_, runner, clock_, listener_);
  EXPECT_EQ(std::get<double>(outcomes[0].value()), 1);
  EXPECT_EQ(std::get<double>(outcomes[1].value()), 3);
  EXPECT_EQ(std::get<double>(outcomes[2].value()), 5);
  EXPECT_THAT(outcomes[2].notices,
              ElementsAre("`there.txt` is not in `" + (workspace_ / "project").string() +
                          "`, where the configuration lies, and was taken from the working directory `" +
                          workspace_.path().string() + "`"));
}

}  // namespace
}  // namespace unentropy
