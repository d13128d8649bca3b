#include "base/process.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <mutex>
#include <set>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/process_tree.h"
#include "base/text.h"

namespace unentropy {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr Milliseconds kInterruptionCheck{100};
constexpr Milliseconds kOrphanCheck{1000};
constexpr Milliseconds kWithoutPidfd{5};
// For what a finished command left running: nobody waits for its result, so it gets little time to go.
constexpr Milliseconds kLeftoverGrace{200};
constexpr Milliseconds kEndCheck{5};
// After SIGKILL only a process stuck in the kernel remains; it must not hold up the run for ever.
constexpr Milliseconds kKillLimit{5000};
constexpr std::size_t kChunk = 64U << 10;
// What a pipe can hold when the writers are gone; 1 MiB is the most an unprivileged process can set.
constexpr std::size_t kPipeLimit = 1U << 20;

// Descriptors 0 to 2 are rearranged in the child, so ours must not be among them (they may be, where the
// program was started with them closed).
UniqueFd above_standard(UniqueFd fd) {
  if (!fd || fd.get() > STDERR_FILENO) return fd;
  return UniqueFd(::fcntl(fd.get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
}

struct Pipe {
  UniqueFd read_end;
  UniqueFd write_end;
};

Pipe make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw system_error(errno, "creating a pipe");
  Pipe result{UniqueFd(ends[0]), UniqueFd(ends[1])};
  result.read_end = above_standard(std::move(result.read_end));
  result.write_end = above_standard(std::move(result.write_end));
  if (!result.read_end || !result.write_end) throw system_error(errno, "creating a pipe");
  // Only our end: the child expects to wait when the pipe is full.
  ::fcntl(result.read_end.get(), F_SETFL, O_NONBLOCK);
  return result;
}

// The arrays that exec takes; points into `strings`.
class CStringArray {
 public:
  explicit CStringArray(std::vector<std::string> strings) : strings_(std::move(strings)) {
    for (std::string& text : strings_) pointers_.push_back(text.data());
    pointers_.push_back(nullptr);
  }
  CStringArray(const CStringArray&) = delete;
  CStringArray& operator=(const CStringArray&) = delete;
  char* const* get() const { return pointers_.data(); }

 private:
  std::vector<std::string> strings_;
  std::vector<char*> pointers_;
};

std::vector<std::string> environment_strings(const Environment& environment) {
  std::vector<std::string> result;
  for (const auto& [name, value] : environment.variables()) result.push_back(name + "=" + value);
  return result;
}

void check_arguments(const ProcessRequest& request) {
  if (request.argv.empty()) throw Error(ErrorKind::internal, "starting a program: it has no name");
  for (const std::string& argument : request.argv) {
    if (argument.find('\0') == std::string::npos) continue;
    throw Error(ErrorKind::usage,
                "starting " + in_ticks(request.argv.front()) + ": the command contains a NUL character",
                "remove it; a program cannot be given one");
  }
}

UniqueFd open_working_directory(const ProcessRequest& request) {
  const std::string path = request.working_directory.empty() ? "." : request.working_directory.string();
  UniqueFd fd = above_standard(UniqueFd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)));
  if (!fd) {
    throw system_error(errno, "starting " + in_ticks(request.argv.front()) + " in directory " + in_ticks(path));
  }
  return fd;
}

// As execvp does it, but with the PATH and the working directory that the child will have.
std::string find_program(const ProcessRequest& request, int directory) {
  const std::string& name = request.argv.front();
  if (name.find('/') != std::string::npos) return name;
  int error = ENOENT;
  const std::string search = request.environment.get("PATH").value_or("/usr/local/bin:/usr/bin:/bin");
  for (const std::string_view folder : split(search, ':')) {
    const std::string candidate = (folder.empty() ? std::string(".") : std::string(folder)) + "/" + name;
    struct stat info {};
    if (name.empty() || ::fstatat(directory, candidate.c_str(), &info, 0) != 0 || !S_ISREG(info.st_mode)) continue;
    if (::faccessat(directory, candidate.c_str(), X_OK, AT_EACCESS) == 0) return candidate;
    error = EACCES;
  }
  throw system_error(error, "starting " + in_ticks(name),
                     error == ENOENT ? "install it, or add its directory to `PATH`" : "");
}

// posix_spawn's two option objects.
class SpawnOptions {
 public:
  SpawnOptions() {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawnattr_init(&attributes_);
  }
  SpawnOptions(const SpawnOptions&) = delete;
  SpawnOptions& operator=(const SpawnOptions&) = delete;
  ~SpawnOptions() {
    ::posix_spawn_file_actions_destroy(&actions_);
    ::posix_spawnattr_destroy(&attributes_);
  }

