// Which of the builds that qualify a change is compared with: asks git, and the host where the clone is too shallow.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/gate_plan.h"
#include "github/api.h"
#include "history/baseline.h"

namespace unentropy {

struct ChosenBuild {
  std::size_t index = 0;
  std::optional<int> distance;  // see `BaselineChoice`; absent: not known
  std::string note;             // empty: it is the nearest ancestor for certain
};

// The commit that the change is made onto: where git or the event knows it; empty where they do not.
std::string made_onto(CommandContext& context, const GatePlan& plan);

// `builds` is not empty; `onto` is what `made_onto` gave. `api` may be null. Whatever git and the host cannot tell
// leads to the newest build and a note; throws nothing of theirs.
ChosenBuild choose_build(CommandContext& context, const std::string& onto, const std::vector<BaselineBuild>& builds,
                         GithubApi* api);

}  // namespace unentropy
