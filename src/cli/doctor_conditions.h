// What the answers to conditional writes mean for a user.
#pragma once

#include <functional>

#include "cli/doctor_report.h"
#include "store/condition_probe.h"
#include "store/s3_inspector.h"

namespace unentropy {

// The checks of `If-None-Match` and of a stale `If-Match`.
void judge_conditions(const ConditionReport& found, DoctorReport& report);

// That of a right `If-Match`. `spellings` is asked only where its answer means something.
void judge_right_etag(const ConditionReport& found, const std::function<EtagSpellings()>& spellings,
                      DoctorReport& report);

}  // namespace unentropy