  void set(int directory, int standard_output, int standard_error) {
    check(::posix_spawn_file_actions_addfchdir_np(&actions_, directory));
    check(::posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0));
    check(::posix_spawn_file_actions_adddup2(&actions_, standard_output, STDOUT_FILENO));
    check(::posix_spawn_file_actions_adddup2(&actions_, standard_error, STDERR_FILENO));
    // An ignored SIGPIPE or a blocked SIGTERM of ours must not be inherited.
    sigset_t none;
    sigset_t all;
    ::sigemptyset(&none);
    ::sigfillset(&all);
    check(::posix_spawnattr_setsigmask(&attributes_, &none));
    check(::posix_spawnattr_setsigdefault(&attributes_, &all));
    check(::posix_spawnattr_setpgroup(&attributes_, 0));
    check(::posix_spawnattr_setflags(&attributes_,
                                     POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF));
  }

  const posix_spawn_file_actions_t* actions() const { return &actions_; }
  const posix_spawnattr_t* attributes() const { return &attributes_; }

 private:
  static void check(int error) {
    if (error != 0) throw system_error(error, "preparing to start a program");
  }

  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

// posix_spawn shares our memory with the child until its exec (as vfork does), so that starting one costs the
// same however large we are, and it reports a failed exec as a value.
pid_t start(const ProcessRequest& request, int standard_output, int standard_error) {
  check_arguments(request);
  const UniqueFd directory = open_working_directory(request);
  const std::string program = find_program(request, directory.get());
  SpawnOptions options;
  options.set(directory.get(), standard_output, standard_error);
  const CStringArray arguments(request.argv);
  const CStringArray environment(environment_strings(request.environment));
  pid_t pid = 0;
  const int error =
      ::posix_spawn(&pid, program.c_str(), options.actions(), options.attributes(), arguments.get(), environment.get());
  if (error == E2BIG) {
    throw system_error(error, "starting " + in_ticks(request.argv.front()),
                       "shorten the command, or pass less through the environment");
  }
  if (error != 0) throw system_error(error, "starting " + in_ticks(request.argv.front()));
  return pid;
}

// Keeps the beginning of a stream, or its end.
class Capture {
 public:
  enum class Keep { beginning, end };
  Capture(UniqueFd fd, Keep keep, std::size_t limit) : fd_(std::move(fd)), keep_(keep), limit_(limit) {}

  int fd() const { return fd_.get(); }
  bool open() const { return static_cast<bool>(fd_); }
  bool truncated() const { return truncated_; }

  // Reads what is there, at most `most` bytes, without waiting.
  void drain(std::vector<char>& buffer, std::size_t most) {
    while (open() && most > 0) {
      const ssize_t count = ::read(fd_.get(), buffer.data(), std::min(buffer.size(), most));
      if (count < 0 && errno == EINTR) continue;
      if (count < 0 && errno == EAGAIN) return;
      if (count <= 0) return fd_.reset();
      add({buffer.data(), static_cast<std::size_t>(count)});
      most -= static_cast<std::size_t>(count);
    }
  }

  std::string take() {
    if (keep_ == Keep::end && bytes_.size() > limit_) bytes_.erase(0, bytes_.size() - limit_);
    return std::move(bytes_);
  }

 private:
  void add(std::string_view bytes) {
    if (keep_ == Keep::beginning) {
      const std::size_t room = limit_ - bytes_.size();
      truncated_ = truncated_ || bytes.size() > room;
      bytes_ += bytes.substr(0, room);
      return;
    }
    bytes_ += bytes;
    // Not at every read, which would move the whole each time.
    const std::size_t surplus = bytes_.size() - std::min(bytes_.size(), limit_);
    if (surplus >= std::max(limit_, kChunk)) bytes_.erase(0, surplus);
  }

  UniqueFd fd_;
  Keep keep_;
  std::size_t limit_;
  std::string bytes_;
  bool truncated_ = false;
};

