// Thresholds × values × baseline → verdict. Pure: no disk, no network, no clock.
//
// Rules: docs/reference/quality-gate.md.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "model/sample.h"
#include "model/threshold.h"
#include "model/verdict.h"

namespace unentropy {

// `values`: baseline values by metric key, all of the build that `baseline` names unless a value says otherwise.
GateVerdict evaluate_gate(const std::vector<MetricOutcome>& outcomes, const std::vector<Threshold>& thresholds,
                          const Baseline& baseline, const std::map<std::string, BaselineValue>& values);

// How far `now` is on the bad side of `before`; negative when it is better. Without an explicit direction, and for
// metrics of templates without one, a drop is bad.
double bad_change(Direction direction, double before, double now);

// `value` exceeds `limit` by more than binary fractions explain: 1e-9 of the larger magnitude.
bool clearly_exceeds(double value, double limit, double magnitude);

}  // namespace unentropy
