// `unentropy report`: draws a history that is already there, as a page or as data.
#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/project.h"
#include "cli/report_data.h"
#include "cli/report_page.h"
#include "cli/report_source.h"

namespace unentropy {
namespace {

// Absent: the page.
std::optional<DataFormat> data_format(const InputValues& inputs) {
  const std::string name = inputs.text_or("format", "html");
  if (name == "json") return DataFormat::json;
  if (name == "csv") return DataFormat::csv;
  if (name == "markdown") return DataFormat::markdown;
  return std::nullopt;
}

void print_data(CommandContext& context, const std::string& text) {
  const std::string file = context.inputs.text_or("output", "-");
  if (file == "-") {
    context.printer.data(text);
  } else {
    write_file_atomically(checked_path(context, "output", file), context.printer.without_secrets(text));
  }
}

void draw_page(CommandContext& context, ReportRequest request, const History& history) {
  const auto directory = checked_path(context, "report-dir", context.inputs.text_or("report-dir", "unentropy-report"));
  request.load_branch = [&history](const std::string& branch) { return history.load(branch); };
  const ReportResult written = write_page(context, request, directory);
  context.printer.data("report: " + written.path.string() + "\n");
}

void check_inputs(CommandContext& context, std::optional<DataFormat> format) {
  std::vector<InputProblem> problems = context.inputs.problems();
  if (!format && context.inputs.text("output")) {
    problems.push_back({"`output` is for json, csv and markdown; the page is a directory's `index.html`",
                        "give `--report-dir DIR`, or another `--format`"});
  }
  refuse(context.printer, problems);
}

}  // namespace

int run_report(CommandContext& context) {
  const std::optional<DataFormat> format = data_format(context.inputs);
  check_inputs(context, format);
  const std::optional<Project> project = find_project(context);
  const Config* config = project ? &project->config : nullptr;
  const auto file = context.inputs.text("db");
  const OpenedHistory opened = file ? open_history_file(context, *file) : open_stored_history(context, config);
  const HistoryData data = load_shown_branch(context, config, opened.history);
  ReportRequest request = report_request(context, config, data);
  if (format) {
    print_data(context, report_data(request, *format));
  } else {
    draw_page(context, std::move(request), opened.history);
  }
  return kExitDone;
}

}  // namespace unentropy
