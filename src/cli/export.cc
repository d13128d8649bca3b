// `unentropy export`: a whole history as lines.
#include <cerrno>
#include <optional>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/text.h"
#include "cli/csv.h"
#include "cli/measurement_lines.h"
#include "cli/project.h"
#include "cli/report_source.h"
#include "cli/run_tables.h"

namespace unentropy {
namespace {

namespace fs = std::filesystem;

// Standard output, or a file that is there whole or not at all. Holds no more than a piece.
class Output {
 public:
  Output(CommandContext& context, const std::string& given) : context_(context) {
    if (given == "-") return;
    path_ = checked_path(context, "output", given);
    std::error_code ignored;
    // A device or a pipe is written to as it is.
    const bool whole = !fs::exists(path_, ignored) || fs::is_regular_file(path_, ignored);
    beside_ = whole ? path_.parent_path() / (".unentropy-" + random_hex(8) + ".tmp") : fs::path();
    file_ = UniqueFd(::open((whole ? beside_ : path_).c_str(),
                            O_WRONLY | O_CLOEXEC | O_NOCTTY | (whole ? O_CREAT | O_EXCL | O_NOFOLLOW : 0), 0666));
    if (!file_) throw system_error(errno, "writing " + in_ticks(given));
  }
  ~Output() {
    if (!beside_.empty()) ::unlink(beside_.c_str());
  }
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  void write(std::string_view text) {
    pending_ += text;
    if (pending_.size() > (64U << 10)) flush();
  }
  void finish() {
    flush();
    file_.reset();
    if (beside_.empty()) return;
    if (::rename(beside_.c_str(), path_.c_str()) != 0) throw system_error(errno, "writing " + in_ticks(path_.native()));
    beside_.clear();
  }

 private:
  void flush() {
    if (file_) {
      write_all(file_.get(), context_.printer.without_secrets(pending_), path_);
    } else {
      context_.printer.data(pending_);
    }
    pending_.clear();
  }

  CommandContext& context_;
  fs::path path_;
  fs::path beside_;  // empty once nothing is to be taken away
  UniqueFd file_;
  std::string pending_;
};

std::string csv_lines(const RecordedBuild& recorded) {
  const BuildContext& build = recorded.build;
  std::string lines;
  for (const RecordedMetric& metric : recorded.metrics) {
    const double* number = std::get_if<double>(&metric.value);
    lines += fmt::format("{},{},{},{},{},{},{},{},{},{},{}\r\n", format_instant(build.timestamp),
                         csv_cell(build.commit_sha), csv_cell(build.branch), csv_cell(build.run_id), build.run_number,
                         build.run_attempt, csv_cell(build.event_name.value_or("")), csv_cell(metric.key),
                         to_string(metric.type), csv_cell(metric.unit),
                         number != nullptr ? shortest_digits(*number) : csv_cell(std::get<std::string>(metric.value)));
  }
  return lines;
}

}  // namespace

int run_export(CommandContext& context) {
  refuse(context.printer, context.inputs.problems());
  const bool csv = context.inputs.text("export-format") == "csv";
  const std::optional<Project> project = find_project(context);
  const auto file = context.inputs.text("db");
  const OpenedHistory opened =
      file ? open_history_file(context, *file) : open_stored_history(context, project ? &project->config : nullptr);
  const TempDir directory(temporary_directory(context.environment));
  // Everything there is, is what an empty history lacks.
  const History empty =
      History::open(directory.path() / "empty.db", OpenMode::create, Verification::quick, Durability::cached);
  Output output(context, context.inputs.text_or("output", "-"));
  std::int64_t values = 0;
  std::int64_t left_out = 0;
  if (csv) output.write("timestamp,commit,branch,run_id,run_number,attempt,event,metric,type,unit,value\r\n");
  const std::vector<std::string> warnings = empty.for_each_missing(
      opened.history,
      [&](const Tombstone& tombstone) {
        if (!csv) output.write(format_line(tombstone));
      },
      [&](const RecordedBuild& recorded) {
        if (!fits_in_lines(recorded)) {
          ++left_out;
          return;
        }
        values += static_cast<std::int64_t>(recorded.metrics.size());
        output.write(csv ? csv_lines(recorded) : format_lines(recorded));
      });
  output.finish();
  for (const std::string& warning : warnings) context.printer.warning(warning);
  if (left_out > 0) {
    context.printer.warning(
        counted(left_out, "build") + " cannot be written as lines and were left out",
        "an empty branch or a text of more than 1024 bytes; `unentropy merge` takes the file whole");
  }
  context.printer.progress("exported " + counted(values, "value"));
  return kExitDone;
}

}  // namespace unentropy
