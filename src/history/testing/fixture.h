// Short ways to make builds, outcomes and files for the tests of this folder.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/file.h"
#include "model/build.h"
#include "model/sample.h"

namespace unentropy::testing {

// A place for a history in a directory of its own.
class TempHistory {
 public:
  TempHistory() : directory_(std::filesystem::temp_directory_path(), "history-test-") {}
  std::filesystem::path path() const { return directory_.path() / "history.db"; }
  std::filesystem::path directory() const { return directory_.path(); }

 private:
  TempDir directory_;
};

Instant instant(std::string_view text);  // as `parse_instant`; fails the test for another text

// A push to `main`, run number 1, attempt 1.
BuildContext build(std::string commit, std::string run_id, std::string_view timestamp);

MetricOutcome number(std::string key, double value, std::optional<Unit> unit = std::nullopt);
MetricOutcome label(std::string key, std::string value);
MetricOutcome failed(std::string key);

}  // namespace unentropy::testing
