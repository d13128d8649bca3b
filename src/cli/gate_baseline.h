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

// `builds` is not empty. `api` may be null. Whatever git and the host cannot tell leads to the newest build and a note;
// throws nothing of theirs.
ChosenBuild choose_build(CommandContext& context, const GatePlan& plan, const std::vector<BaselineBuild>& builds,
                         GithubApi* api);

}  // namespace unentropy