// One child from its start until nothing of it is left.
class Run {
 public:
  Run(const ProcessRequest& request, const std::function<bool()>& interrupted)
      : request_(request), interrupted_(interrupted), spared_(list_children()), begin_(SteadyClock::now()) {
    Pipe out = make_pipe();
    Pipe err = make_pipe();
    pid_ = start(request, out.write_end.get(), err.write_end.get());
    output_ = Capture(std::move(out.read_end), Capture::Keep::beginning, request.max_stdout_bytes);
    error_output_ = Capture(std::move(err.read_end), Capture::Keep::end, request.max_stderr_bytes);
    pidfd_ = UniqueFd(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
  }

  ProcessResult finish() {
    const ProcessResult::End reason = wait();
    if (reason == ProcessResult::End::exited) {
      // The usual case: nothing is left, and finding that out costs no look at all processes.
      ::kill(-pid_, SIGTERM);
      if (!nothing_is_left()) end_everything(kLeftoverGrace);
    } else {
      end_everything(request_.grace);
      result_.end = reason;
    }
    output_.drain(buffer_, kPipeLimit);
    error_output_.drain(buffer_, kPipeLimit);
    result_.standard_output = output_.take();
    result_.stdout_truncated = output_.truncated();
    result_.standard_error = error_output_.take();
    result_.duration = std::chrono::duration_cast<Milliseconds>(SteadyClock::now() - begin_);
    return std::move(result_);
  }

 private:
  bool running() const { return pid_ > 0; }

  // Until the child has ended by itself (`exited`, however it ended) or has to be ended.
  ProcessResult::End wait() {
    while (true) {
      if (child_has_ended()) return ProcessResult::End::exited;
      if (interrupted_ && interrupted_()) return ProcessResult::End::interrupted;
      if (spared_.empty()) reap_orphans(pid_);
      Milliseconds pause = interrupted_ ? kInterruptionCheck : kOrphanCheck;
      if (request_.timeout) {
        const auto left = begin_ + *request_.timeout - SteadyClock::now();
        if (left <= SteadyClock::duration::zero()) return ProcessResult::End::timed_out;
        pause = std::min(pause, std::chrono::ceil<Milliseconds>(left));
      }
      pump(pidfd_ ? pause : std::min(pause, kWithoutPidfd));
    }
  }

  // Waits for output or the end of the child, and takes the output.
  void pump(Milliseconds pause) {
    std::array<pollfd, 3> watched{};
    nfds_t count = 0;
    for (const int fd : {output_.fd(), error_output_.fd(), pidfd_.get()}) {
      if (fd >= 0) watched[count++] = {fd, POLLIN, 0};
    }
    if (::poll(watched.data(), count, static_cast<int>(pause.count())) <= 0) return;
    // One chunk at a time, so that a torrent on one stream hides neither the other nor the deadline.
    output_.drain(buffer_, kChunk);
    error_output_.drain(buffer_, kChunk);
  }

  // Looks without reaping: until the rest of the group is signalled, the zombie keeps the group's number taken.
  bool child_has_ended() {
    siginfo_t info{};
    while (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) != 0) {
      if (errno != EINTR) throw system_error(errno, "waiting for " + in_ticks(request_.argv.front()));
    }
    if (info.si_pid == 0) return false;
    const bool exited = info.si_code == CLD_EXITED;
    result_.end = exited ? ProcessResult::End::exited : ProcessResult::End::signalled;
    (exited ? result_.exit_code : result_.signal) = info.si_status;
    return true;
  }

  void reap_child() {
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
    pid_ = 0;
    pidfd_.reset();
  }

  // SIGTERM to all, SIGKILL after `grace`, until nothing is left.
  void end_everything(Milliseconds grace) {
    signal_all(SIGTERM);
    auto deadline = SteadyClock::now() + grace;
    bool killing = false;
    while (!nothing_is_left()) {
      if (SteadyClock::now() >= deadline) {
        if (killing) return;
        killing = true;
        deadline = SteadyClock::now() + kKillLimit;
      }
      // Again and again, for those that were born between the listing and the signal.
      if (killing) signal_all(SIGKILL);
      pump(kEndCheck);
    }
  }

  bool nothing_is_left() {
    if (running()) {
      if (!child_has_ended()) return false;
      reap_child();
    }
    return reap_children(spared_);
  }

  void signal_all(int signal) {
    if (running()) {
      ::kill(-pid_, signal);
      ::kill(-pid_, SIGCONT);
    }
    for (const pid_t pid : list_running_descendants(spared_)) {
      ::kill(pid, signal);
      ::kill(pid, SIGCONT);
    }
  }

  const ProcessRequest& request_;
  const std::function<bool()>& interrupted_;
  std::set<pid_t> spared_;  // children from before, which are none of the command's
  SteadyClock::time_point begin_;
  pid_t pid_ = 0;  // 0: reaped
  UniqueFd pidfd_;
  Capture output_{UniqueFd(), Capture::Keep::beginning, 0};
  Capture error_output_{UniqueFd(), Capture::Keep::end, 0};
  std::vector<char> buffer_ = std::vector<char>(kChunk);
  ProcessResult result_;
};

}  // namespace

SystemProcessRunner::SystemProcessRunner(std::function<bool()> interrupted) : interrupted_(std::move(interrupted)) {}

ProcessResult SystemProcessRunner::run(const ProcessRequest& request) {
  // Orphans are handed to the process, not to a thread of it: nobody could tell whose they are.
  static std::mutex one_at_a_time;
  const std::lock_guard lock(one_at_a_time);
  become_reaper();
  return Run(request, interrupted_).finish();
}

}  // namespace unentropy
