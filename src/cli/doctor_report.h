// What `doctor` found out: one verdict per check, the table and the JSON that are drawn from them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/version.h"
#include "store/object_store.h"

namespace unentropy {

// In the order in which they are made and shown.
enum class Check {
  configuration,
  inputs,
  endpoint,
  tls,
  clock,
  credentials,
  bucket,
  versioning,
  list,
  write,
  read,
  if_none_match,
  if_match_stale,
  if_match_current,
  copy,
  round_trip,
  throughput,
  remove,
  lock,
  history,
  clean_up,
};

enum class CheckVerdict { ok, warning, failed, skipped };

struct CheckResult {
  Check check = Check::configuration;
  CheckVerdict verdict = CheckVerdict::ok;
  std::string detail;
  std::string hint;               // may be empty
  std::optional<ErrorKind> kind;  // of a failure
};

// Figures for machines; absent where it did not come to them.
struct StorageFigures {
  std::optional<ConditionSupport> conditions;
  std::string etag_spelling;                 // `quoted`, `unquoted`, `both`, or empty
  std::optional<double> clock_lead_seconds;  // ours minus the store's
  std::optional<double> round_trip_ms;
  std::optional<double> upload_bytes_per_second;
  std::optional<double> download_bytes_per_second;
};

class DoctorReport {
 public:
  // The checks that belong to this kind of storage.
  explicit DoctorReport(std::vector<Check> planned) : planned_(std::move(planned)) {}

  void ok(Check check, std::string detail);
  void warn(Check check, std::string detail, std::string hint);
  void fail(Check check, const Error& error);
  void skip(Check check, std::string why);
  // Every planned check that has no verdict yet.
  void skip_the_rest(const std::string& why);

  const CheckResult* find(Check check) const;
  std::vector<CheckResult> results() const;  // in order
  std::size_t count(CheckVerdict verdict) const;
  const CheckResult* first_failure() const;

  StorageFigures figures;
  bool interrupted = false;

 private:
  void set(CheckResult result);

  std::vector<Check> planned_;
  std::vector<CheckResult> results_;
};

std::string_view title_of(Check check);  // for people: `server-side copy`
std::string_view id_of(Check check);     // for machines: `copy`
std::string_view to_string(CheckVerdict verdict);

// One line per check, at most 80 columns wide where no word is longer; hints below the line that they belong to.
std::string doctor_table(const DoctorReport& report);

}  // namespace unentropy
