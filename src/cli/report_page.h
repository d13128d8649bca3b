// Making a page out of a project and a history, as `report` and `preview` both do.
#pragma once

#include <filesystem>

#include "cli/commands.h"
#include "config/config.h"
#include "model/history_data.h"
#include "report/report.h"

namespace unentropy {

// What the page says beside the history's values. `config` may be null: every metric of the history is drawn. `history`
// is not copied.
ReportRequest report_request(const CommandContext& context, const Config* config, const HistoryData& history);

// Writes the page, and into a new directory a `.gitignore`, so that a report left in a checkout is neither committed
// nor counted as code. Prints the warnings and the path.
ReportResult write_page(CommandContext& context, const ReportRequest& request, const std::filesystem::path& directory);

}  // namespace unentropy
