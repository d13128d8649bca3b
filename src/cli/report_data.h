// The report's content for machines and for text: JSON, CSV and Markdown of one branch.
//
// The columns and keys are described in docs/formats/report-data.md.
#pragma once

#include <string>

#include "report/report.h"

namespace unentropy {

enum class DataFormat { json, csv, markdown };

// Exact figures over all builds; every value with the shortest digits that read back to the same double.
std::string report_data(const ReportRequest& request, DataFormat format);

}  // namespace unentropy
