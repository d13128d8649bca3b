#include "github/build_context.h"

#include <algorithm>
#include <vector>

#include "base/error.h"
#include "base/text.h"

namespace unentropy {
bool is_commit_id(std::string_view text) {
  return (text.size() == 40 || text.size() == 64) &&
         std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool runs_in_workflow(const Environment& environment) {
  return to_lower(environment.get("GITHUB_ACTIONS").value_or("")) == "true";
}

std::string branch_of_ref(std::string_view ref) {
  for (const std::string_view prefix : {"refs/heads/", "refs/tags/"}) {
    if (ref.starts_with(prefix)) return std::string(ref.substr(prefix.size()));
  }
  return std::string(ref);
}

bool is_untrusted_event(const std::optional<std::string>& event_name) {
  return event_name == "pull_request_target" || event_name == "workflow_run";
}

BuildContext build_context_from_workflow(const Environment& environment, Instant now) {
  std::vector<std::string> problems;
  const auto need = [&](const std::string& name) {
    auto value = environment.get_nonempty(name);
    if (!value) problems.push_back("`" + name + "` is not set");
    return value.value_or("");
  };
  const auto number = [&](const std::string& name, const std::string& text, long long least) {
    const auto parsed = parse_integer(text);
    if (!text.empty() && (!parsed || *parsed < least)) {
      problems.push_back("`" + name + "` is not a number: `" + single_line(text, 80) + "`");
    }
    return parsed.value_or(least);
  };

  BuildContext build;
  build.timestamp = now;
  build.commit_sha = need("GITHUB_SHA");
  if (!build.commit_sha.empty() && !is_commit_id(build.commit_sha)) {
    problems.push_back("`GITHUB_SHA` is not a commit id: `" + single_line(build.commit_sha, 80) + "`");
  }
  build.branch = branch_of_ref(need("GITHUB_REF"));
  build.run_id = need("GITHUB_RUN_ID");
  build.run_number = number("GITHUB_RUN_NUMBER", need("GITHUB_RUN_NUMBER"), 0);
  build.run_attempt = number("GITHUB_RUN_ATTEMPT", environment.get_nonempty("GITHUB_RUN_ATTEMPT").value_or(""), 1);
  if (!problems.empty()) {
    throw Error(ErrorKind::usage, "reading the build's identity: " + join(problems, "; "),
                "these variables come from the runner; pass them on unchanged to the step or container that runs "
                "`unentropy`");
  }
  build.event_name = environment.get_nonempty("GITHUB_EVENT_NAME");
  build.actor = environment.get_nonempty("GITHUB_ACTOR");
  return build;
}

}  // namespace unentropy
