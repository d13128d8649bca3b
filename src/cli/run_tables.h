// A run's result for people: the table at the terminal and the job summary.
#pragma once

#include <string>
#include <vector>

#include "cli/run_result.h"

namespace unentropy {

// A value as its metric's unit wants it; a label on one line.
std::string value_text(const MetricValue& value, const Metric& metric);

// The display name with the id, where they differ.
std::string shown_name(const Metric& metric);

// Lines of cells, parted by two spaces; the last cell of a line does not count for the width of its column.
std::string aligned_columns(const std::vector<std::vector<std::string>>& rows);

// One aligned line per metric: name, value, change against the previous build of the branch; failures with reason.
std::string metrics_table(const RunResult& result);

// The same with the time each metric took instead of the change.
std::string timed_metrics_table(const RunResult& result);

// `download  done     0.3 s  12 builds, 1.2 MB`
std::string phase_line(const Phase& phase);

// Markdown: verdict, phases, metrics, where the report is.
std::string job_summary(const RunResult& result);

// `1 build`, `2 builds`
std::string counted(std::int64_t count, std::string_view noun);

// `1.2 MB`
std::string format_bytes(std::uint64_t bytes);

}  // namespace unentropy
