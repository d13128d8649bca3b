#include "github/build_context.h"

#include <algorithm>
#include <vector>

#include "base/error.h"
#include "base/text.h"

namespace unentropy {
namespace {

bool is_commit_id(std::string_view text) {
  return (text.size() == 40 || text.size() == 64) &&
         std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

}  // namespace

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
  std::vector<std::string> missing;
  const auto need = [&](const std::string& name) {
    auto value = environment.get_nonempty(name);
    if (!value) missing.push_back("`" + name + "`");
    return value.value_or("");
  };
  const std::string sha = need("GITHUB_SHA");
  const std::string ref = need("GITHUB_REF");
  const std::string run_id = need("GITHUB_RUN_ID");
  const std::string run_number = need("GITHUB_RUN_NUMBER");
  if (!missing.empty()) {
    throw Error(ErrorKind::usage, "reading the build's identity: " + join(missing, ", ") + " not set",
                "these variables come from the runner; pass them on to the step or container that runs `unentropy`");
  }

  BuildContext build;
  build.commit_sha = sha;
  build.branch = branch_of_ref(ref);
  build.run_id = run_id;
  build.timestamp = now;
  std::vector<std::string> malformed;
  if (!is_commit_id(sha)) malformed.push_back("`GITHUB_SHA` is not a commit id: `" + single_line(sha, 80) + "`");
  const auto number = parse_integer(run_number);
  if (!number || *number < 0) {
    malformed.push_back("`GITHUB_RUN_NUMBER` is not a number: `" + single_line(run_number, 80) + "`");
  }
  build.run_number = number.value_or(0);
  if (const auto text = environment.get_nonempty("GITHUB_RUN_ATTEMPT")) {
    const auto attempt = parse_integer(*text);
    if (!attempt || *attempt < 1) {
      malformed.push_back("`GITHUB_RUN_ATTEMPT` is not a number: `" + single_line(*text, 80) + "`");
    }
    build.run_attempt = attempt.value_or(1);
  }
  if (!malformed.empty()) {
    throw Error(ErrorKind::usage, "reading the build's identity: " + join(malformed, "; "),
                "leave the runner's own values as they are");
  }
  build.event_name = environment.get_nonempty("GITHUB_EVENT_NAME");
  build.actor = environment.get_nonempty("GITHUB_ACTOR");
  return build;
}

}  // namespace unentropy
