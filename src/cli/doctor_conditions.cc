#include "cli/doctor_conditions.h"

namespace unentropy {
namespace {

using Status = PutOutcome::Status;

constexpr std::string_view kRecordsRepair =
    "two runs that finish at the same moment can overwrite each other's snapshot; every build is also kept as a run "
    "record of its own, from which the next run puts it back";
constexpr const char* kRefused = "refused by the store, which has no conditional writes";
constexpr const char* kIgnored = "IGNORED: the store reports success and overwrites";

}  // namespace

void judge_conditions(const ConditionReport& found, DoctorReport& report) {
  // The consequence is told once, at the first of the lines.
  bool told = false;
  const auto warn = [&](Check check, const char* detail) {
    report.warn(check, detail, told ? "" : std::string(kRecordsRepair));
    told = true;
  };
  if (found.create_on_absent == Status::unsupported || found.create_on_present == Status::unsupported) {
    warn(Check::if_none_match, kRefused);
  } else if (found.create_on_present == Status::written) {
    warn(Check::if_none_match, kIgnored);
  } else if (found.create_on_absent != Status::written) {
    warn(Check::if_none_match, "refused although there was nothing under the key");
  } else {
    report.ok(Check::if_none_match, "honoured: what is there is not created again");
  }
  if (found.replace_stale == Status::unsupported) {
    warn(Check::if_match_stale, kRefused);
  } else if (found.replace_stale == Status::written) {
    warn(Check::if_match_stale, kIgnored);
  } else {
    report.ok(Check::if_match_stale, "refused, as it must be");
  }
}

void judge_right_etag(const ConditionReport& found, const std::function<EtagSpellings()>& spellings,
                      DoctorReport& report) {
  if (found.replace_current == Status::unsupported) return report.warn(Check::if_match_current, kRefused, "");
  if (found.replace_current != Status::written) {
    return report.warn(Check::if_match_current, "refused although it is right",
                       found.support == ConditionSupport::ignored ? std::string(kRecordsRepair) : "");
  }
  if (found.replace_stale == Status::written) {
    return report.warn(Check::if_match_current, "accepted, which says nothing where a stale one is accepted too", "");
  }
  const EtagSpellings accepted = spellings();
  if (accepted.quoted && accepted.unquoted) {
    report.figures.etag_spelling = "both";
    report.ok(Check::if_match_current, "accepted, quoted and unquoted");
  } else if (accepted.quoted) {
    report.figures.etag_spelling = "quoted";
    report.ok(Check::if_match_current, "accepted, quoted");
  } else if (accepted.unquoted) {
    report.figures.etag_spelling = "unquoted";
    report.ok(Check::if_match_current, "accepted unquoted alone, which is noticed and obeyed");
  } else {
    report.warn(Check::if_match_current, "accepted at first, and then refused", std::string(kRecordsRepair));
  }
}

}  // namespace unentropy
