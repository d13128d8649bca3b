// How `SystemProcessRunner` waits for a command, and how it ends it and whatever it left running.
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/process.h"
#include "base/process_testing.h"
#include "base/text.h"

namespace unentropy {
namespace {

using End = ProcessResult::End;
using testing::HasSubstr;

// Generous, because machines are busy; what would be waited for otherwise takes a minute or more.
constexpr Milliseconds kSoon{20'000};
constexpr Milliseconds kLongGrace{60'000};

// True if the process is gone altogether: neither running nor waiting to be reaped.
bool is_gone(std::string_view pid_text) {
  const auto pid = parse_integer(trim(pid_text));
  EXPECT_TRUE(pid.has_value()) << pid_text;
  return pid && ::kill(static_cast<pid_t>(*pid), 0) != 0 && errno == ESRCH;
}

TEST(ProcessEnd, F040_ReturnsAsSoonAsTheCommandEnds) {
  ProcessRequest request = shell("echo 1");
  request.timeout = Milliseconds(60'000);
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(run(request).standard_output, "1\n");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, kSoon);
}

TEST(ProcessEnd, F041_TimeoutEndsTheCommandAndWhatItStarted) {
  ProcessRequest request = shell("sleep 1000 & echo $!; sh -c 'echo $$; sleep 1000; echo late'");
  request.timeout = Milliseconds(300);
  request.grace = kLongGrace;
  const ProcessResult result = run(request);
  EXPECT_EQ(result.end, End::timed_out);
  EXPECT_GE(result.duration, Milliseconds(300));
  EXPECT_LT(result.duration, kSoon) << "nothing had to be killed";
  const auto pids = split(trim(result.standard_output), '\n');
  ASSERT_EQ(pids.size(), 2U) << result.standard_output;
  for (const std::string_view pid : pids) EXPECT_TRUE(is_gone(pid)) << pid;
  expect_no_children();
}

TEST(ProcessEnd, TimeoutLetsTheCommandCleanUp) {
  ProcessRequest request = shell("trap 'echo cleaned; exit 7' TERM; echo begun; while :; do sleep 0.01; done");
  request.timeout = Milliseconds(300);
  const ProcessResult result = run(request);
  EXPECT_EQ(result.end, End::timed_out);
  EXPECT_EQ(result.standard_output, "begun\ncleaned\n");
}

TEST(ProcessEnd, AfterTheGraceItKills) {
  ProcessRequest request = shell("trap '' TERM; sleep 1000 & echo $!; echo $$; while :; do sleep 0.01; done");
  request.timeout = Milliseconds(200);
  request.grace = Milliseconds(200);
  const ProcessResult result = run(request);
  EXPECT_EQ(result.end, End::timed_out);
  EXPECT_GE(result.duration, Milliseconds(400));
  EXPECT_LT(result.duration, kSoon);
  for (const std::string_view pid : split(trim(result.standard_output), '\n')) EXPECT_TRUE(is_gone(pid)) << pid;
  expect_no_children();
}

TEST(ProcessEnd, StoppedProcessesAreEndedToo) {
  ProcessRequest request = shell("echo $$; kill -STOP $$; echo woken");
  request.timeout = Milliseconds(200);
  request.grace = kLongGrace;
  const ProcessResult result = run(request);
  EXPECT_EQ(result.end, End::timed_out);
  EXPECT_LT(result.duration, kSoon);
  EXPECT_EQ(split(result.standard_output, '\n').size(), 2U);
  expect_no_children();
}

TEST(ProcessEnd, ProcessesInASessionOfTheirOwnDoNotGetAwayAtTheDeadline) {
  ProcessRequest request =
      shell("setsid sh -c 'trap \"\" TERM HUP; echo $$; while :; do sleep 0.05; done' & sleep 1000");
  request.timeout = Milliseconds(300);
  request.grace = Milliseconds(100);
  const ProcessResult result = run(request);
  EXPECT_EQ(result.end, End::timed_out);
  EXPECT_TRUE(is_gone(result.standard_output));
  expect_no_children();
}

TEST(ProcessEnd, BackgroundProcessesThatHoldThePipesDoNotDelayTheReturn) {
  const ProcessResult result = run(shell("sleep 1000 & echo $!; exit 4"));
  EXPECT_EQ(result.end, End::exited);
  EXPECT_EQ(result.exit_code, 4);
  EXPECT_LT(result.duration, kSoon);
  EXPECT_TRUE(is_gone(result.standard_output));
  expect_no_children();
}

TEST(ProcessEnd, DaemonsDoNotOutliveTheCommand) {
  // Twice forked, in a session of its own, deaf to signals, and writing for ever.
  const ProcessResult result = run(shell(
      "(setsid sh -c 'trap \"\" TERM HUP INT; echo $$ >&2; while :; do echo noise; done' &) ; sleep 0.2; echo x"));
  EXPECT_EQ(result.end, End::exited);
  EXPECT_LT(result.duration, kSoon);
  EXPECT_TRUE(is_gone(split(result.standard_error, '\n').front()));
  expect_no_children();
}

TEST(ProcessEnd, ManyLeftoversAreAllReaped) {
  const ProcessResult result = run(shell("i=0; while [ $i -lt 60 ]; do (setsid sleep 1000 &); i=$((i+1)); done"));
  EXPECT_EQ(result.end, End::exited);
  EXPECT_EQ(result.exit_code, 0);
  expect_no_children();
}

TEST(ProcessEnd, ChildrenFromBeforeAreLeftAlone) {
  const pid_t other = ::fork();
  if (other == 0) {
    ::pause();
    ::_exit(0);
  }
  const ProcessResult result = run(shell("sleep 1000 & echo $!"));
  EXPECT_TRUE(is_gone(result.standard_output));
  ProcessRequest late = shell("(setsid sleep 1000 &); sleep 1000");
  late.timeout = Milliseconds(200);
  EXPECT_EQ(run(late).end, End::timed_out);
  EXPECT_EQ(::waitpid(other, nullptr, WNOHANG), 0) << "still running, still ours";
  ::kill(other, SIGKILL);
  EXPECT_EQ(::waitpid(other, nullptr, 0), other);
  expect_no_children();
}

TEST(ProcessEnd, InterruptionEndsTheCommand) {
  std::atomic<bool> interrupted = false;
  SystemProcessRunner runner([&] { return interrupted.load(); });
  std::thread presser([&] {
    std::this_thread::sleep_for(Milliseconds(150));
    interrupted = true;
  });
  ProcessRequest request = shell("trap 'echo cleaned; exit' TERM; echo $$; sleep 1000 & wait");
  request.grace = kLongGrace;
  const ProcessResult result = runner.run(request);
  presser.join();
  EXPECT_EQ(result.end, End::interrupted);
  EXPECT_LT(result.duration, kSoon);
  EXPECT_THAT(result.standard_output, HasSubstr("cleaned\n"));
  expect_no_children();
}

TEST(ProcessEnd, RunsExcludeEachOther) {
  std::vector<std::thread> threads;
  std::atomic<int> right = 0;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&right, i] {
      const ProcessResult result = run(shell("sleep 1000 & sleep 0.05; echo " + std::to_string(i)));
      if (result.end == End::exited && result.standard_output == std::to_string(i) + "\n") ++right;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, 4);
  expect_no_children();
}

TEST(ProcessEnd, OrphansThatEndMeanwhileAreReaped) {
  // With a check for interruption the orphans are looked after several times a second.
  SystemProcessRunner runner([] { return false; });
  const ProcessResult result =
      runner.run(shell("(true & echo $! ); sleep 0.5; cat /proc/$PPID/task/*/children | wc -w"));
  expect_no_children();
  const auto lines = split(trim(result.standard_output), '\n');
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(trim(lines[1]), "1") << "only the shell itself is left";
}

// A filter under which pidfd_open does not exist, as on Linux before 5.3.
bool forbid_pidfd_open() {
  sock_filter filter[] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
                          BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_pidfd_open, 0, 1),
                          BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
                          BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
  const sock_fprog program{static_cast<unsigned short>(std::size(filter)), filter};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

TEST(ProcessEnd, WorksWithoutPidfd) {
  const pid_t child = ::fork();
  if (child == 0) {
    if (!forbid_pidfd_open() || ::syscall(SYS_pidfd_open, ::getpid(), 0) != -1 || errno != ENOSYS) ::_exit(1);
    const ProcessResult closed = run(shell("exec >/dev/null 2>&1; sleep 0.2; exit 3"));
    if (closed.end != End::exited || closed.exit_code != 3 || closed.duration > kSoon) ::_exit(2);
    ProcessRequest request = shell("sleep 1000 & echo out; sleep 1000");
    request.timeout = Milliseconds(200);
    const ProcessResult late = run(request);
    if (late.end != End::timed_out || late.standard_output != "out\n") ::_exit(3);
    ::_exit(::waitpid(-1, nullptr, WNOHANG) == -1 && errno == ECHILD ? 0 : 4);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

TEST(ProcessEnd, WaitsWithoutTurningInCircles) {
  const auto usage = [] {
    rusage result{};
    ::getrusage(RUSAGE_SELF, &result);
    return result;
  };
  const rusage before = usage();
  EXPECT_EQ(run(shell("sleep 0.5; echo x; sleep 0.5")).standard_output, "x\n");
  const rusage after = usage();
  EXPECT_LT(after.ru_nvcsw - before.ru_nvcsw, 50) << "it slept, mostly";
}

}  // namespace
}  // namespace unentropy
