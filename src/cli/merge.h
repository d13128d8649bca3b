// Builds of other histories into ours, by the same path as those of a run.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/report_source.h"
#include "history/history.h"

namespace unentropy {

// A private history in today's layout that stands under this name. It is closed before the next one is asked for.
using OpenOther = std::function<History(const std::string& name)>;

// The history that builds are put into: the local file of the input `into`, else the configured storage.
class MergeTarget {
 public:
  // Throws `Error` (usage) if the inputs do not say which.
  explicit MergeTarget(CommandContext& context);
  ~MergeTarget();
  MergeTarget(const MergeTarget&) = delete;
  MergeTarget& operator=(const MergeTarget&) = delete;

  // As it is now; nothing: there is none yet. `only_to_read`: nobody will `put`, and nothing is written but temporary
  // files. What it opens must be closed before `put`.
  std::optional<OpenedHistory> look(bool only_to_read);

  // Puts the named ones there, one after the other, and tells `added` what each of them brought. The exit code.
  using Added = std::function<void(const std::string& name, std::int64_t builds, std::int64_t values)>;
  int put(const std::vector<std::string>& names, const OpenOther& open, const Added& added);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace unentropy
