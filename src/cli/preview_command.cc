// `unentropy preview`: the page as it will look, before anything was measured, or of a file that is at hand.
#include <fstream>
#include <string>

#include <unistd.h>

#include "base/error.h"
#include "base/text.h"
#include "cli/browser.h"
#include "cli/project.h"
#include "cli/report_page.h"
#include "cli/report_source.h"
#include "github/build_context.h"
#include "report/preview_data.h"

namespace unentropy {
namespace {

namespace fs = std::filesystem;

// Whether the file begins as a page of ours does.
bool is_page_of_ours(const fs::path& file) {
  std::string head(4096, '\0');
  std::ifstream stream(file, std::ios::binary);
  stream.read(head.data(), static_cast<std::streamsize>(head.size()));
  head.resize(static_cast<std::size_t>(stream.gcount()));
  return head.find("<meta name=\"generator\" content=\"unentropy ") != std::string::npos;
}

// A page of ours may be replaced; anything else in the directory means that it was made for something else.
void refuse_foreign_content(const fs::path& directory, const std::string& given) {
  for (const fs::directory_entry& entry : fs::directory_iterator(directory)) {
    const fs::path name = entry.path().filename();
    if (name == ".gitignore" || (name == "index.html" && entry.is_regular_file() && is_page_of_ours(entry.path()))) {
      continue;
    }
    throw Error(ErrorKind::usage, in_ticks(given) + " holds something else: " + in_ticks(name.native()),
                "name another directory with `-o`, or give `--force` to write the preview into this one");
  }
}

fs::path preview_directory(const CommandContext& context) {
  const std::string given = context.inputs.text_or("output", "unentropy-preview");
  const fs::path directory = checked_path(context, "output", given);
  std::error_code ignored;
  if (!fs::exists(directory, ignored)) return directory;
  if (!fs::is_directory(directory, ignored)) {
    throw Error(ErrorKind::usage, in_ticks(given) + " is no directory", "name another one with `-o`");
  }
  if (!context.inputs.flag("force")) refuse_foreign_content(directory, given);
  return directory;
}

fs::path draw_recorded(CommandContext& context, const Config* config, const std::string& file,
                       const fs::path& directory) {
  const OpenedHistory opened = open_history_file(context, file);
  const HistoryData data = load_shown_branch(context, config, opened.history);
  ReportRequest request = report_request(context, config, data);
  request.load_branch = [&opened](const std::string& branch) { return opened.history.load(branch); };
  return write_page(context, request, directory).path;
}

fs::path draw_invented(CommandContext& context, const Config& config, const fs::path& directory) {
  const HistoryData data = make_preview_history(config.metrics, context.clock.now());
  ReportRequest request = report_request(context, &config, data);
  request.origin = ReportOrigin::preview;
  return write_page(context, request, directory).path;
}

void show(CommandContext& context, const fs::path& page) {
  if (context.inputs.flag("no-open") || runs_in_workflow(context.environment) || ::isatty(STDOUT_FILENO) == 0) return;
  if (open_in_browser(page, context.environment) == BrowserStart::none) {
    context.printer.progress("no browser was found; open the file above in one");
  }
}

}  // namespace

int run_preview(CommandContext& context) {
  for (const InputProblem& problem : context.inputs.problems()) {
    throw Error(ErrorKind::usage, problem.message, problem.hint);
  }
  const fs::path directory = preview_directory(context);
  fs::path page;
  if (const auto file = context.inputs.text("db")) {
    const std::optional<Project> project = find_project(context);
    page = draw_recorded(context, project ? &project->config : nullptr, *file, directory);
  } else {
    page = draw_invented(context, load_project(context).config, directory);
  }
  context.printer.data("preview: " + page.string() + "\n");
  show(context, page);
  return kExitDone;
}

}  // namespace unentropy
