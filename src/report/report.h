// One self-contained HTML file from a history and a layout.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "model/history_data.h"
#include "model/metric.h"
#include "model/report_layout.h"
#include "model/threshold.h"

namespace unentropy {

enum class ReportOrigin {
  recorded,  // values that somebody measured
  preview,   // invented values, which the page marks as such everywhere
};

struct ReportRequest {
  const HistoryData* history = nullptr;  // not owned
  std::vector<Metric> metrics;           // of the configuration, in its order; empty: every series of the history
  ReportLayout layout;
  std::vector<Threshold> thresholds;  // of the quality gate, drawn as lines
  std::string repository;             // `owner/name`, or the directory's name
  std::string server_url;             // `https://github.com` where known, for links to commits and runs; else empty
  Instant generated_at{};
  ReportOrigin origin = ReportOrigin::recorded;
  // Reads another branch of the same history. Given, the page lets its reader choose among `history->branches`, the
  // most active first, as far as there is room (`ReportResult::warnings` says what was left out). Called one branch
  // after the other, so that no two of them are in memory. Metrics are those of the configuration and of `history`.
  std::function<HistoryData(const std::string& branch)> load_branch;
};

struct ReportResult {
  std::filesystem::path path;
  std::uint64_t bytes = 0;
  std::vector<std::string> warnings;
};

// Writes `<directory>/index.html`, whole or not at all. Throws `Error` (io).
ReportResult write_report(const ReportRequest& request, const std::filesystem::path& directory);

}  // namespace unentropy
