#include "cli/git_context.h"

#include "base/error.h"
#include "base/hash.h"
#include "base/text.h"

namespace unentropy {

LocalBuild build_context_from_git(const std::filesystem::path& directory, const Environment& environment,
                                  ProcessRunner& runner, Instant now, const std::string& history) {
  constexpr const char* kHint =
      "run inside a git repository with at least one commit, or in a workflow, where the runner sets `GITHUB_SHA`, "
      "`GITHUB_REF`, `GITHUB_RUN_ID` and `GITHUB_RUN_NUMBER`";
  ProcessRequest request;
  request.argv = {"git", "status", "--porcelain=v2", "--branch", "--untracked-files=no"};
  request.environment = environment;
  request.working_directory = directory;
  request.timeout = Milliseconds{60'000};
  ProcessResult result;
  try {
    result = runner.run(request);
  } catch (const Error& error) {
    throw Error(ErrorKind::usage, "finding out the commit: " + error.message(), kHint);
  }
  if (result.end != ProcessResult::End::exited || result.exit_code != 0) {
    const std::string said = single_line(trim(result.standard_error));
    throw Error(ErrorKind::usage, "finding out the commit: " + (said.empty() ? "git failed" : said), kHint);
  }

  LocalBuild local;
  for (const std::string_view line : split(result.standard_output, '\n')) {
    if (line.starts_with("# branch.oid ")) {
      local.build.commit_sha = line.substr(13);
    } else if (line.starts_with("# branch.head ")) {
      local.build.branch = line.substr(14);
    } else if (!line.empty() && !line.starts_with('#') &&
               (history.empty() || (!line.ends_with(" " + history) && !line.ends_with("/" + history)))) {
      local.dirty = true;
    }
  }
  if (local.build.commit_sha.empty() || local.build.commit_sha == "(initial)") {
    throw Error(ErrorKind::usage, "finding out the commit: the repository has no commit yet", kHint);
  }
  if (local.build.branch == "(detached)") local.build.branch = kDetached;
  local.build.run_id = "local:" + format_basic(now) + "-" + random_hex(4);
  local.build.event_name = "push";
  local.build.actor = environment.get_nonempty("USER");
  local.build.timestamp = now;
  return local;
}

}  // namespace unentropy
