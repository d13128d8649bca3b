#include "base/process.h"

#include <csignal>
#include <string>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/process_testing.h"
#include "base/text.h"

namespace unentropy {
namespace {

using namespace std::string_literals;
using End = ProcessResult::End;
using testing::HasSubstr;

std::string message_of(const ProcessRequest& request) {
  try {
    run(request);
  } catch (const Error& error) {
    return std::string(to_string(error.kind())) + ": " + error.message() +
           (error.hint().empty() ? "" : " (" + error.hint() + ")");
  }
  return "no error";
}

TEST(Process, GivesOutputAndExitCode) {
  const ProcessResult result = run(shell("echo out; echo err >&2; exit 3"));
  EXPECT_EQ(result.end, End::exited);
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_EQ(result.standard_output, "out\n");
  EXPECT_EQ(result.standard_error, "err\n");
  EXPECT_FALSE(result.stdout_truncated);
  expect_no_children();
}

TEST(Process, TellsSignalsFromExits) {
  const ProcessResult result = run(shell("kill -USR1 $$"));
  EXPECT_EQ(result.end, End::signalled);
  EXPECT_EQ(result.signal, SIGUSR1);
}

TEST(Process, KeepsEveryByte) {
  EXPECT_EQ(run(shell("printf 'a\\000b\\377'")).standard_output, "a\0b\xFF"s);
  EXPECT_EQ(run(shell(":")).standard_output, "");
}

TEST(Process, KeepsTheBeginningOfTheOutputAndTheEndOfTheErrors) {
  ProcessRequest request = shell("i=0; while [ $i -lt 2000 ]; do echo o$i; echo e$i >&2; i=$((i+1)); done");
  request.max_stdout_bytes = 10;
  request.max_stderr_bytes = 12;
  const ProcessResult result = run(request);
  EXPECT_EQ(result.standard_output, "o0\no1\no2\no3"s.substr(0, 10));
  EXPECT_EQ(result.standard_error, "e1998\ne1999\n");
  EXPECT_TRUE(result.stdout_truncated);
  EXPECT_EQ(result.exit_code, 0);
}

TEST(Process, ExactlyFullIsNotTruncated) {
  ProcessRequest request = shell("printf 12345");
  request.max_stdout_bytes = 5;
  EXPECT_FALSE(run(request).stdout_truncated);
  request.max_stdout_bytes = 4;
  const ProcessResult result = run(request);
  EXPECT_TRUE(result.stdout_truncated);
  EXPECT_EQ(result.standard_output, "1234");
}

TEST(Process, TakesMuchMoreThanAPipeHolds) {
  ProcessRequest request = shell("head -c 20000000 /dev/zero; head -c 20000000 /dev/zero >&2; echo end >&2");
  request.max_stdout_bytes = 1000;
  request.max_stderr_bytes = 1000;
  const ProcessResult result = run(request);
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.standard_output, std::string(1000, '\0'));
  EXPECT_EQ(result.standard_error, std::string(996, '\0') + "end\n");
}

TEST(Process, OutputWrittenJustBeforeTheEndIsNotLost) {
  for (int i = 0; i < 50; ++i) {
    ASSERT_EQ(run(shell("head -c 60000 /dev/zero; head -c 60000 /dev/zero >&2")).standard_output.size(), 60'000U);
  }
}

TEST(Process, SeesOnlyTheGivenEnvironment) {
  ProcessRequest request;
  request.argv = {"/usr/bin/env"};
  request.environment = Environment({{"A", "1"}, {"B", "x=y\nz"}});
  EXPECT_EQ(run(request).standard_output, "A=1\nB=x=y\nz\n");
}

TEST(Process, RunsInTheGivenDirectory) {
  const TempDir directory(fs::temp_directory_path());
  ProcessRequest request = shell("pwd -P");
  request.working_directory = directory.path();
  EXPECT_EQ(run(request).standard_output, fs::canonical(directory.path()).string() + "\n");
  request.working_directory.clear();
  EXPECT_EQ(run(request).standard_output, fs::current_path().string() + "\n");
}

TEST(Process, StandardInputIsEmpty) { EXPECT_EQ(run(shell("wc -c")).standard_output, "0\n"); }

TEST(Process, LeadsItsOwnGroup) {
  const ProcessResult result = run(shell("ps -o pgid= -p $$ 2>/dev/null || cut -d' ' -f5 /proc/$$/stat; echo $$"));
  const auto lines = split(result.standard_output, '\n');
  ASSERT_GE(lines.size(), 2U);
  EXPECT_EQ(trim(lines[0]), trim(lines[1]));
}

TEST(Process, ArgumentsAreNotInterpreted) {
  ProcessRequest request;
  request.argv = {"printf", "%s|", "a b", "", "$HOME", "*", "ä\xFF"};
  request.environment = Environment::of_process();
  EXPECT_EQ(run(request).standard_output, "a b||$HOME|*|ä\xFF|");
}

TEST(Process, FindsProgramsInThePathOfTheChild) {
  const TempDir directory(fs::temp_directory_path());
  const fs::path program = directory.path() / "bin/tool";
  write_file_atomically(program, "#!/bin/sh\necho tool $1\n");
  fs::permissions(program, fs::perms::owner_all);
  ProcessRequest request;
  request.argv = {"tool", "x"};
  request.environment.set("PATH", "/nowhere:" + (directory.path() / "bin").string());
  EXPECT_EQ(run(request).standard_output, "tool x\n");
  request.environment.set("PATH", "bin");
  request.working_directory = directory.path();
  EXPECT_EQ(run(request).standard_output, "tool x\n") << "relative to the directory of the child";
  request.environment.set("PATH", "/nowhere:");
  request.working_directory = directory.path() / "bin";
  EXPECT_EQ(run(request).standard_output, "tool x\n") << "an empty entry is the working directory";
  request.argv = {"./tool", "y"};
  EXPECT_EQ(run(request).standard_output, "tool y\n");
}

TEST(Process, WithoutPathTheUsualPlacesAreSearched) {
  ProcessRequest request;
  request.argv = {"true"};
  EXPECT_EQ(run(request).exit_code, 0);
}

TEST(Process, SaysWhyAProgramCannotBeStarted) {
  const TempDir directory(fs::temp_directory_path());
  const std::string dir = directory.path().string();
  ProcessRequest request = shell(":");
  request.argv = {"no-such-tool"};
  EXPECT_EQ(message_of(request),
            "not_found: starting `no-such-tool`: No such file or directory "
            "(install it, or add its directory to `PATH`)");
  request.argv = {""};
  EXPECT_EQ(message_of(request),
            "not_found: starting ``: No such file or directory (install it, or add its directory to `PATH`)");
  request.argv = {"/no/such"};
  EXPECT_EQ(message_of(request), "not_found: starting `/no/such`: No such file or directory");
  write_file_atomically(directory.path() / "plain", "x");
  request.argv = {dir + "/plain"};
  EXPECT_EQ(message_of(request), "denied: starting `" + dir + "/plain`: Permission denied");
  request.argv = {"plain"};
  request.environment.set("PATH", dir);
  EXPECT_EQ(message_of(request), "denied: starting `plain`: Permission denied");
  request.argv = {};
  EXPECT_EQ(message_of(request), "internal: starting a program: it has no name");
  expect_no_children();
}

TEST(Process, SaysThatItsDirectoryIsMissing) {
  ProcessRequest request = shell(":");
  request.working_directory = "/no/such";
  EXPECT_EQ(message_of(request), "not_found: starting `sh` in directory `/no/such`: No such file or directory");
  request.working_directory = "/dev/null";
  EXPECT_EQ(message_of(request), "io: starting `sh` in directory `/dev/null`: Not a directory");
}

TEST(Process, RefusesWhatCannotBePassed) {
  EXPECT_EQ(message_of(shell("echo a\0echo b"s)),
            "usage: starting `sh`: the command contains a NUL character "
            "(remove it; a program cannot be given one)");
  EXPECT_EQ(message_of(shell(std::string(4 << 20, 'x'))),
            "io: starting `sh`: Argument list too long (shorten the command, or pass less through the environment)");
}

TEST(Process, ChildGetsDefaultSignalsAndAnEmptyMask) {
  struct sigaction ignore {};
  struct sigaction saved {};
  ignore.sa_handler = SIG_IGN;
  ::sigaction(SIGPIPE, &ignore, &saved);
  sigset_t term;
  sigset_t old_mask;
  ::sigemptyset(&term);
  ::sigaddset(&term, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &term, &old_mask);
  ProcessRequest request = shell(":");
  request.argv = {"sed", "-n", "s/^SigBlk:\t//p; s/^SigIgn:\t//p", "/proc/self/status"};
  const ProcessResult result = run(request);
  ::pthread_sigmask(SIG_SETMASK, &old_mask, nullptr);
  ::sigaction(SIGPIPE, &saved, nullptr);
  const auto lines = split(result.standard_output, '\n');
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[0], "0000000000000000");
  // Signals 32 and 33 belong to the C library, whose posix_spawn leaves them ignored.
  EXPECT_EQ(std::stoull(std::string(lines[1]), nullptr, 16) & ~0x180000000ULL, 0U);
}

TEST(Process, WorksWhereSigchldWasIgnored) {
  struct sigaction ignore {};
  struct sigaction saved {};
  ignore.sa_handler = SIG_IGN;
  ::sigaction(SIGCHLD, &ignore, &saved);
  const ProcessResult result = run(shell("exit 5"));
  ::sigaction(SIGCHLD, &saved, nullptr);
  EXPECT_EQ(result.end, End::exited);
  EXPECT_EQ(result.exit_code, 5);
}

TEST(Process, GetsNoneOfOurDescriptors) {
  const TempDir directory(fs::temp_directory_path());
  const UniqueFd ours = create_private_file(directory.path() / "ours");
  const std::string links = run(shell("ls -l /proc/self/fd")).standard_output;
  EXPECT_THAT(links, HasSubstr("/dev/null"));
  EXPECT_THAT(links, testing::Not(HasSubstr("ours")));
}

TEST(Process, LeavesNoDescriptorOpen) {
  const auto count = [] { return std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator()); };
  run(shell(":"));
  const auto before = count();
  for (int i = 0; i < 20; ++i) run(shell("sleep 1000 & echo x"));
  ProcessRequest missing = shell(":");
  missing.argv = {"no-such-tool"};
  message_of(missing);
  EXPECT_EQ(count(), before);
}

TEST(Process, WorksWithClosedStandardStreams) {
  const pid_t child = ::fork();
  if (child == 0) {
    for (const int fd : {0, 1, 2}) ::close(fd);
    const ProcessResult result = run(shell("cat; echo out; echo err >&2"));
    ::_exit(result.standard_output == "out\n" && result.standard_error == "err\n" ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace unentropy
