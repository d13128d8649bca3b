#include "cli/doctor_report.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "cli/help.h"

namespace unentropy {
namespace {

struct CheckName {
  Check check;
  std::string_view id;
  std::string_view title;
};

constexpr std::array<CheckName, 21> kNames{{
    {Check::configuration, "configuration", "configuration"},
    {Check::inputs, "inputs", "inputs"},
    {Check::endpoint, "endpoint", "endpoint"},
    {Check::tls, "tls", "TLS"},
    {Check::clock, "clock", "clock"},
    {Check::credentials, "credentials", "credentials"},
    {Check::bucket, "bucket", "bucket and region"},
    {Check::versioning, "versioning", "versioning"},
    {Check::list, "list", "list"},
    {Check::write, "write", "write"},
    {Check::read, "read", "read"},
    {Check::if_none_match, "if_none_match", "If-None-Match"},
    {Check::if_match_stale, "if_match_stale", "If-Match, stale"},
    {Check::if_match_current, "if_match_current", "If-Match, right"},
    {Check::copy, "copy", "server-side copy"},
    {Check::round_trip, "round_trip", "round trip"},
    {Check::throughput, "throughput", "throughput"},
    {Check::remove, "delete", "delete"},
    {Check::lock, "lock", "lock"},
    {Check::history, "history", "history"},
    {Check::clean_up, "clean_up", "clean-up"},
}};

const CheckName& name_of(Check check) {
  return *std::find_if(kNames.begin(), kNames.end(), [&](const CheckName& name) { return name.check == check; });
}

}  // namespace

std::string_view title_of(Check check) { return name_of(check).title; }
std::string_view id_of(Check check) { return name_of(check).id; }

std::string_view to_string(CheckVerdict verdict) {
  switch (verdict) {
    case CheckVerdict::ok:
      return "ok";
    case CheckVerdict::warning:
      return "warning";
    case CheckVerdict::failed:
      return "failed";
    case CheckVerdict::skipped:
      return "skipped";
  }
  return "failed";
}

void DoctorReport::set(CheckResult result) {
  for (CheckResult& known : results_) {
    if (known.check == result.check) {
      known = std::move(result);
      return;
    }
  }
  results_.push_back(std::move(result));
}

void DoctorReport::ok(Check check, std::string detail) { set({check, CheckVerdict::ok, std::move(detail), {}, {}}); }

void DoctorReport::warn(Check check, std::string detail, std::string hint) {
  set({check, CheckVerdict::warning, std::move(detail), std::move(hint), {}});
}

void DoctorReport::fail(Check check, const Error& error) {
  set({check, CheckVerdict::failed, error.message(), error.hint(), error.kind()});
}

void DoctorReport::skip(Check check, std::string why) { set({check, CheckVerdict::skipped, std::move(why), {}, {}}); }

void DoctorReport::skip_the_rest(const std::string& why) {
  for (const Check check : planned_) {
    if (find(check) == nullptr) skip(check, why);
  }
}

const CheckResult* DoctorReport::find(Check check) const {
  for (const CheckResult& result : results_) {
    if (result.check == check) return &result;
  }
  return nullptr;
}

std::vector<CheckResult> DoctorReport::results() const {
  std::vector<CheckResult> sorted = results_;
  std::sort(sorted.begin(), sorted.end(), [](const CheckResult& a, const CheckResult& b) { return a.check < b.check; });
  return sorted;
}

std::size_t DoctorReport::count(CheckVerdict verdict) const {
  return static_cast<std::size_t>(std::count_if(results_.begin(), results_.end(),
                                                [&](const CheckResult& result) { return result.verdict == verdict; }));
}

const CheckResult* DoctorReport::first_failure() const {
  const CheckResult* first = nullptr;
  for (const CheckResult& result : results_) {
    if (result.verdict == CheckVerdict::failed && (first == nullptr || result.check < first->check)) first = &result;
  }
  return first;
}

std::string doctor_table(const DoctorReport& report) {
  constexpr std::size_t kDetailColumn = 30;
  std::string table;
  for (const CheckResult& result : report.results()) {
    std::string line = fmt::format("  {:<17}  {:<7}  ", title_of(result.check), to_string(result.verdict));
    if (!result.detail.empty()) {
      // The first line of the detail stands beside the verdict, the others below it.
      line += wrap(result.detail, kDetailColumn).substr(kDetailColumn);
    } else {
      line += '\n';
    }
    table += line.substr(0, line.find_last_not_of(" \n") + 1) + "\n";
    if (!result.hint.empty()) table += wrap("hint: " + result.hint, kDetailColumn);
  }
  return table;
}

}  // namespace unentropy
