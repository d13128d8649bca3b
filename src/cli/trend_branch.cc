#include "cli/trend_branch.h"

#include <algorithm>

#include "base/error.h"
#include "base/text.h"

namespace unentropy {
namespace {

// Some million commits.
constexpr std::size_t kMaxLog = 256U << 20;

Error unreadable(const std::string& branch, const std::string& cause, const std::string& hint) {
  return Error(ErrorKind::not_found, "looking up the commits of branch " + in_ticks(branch) + ": " + cause, hint);
}

}  // namespace

// Standard output; empty if git fails.
std::string TrendBranch::git(std::vector<std::string> arguments) const {
  ProcessRequest request;
  request.argv = {"git"};
  request.argv.insert(request.argv.end(), arguments.begin(), arguments.end());
  request.environment = environment_;
  request.working_directory = directory_;
  request.timeout = Milliseconds{120'000};
  request.max_stdout_bytes = kMaxLog;
  ProcessResult result;
  try {
    result = runner_.run(request);
  } catch (const Error& error) {
    throw unreadable(name_, error.message(), "install git, or give every measurement its `commit_sha`");
  }
  const bool done = result.end == ProcessResult::End::exited && result.exit_code == 0 && !result.stdout_truncated;
  return done ? std::move(result.standard_output) : std::string();
}

void TrendBranch::read() {
  const std::string shallow = git({"rev-parse", "--is-shallow-repository"});
  if (shallow.empty()) {
    throw unreadable(name_, "this is no git repository",
                     "run it in the repository, or give every measurement its `commit_sha`");
  }
  if (trim(shallow) == "true") {
    throw unreadable(name_, "the clone is shallow, so that old commits are not there",
                     "`git fetch --unshallow`, or `fetch-depth: 0` of the checkout step");
  }
  std::string log;
  for (const char* place : {"refs/heads/", "refs/remotes/origin/"}) {
    if (log.empty()) log = git({"log", "--first-parent", "--format=%ct %H", place + name_, "--"});
  }
  if (log.empty()) {
    throw unreadable(name_, "there is no such branch", "name another with `--trend-branch`");
  }
  for (const std::string_view line : split(log, '\n')) {
    const std::size_t space = line.find(' ');
    const auto seconds = parse_integer(line.substr(0, space));
    if (space == std::string_view::npos || !seconds) continue;
    const Instant at{std::chrono::seconds(*seconds)};
    commits_.push_back(
        {commits_.empty() ? at : std::min(at, commits_.back().earliest), std::string(line.substr(space + 1))});
  }
}

const std::string& TrendBranch::commit_at(Instant at) {
  if (commits_.empty()) read();
  const auto found = std::partition_point(commits_.begin(), commits_.end(),
                                          [&](const Commit& commit) { return commit.earliest > at; });
  if (found == commits_.end()) {
    throw Error(ErrorKind::usage, "`timestamp` is before the first commit of branch " + in_ticks(name_),
                "give the measurement its `commit_sha`");
  }
  return found->id;
}

}  // namespace unentropy
