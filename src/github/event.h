// What the event that started the workflow says, as far as we need it.
//
// Source of the fields: GitHub's documentation, "Webhook events and payloads", `pull_request`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/environment.h"

namespace unentropy {

struct PullRequest {
  std::int64_t number = 0;
  std::string base_sha;  // of the branch it is merged into, when the event happened
  std::string head_sha;
  bool from_fork = false;  // or from a repository that is gone
};

struct WorkflowEvent {
  std::string default_branch;  // of the repository; empty: not told
  std::optional<PullRequest> pull_request;
};

// `json` is a stranger's in part. What it does not tell, or tells in another form, is absent.
WorkflowEvent parse_event(std::string_view json);

// The file that GITHUB_EVENT_PATH names; an empty event where there is none. Throws `Error` if it cannot be read.
WorkflowEvent read_event(const Environment& environment);

// Whether the host withholds the repository's secrets from this run: a fork's pull request, or one of Dependabot.
bool lacks_secrets(const WorkflowEvent& event, const Environment& environment);

}  // namespace unentropy
