#include "cli/report_page.h"

#include <fmt/format.h>

#include "base/file.h"
#include "cli/run_tables.h"

namespace unentropy {

ReportRequest report_request(const CommandContext& context, const Config* config, const HistoryData& history) {
  ReportRequest request;
  request.history = &history;
  if (config != nullptr) {
    request.metrics = config->metrics;
    request.layout = config->report;
    if (config->quality_gate) request.thresholds = config->quality_gate->thresholds;
  }
  request.repository =
      context.environment.get_nonempty("GITHUB_REPOSITORY").value_or(context.working_directory.filename().string());
  request.server_url = context.environment.get_nonempty("GITHUB_SERVER_URL").value_or("");
  request.generated_at = context.clock.now();
  return request;
}

ReportResult write_page(CommandContext& context, const ReportRequest& request, const std::filesystem::path& directory) {
  const bool is_new = !std::filesystem::exists(directory);
  ReportResult written = write_report(request, directory);
  if (is_new) write_file_atomically(directory / ".gitignore", "*\n");
  for (const std::string& warning : written.warnings) context.printer.warning(warning);
  context.printer.progress(fmt::format("drew {} of branch `{}`, {}",
                                       counted(static_cast<std::int64_t>(request.history->builds.size()), "build"),
                                       request.history->branch, format_bytes(written.bytes)));
  return written;
}

}  // namespace unentropy
