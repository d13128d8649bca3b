#include "base/process_tree.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <dirent.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"

namespace unentropy {
namespace {

struct ProcessEntry {
  pid_t pid = 0;
  pid_t parent = 0;
  bool ended = false;
};

std::optional<pid_t> parse_pid(std::string_view text) {
  const std::optional<long long> number = parse_integer(text);
  if (!number || *number <= 0) return std::nullopt;
  return static_cast<pid_t>(*number);
}

// proc(5): `pid (name) state ppid …`, where the name may hold blanks and parentheses.
std::optional<ProcessEntry> parse_stat(pid_t pid, std::string_view stat) {
  const std::size_t name_end = stat.rfind(')');
  if (name_end == std::string_view::npos) return std::nullopt;
  const std::vector<std::string_view> fields = split(stat.substr(name_end + 1), ' ');
  if (fields.size() < 3) return std::nullopt;
  // A parent outside our PID namespace is 0.
  const std::optional<pid_t> parent = parse_pid(fields[2]);
  return ProcessEntry{pid, parent.value_or(0), fields[1] == "Z" || fields[1] == "X"};
}

struct DirectoryCloser {
  void operator()(DIR* directory) const { ::closedir(directory); }
};

// /proc/self/task/*/children would be shorter, but misses siblings of a process that ends meanwhile.
std::vector<ProcessEntry> list_processes() {
  std::vector<ProcessEntry> result;
  const std::unique_ptr<DIR, DirectoryCloser> directory(::opendir("/proc"));
  if (directory == nullptr) return result;
  while (const dirent* entry = ::readdir(directory.get())) {
    const std::optional<pid_t> pid = parse_pid(entry->d_name);
    if (!pid) continue;
    const std::string path = std::string(entry->d_name) + "/stat";
    const UniqueFd fd(::openat(::dirfd(directory.get()), path.c_str(), O_RDONLY | O_CLOEXEC));
    std::array<char, 512> buffer{};
    const ssize_t size = fd ? ::read(fd.get(), buffer.data(), buffer.size()) : -1;
    if (size <= 0) continue;
    const auto process = parse_stat(*pid, std::string_view(buffer.data(), static_cast<std::size_t>(size)));
    if (process) result.push_back(*process);
  }
  return result;
}

// True if the process has no child at all, which the kernel tells without a look at /proc.
bool has_no_children() {
  siginfo_t info{};
  return ::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0 && errno == ECHILD;
}

}  // namespace

void become_reaper() {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
  struct sigaction action {};
  ::sigaction(SIGCHLD, nullptr, &action);
  if (action.sa_handler != SIG_IGN && (action.sa_flags & SA_NOCLDWAIT) == 0) return;
  struct sigaction standard {};
  standard.sa_handler = SIG_DFL;
  ::sigaction(SIGCHLD, &standard, nullptr);
}

std::set<pid_t> list_children() {
  std::set<pid_t> result;
  if (has_no_children()) return result;
  const pid_t self = ::getpid();
  for (const ProcessEntry& process : list_processes()) {
    if (process.parent == self) result.insert(process.pid);
  }
  return result;
}

std::vector<pid_t> list_running_descendants(const std::set<pid_t>& spared) {
  const std::vector<ProcessEntry> processes = list_processes();
  std::set<pid_t> below{::getpid()};
  std::vector<pid_t> running;
  // A parent may stand after its child in the list, so go over it until nothing is added.
  for (std::size_t before = 0; before != below.size();) {
    before = below.size();
    for (const ProcessEntry& process : processes) {
      if (!below.contains(process.parent) || spared.contains(process.pid)) continue;
      if (below.insert(process.pid).second && !process.ended) running.push_back(process.pid);
    }
  }
  return running;
}

void reap_orphans(pid_t child) {
  siginfo_t info{};
  while (::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0 && info.si_pid != child) {
    ::waitpid(info.si_pid, nullptr, WNOHANG);
    info = {};
  }
}

bool reap_children(const std::set<pid_t>& spared) {
  if (spared.empty()) {
    while (true) {
      const pid_t pid = ::waitpid(-1, nullptr, WNOHANG);
      if (pid == 0) return false;
      if (pid < 0 && errno != EINTR) return true;
    }
  }
  bool left = false;
  for (const pid_t child : list_children()) {
    if (!spared.contains(child) && ::waitpid(child, nullptr, WNOHANG) == 0) left = true;
  }
  return !left;
}

}  // namespace unentropy
