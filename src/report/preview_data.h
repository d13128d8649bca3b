// Invented values for `preview`: how a report will look before anything has been measured.
#pragma once

#include <vector>

#include "base/clock.h"
#include "model/history_data.h"
#include "model/metric.h"

namespace unentropy {

// Sixty builds of branch `main` over ninety days that end at `newest`. The values depend on each metric's key, unit
// and type alone, so that they are the same at every run. Give the page `ReportOrigin::preview`.
HistoryData make_preview_history(const std::vector<Metric>& metrics, Instant newest);

}  // namespace unentropy
