#include "cli/error_codes.h"

#include <algorithm>
#include <string>

#include "base/error.h"
#include "cli/commands.h"

namespace unentropy {

const std::vector<ErrorCode>& error_codes() {
  static const std::vector<ErrorCode> codes = {
      {"usage", kExitUsage,
       "The command line, an input or the configuration is wrong, or the store cannot do what the settings ask for.",
       "Correct what the message names; running the same again ends the same. `unentropy verify` checks the "
       "configuration alone."},
      {"denied", kExitStorage,
       "Credentials, a permission, a certificate or the rights of a local file do not allow what was tried.",
       "Check the credentials and grant the permission that the hint names; `unentropy doctor` tries each one."},
      {"not_found", kExitStorage, "A bucket, artifact or file that was named does not exist.",
       "Check the spelling of what the message names, and create it where it is not there yet; a bucket is never "
       "created."},
      {"unavailable", kExitStorage,
       "The network or a server failed or was too slow, or the host has no such address, and further tries did not "
       "help.",
       "Run the job again, it is safe. If that happens often, raise `retry-attempts` or `timeout`."},
      {"corrupt", kExitStorage, "Stored data is damaged, or is no history at all.",
       "Nothing was replaced. Restore an older copy, or let `on-corrupt` do it: docs/guide/damaged-history.md."},
      {"io", kExitStorage, "The local disk or the operating system failed, or a library is missing.",
       "Free space, or repair what the message names, then run again."},
      {"internal", kExitStorage, "Something that the program takes for impossible: a defect of it, or of a library.",
       "Run again, and report it with the log if it stays."},
      {"gate_failed", kExitGateFailed, "A blocking limit of `qualityGate` is violated, and the mode is `hard`.",
       "Improve the metrics that the table names, or change their limits."},
      {"nothing_collected", kExitNothingCollected,
       "Not one metric gave a value. `gate` says so and ends with 0, because it cannot judge.",
       "See the reason of each metric in the log; `unentropy test` shows them without any storage."},
      {"metrics_failed", kExitNothingCollected, "`unentropy test` alone: some metrics gave a value and others did not.",
       "See the reason of each metric in the table."},
      {"cancelled", kExitInterrupted, "The run was interrupted by a signal, as when a workflow is cancelled.",
       "Run the job again; the stored history is whole."},
  };
  return codes;
}

const ErrorCode& error_code(std::string_view name) {
  const auto& codes = error_codes();
  const auto found = std::find_if(codes.begin(), codes.end(), [&](const ErrorCode& code) { return code.name == name; });
  if (found == codes.end()) {
    throw Error(ErrorKind::internal, "no error code `" + std::string(name) + "` in the table",
                "please report this with the log");
  }
  return *found;
}

const std::vector<ExitCode>& exit_codes() {
  static const std::vector<ExitCode> codes = {
      {kExitDone, "done"},
      {kExitGateFailed, "the quality gate said no"},
      {kExitUsage, "usage or configuration"},
      {kExitStorage, "storage or network; it is safe to run again"},
      {kExitNothingCollected, "no metric could be collected"},
      {kExitNoArtifact, "`artifact download` alone: no run has stored an artifact yet"},
      {kExitInterrupted, "interrupted"},
  };
  return codes;
}

}  // namespace unentropy
