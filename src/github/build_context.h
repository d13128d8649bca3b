// The build as the runner's variables describe it.
#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "base/environment.h"
#include "model/build.h"

namespace unentropy {

// Whether this process runs inside a workflow (`GITHUB_ACTIONS` is `true`).
bool runs_in_workflow(const Environment& environment);

// From GITHUB_SHA, GITHUB_REF, GITHUB_RUN_ID, GITHUB_RUN_NUMBER and, where set, GITHUB_EVENT_NAME, GITHUB_ACTOR and
// GITHUB_RUN_ATTEMPT. Everything that is missing or malformed is named in one `Error` (usage).
BuildContext build_context_from_workflow(const Environment& environment, Instant now);

// `refs/heads/x` and `refs/tags/x` become `x`; any other ref (`refs/pull/7/merge`) stays as it is.
std::string branch_of_ref(std::string_view ref);

// 40 or 64 lower-case hexadecimal digits.
bool is_commit_id(std::string_view text);

// Whether the event lets a stranger's checkout run with the secrets of the repository.
bool is_untrusted_event(const std::optional<std::string>& event_name);

}  // namespace unentropy
