// What an import does with each value: compares it with what stands in the history and with what the import has said
// before, and keeps what is to be added, in a history of its own.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "cli/measurement_lines.h"
#include "history/history.h"

namespace unentropy {

enum class Taken {
  inserted,
  unchanged,  // the history has it, or has what a later attempt measured in its place
  replaced,
  conflict,         // with another value, which stays
  of_removed,       // the build was removed for good
  without_a_value,  // a build alone, or a removal
};

class Intake {
 public:
  // `standing`: the history as it is, or null; it must outlive the intake. `scratch`: a file to be made.
  // `replaces`: a value that differs from one of the history takes its place.
  Intake(const History* standing, bool replaces, std::filesystem::path scratch, Clock& clock);

  struct Verdict {
    Taken taken = Taken::inserted;
    MetricValue other;               // that it contradicts
    bool is_of_this_import = false;  // the other one is
  };
  // Unit and description must be filled in.
  Verdict take(Measurement measurement);

  // Ends it. What is to be added then lies in `scratch`; false: there is nothing.
  bool finish();

 private:
  // Where several lines in a row look.
  struct Known {
    std::string commit_sha;
    std::string run_id;
    std::optional<StandingBuild> build;
    bool is_removed = false;
  };
  const Known& known(const std::string& commit_sha, const std::string& run_id, std::optional<Known>& last) const;
  bool is_one_that_unentropy_imported(const Measurement& measurement, const BuildContext& build);
  std::optional<Place> said_before(const BuildContext& build, const std::string& metric);
  void keep(RecordedBuild recorded);
  void flush();

  const History* standing_;
  bool replaces_;
  Clock& clock_;
  History kept_;
  std::optional<Known> last_;          // in the history
  std::optional<Known> last_foreign_;  // the same under Unentropy's name for the build
  // Kept and not written yet.
  RunRecord batch_;
  std::unordered_map<std::string, Place> values_;  // of the batch, by commit, run and metric
  bool has_written_ = false;
  bool has_news_ = false;
};

}  // namespace unentropy
