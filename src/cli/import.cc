// `unentropy import`: measurements made elsewhere become a history of their own, which is then merged like any other.
#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/import_summary.h"
#include "cli/intake.h"
#include "cli/measurement_lines.h"
#include "cli/merge.h"
#include "cli/project.h"
#include "cli/report_source.h"
#include "cli/run_tables.h"
#include "cli/seed_workflow.h"
#include "cli/trend_branch.h"
#include "collect/input_stream.h"

namespace unentropy {
namespace {

constexpr std::int64_t kShownProblems = 20;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

std::string value_text(const MetricValue& value) {
  const auto* label = std::get_if<std::string>(&value);
  return label != nullptr ? in_ticks(*label, 60) : shortest_digits(std::get<double>(value));
}

class Import {
 public:
  Import(CommandContext& context, const Config* config)
      : context_(context),
        config_(config),
        is_strict_(context.inputs.flag("strict")),
        only_looks_(context.inputs.flag("dry-run")),
        branch_(context.inputs.text_or("trend-branch", "main"), context.working_directory, context.environment,
                context.runner),
        directory_(temporary_directory(context.environment)) {
    defaults_.branch = context.inputs.text_or("trend-branch", "main");
    defaults_.commit_at = [this](Instant at) { return branch_.commit_at(at); };
  }

  int run();

 private:
  // Where a metric's kind was seen first; no line: in the history.
  struct Kind {
    MetricType type;
    std::string file;
    std::uint64_t line = 0;
  };

  void read(const std::string& given, Intake& intake);
  void take(Measurement measurement, std::uint64_t line, Intake& intake);
  const Metric* declared(const std::string& key) const;  // in the configuration
  std::optional<LineProblem> wrong_kind(const RecordedMetric& metric, std::uint64_t line);
  void problem(std::uint64_t line, const LineProblem& problem);
  void say_undeclared() const;
  void refuse_if_strict() const;

  CommandContext& context_;
  const Config* config_;
  bool is_strict_;
  bool only_looks_;
  TrendBranch branch_;
  TempDir directory_;
  LineDefaults defaults_;
  std::string given_;  // the file that is being read
  std::map<std::string, Kind> kinds_;
  std::set<std::string> metrics_;  // of all records
  ImportSummary summary_;
  std::int64_t problems_ = 0;
};

// A record is left out, of which this is the reason, or one of several.
void Import::problem(std::uint64_t line, const LineProblem& problem) {
  if (++problems_ > kShownProblems) return;
  Annotation annotation;
  annotation.level = is_strict_ ? AnnotationLevel::error : AnnotationLevel::warning;
  annotation.message = printable(problem.message + (problem.hint.empty() ? "" : "\nhint: " + problem.hint));
  annotation.file = given_;
  annotation.line = line;
  annotation.column = problem.column;
  context_.printer.annotate(annotation, fmt::format("{}:{}:{}: {}: {}\n{}", single_line(given_), line, problem.column,
                                                    is_strict_ ? "error" : "warning", problem.message,
                                                    problem.hint.empty() ? "" : "  hint: " + problem.hint + "\n"));
}

const Metric* Import::declared(const std::string& key) const {
  if (config_ == nullptr) return nullptr;
  const auto found = std::find_if(config_->metrics.begin(), config_->metrics.end(),
                                  [&](const Metric& metric) { return metric.key == key; });
  return found == config_->metrics.end() ? nullptr : &*found;
}

// A metric has values of one kind: that of the configuration, else of the history, else of its first record.
std::optional<LineProblem> Import::wrong_kind(const RecordedMetric& metric, std::uint64_t line) {
  if (const Metric* configured = declared(metric.key)) {
    if (configured->type == metric.type) return std::nullopt;
    return LineProblem{
        1, fmt::format("metric `{}` is of type `{}` in the configuration", metric.key, to_string(configured->type)),
        configured->type == MetricType::label ? "give `value_label`" : "give `value_numeric`"};
  }
  const auto [known, is_new] = kinds_.try_emplace(metric.key, Kind{metric.type, given_, line});
  const Kind& kind = known->second;
  if (is_new || kind.type == metric.type) return std::nullopt;
  std::string where = "the history";
  if (kind.line > 0) where = fmt::format("line {}", kind.line);
  if (kind.line > 0 && kind.file != given_) where += " of " + in_ticks(kind.file);
  return LineProblem{1,
                     fmt::format("metric `{}` is a {} here and a {} in {}", metric.key,
                                 metric.type == MetricType::label ? "label" : "number",
                                 metric.type == MetricType::label ? "number" : "label", where),
                     "a metric has values of one kind"};
}

void Import::take(Measurement measurement, std::uint64_t line, Intake& intake) {
  std::string key;
  std::string value;
  Instant at{};
  if (auto* recorded = std::get_if<RecordedBuild>(&measurement.content)) {
    at = recorded->build.timestamp;
    for (RecordedMetric& metric : recorded->metrics) {
      key = metric.key;
      value = value_text(metric.value);
      metrics_.insert(key);
      if (measurement.of_a_history) continue;  // which may have had it so, and says what it is
      if (auto wrong = wrong_kind(metric, line)) {
        wrong->column = measurement.value_column;
        problem(line, *wrong);
        return summary_.add_invalid();
      }
      const Metric* configured = declared(key);
      if (configured == nullptr) continue;
      metric.description = configured->description;
      if (configured->unit) metric.unit = to_string(*configured->unit);
    }
  }
  const std::size_t column = measurement.value_column;
  const std::string source = measurement.source;
  const bool names_commit = measurement.names_commit;
  const Intake::Verdict verdict = intake.take(std::move(measurement));
  if (verdict.taken == Taken::of_removed) {
    problem(line, {1, "the build of this record was removed for good", "give it another `run_id` if it is another"});
  } else if (verdict.taken == Taken::conflict && verdict.is_of_this_import) {
    problem(line,
            {column, fmt::format("`{}` is {} here and {} in an earlier record", key, value, value_text(verdict.other)),
             "a build has one value of a metric"});
  } else if (verdict.taken == Taken::conflict) {
    problem(line, {column,
                   fmt::format("`{}` is {} here and {} in the history, where it stays", key, value,
                               value_text(verdict.other)),
                   "`--replace` overwrites it"});
  }
  summary_.add(verdict.taken, source, key, names_commit, at);
}

// What an argument names, and what stands in it, is the user's to correct.
template <typename Action>
auto of_the_file(const std::string& given, const Action& action) {
  try {
    return action();
  } catch (const Error& error) {
    const bool is_users = error.kind() == ErrorKind::not_found || error.kind() == ErrorKind::corrupt;
    throw Error(is_users ? ErrorKind::usage : error.kind(), "importing " + in_ticks(given) + ": " + error.message(),
                error.hint());
  }
}

void Import::read(const std::string& given, Intake& intake) {
  given_ = given;
  const Watch watch(context_.clock, std::nullopt, context_.interrupted);
  InputStream input(
      of_the_file(given, [&] { return open_for_reading(checked_path(context_, "FILE", given, Reach::anywhere)); }),
      given, watch);
  LineReader lines(input);
  while (auto line = of_the_file(given, [&] { return lines.next(); })) {
    if (lines.line_number() == 1 && line->starts_with(kByteOrderMark)) line->remove_prefix(kByteOrderMark.size());
    if (trim(*line).empty()) continue;
    auto parsed = of_the_file(given, [&] { return parse_line(*line, defaults_); });
    if (const auto* wrong = std::get_if<std::vector<LineProblem>>(&parsed)) {
      for (const LineProblem& each : *wrong) problem(lines.line_number(), each);
      const bool is_skipped =
          std::all_of(wrong->begin(), wrong->end(), [](const LineProblem& each) { return each.is_skipped; });
      is_skipped ? summary_.add_without_commit() : summary_.add_invalid();
      continue;
    }
    take(std::get<Measurement>(std::move(parsed)), lines.line_number(), intake);
  }
}

void Import::say_undeclared() const {
  if (config_ == nullptr) return;
  std::vector<std::string> names;
  for (const Metric& metric : config_->metrics) names.push_back(metric.key);
  for (const std::string& key : metrics_) {
    if (declared(key) != nullptr) continue;
    const auto close = nearest(key, names);
    context_.printer.notice(
        fmt::format("metric `{}` is not in the configuration{}", key, close ? "; did you mean `" + *close + "`?" : ""));
  }
}

void Import::refuse_if_strict() const {
  const std::int64_t left_out = summary_.invalid() + summary_.skipped() + summary_.conflicts();
  if (!is_strict_ || left_out == 0) return;
  std::vector<std::string> kinds;
  const auto add = [&](std::int64_t count, std::string_view what) {
    if (count > 0) kinds.push_back(fmt::format("{} {}", count, what));
  };
  add(summary_.invalid(), "invalid");
  add(summary_.skipped(), "skipped");
  add(summary_.conflicts(), "contradicting the history or each other");
  throw Error(ErrorKind::usage,
              fmt::format("{} of {} would be left out ({}); nothing was imported (`--strict`)", left_out,
                          counted(summary_.records(), "record"), join(kinds, ", ")),
              "correct the records, or leave `--strict` out to import the others");
}

int Import::run() {
  MergeTarget target(context_);
  std::optional<OpenedHistory> standing = target.look(only_looks_);
  if (standing) {
    for (const auto& [key, type] : standing->history.metric_types()) kinds_.emplace(key, Kind{type, {}, 0});
  }
  const std::filesystem::path scratch = directory_.path() / "import.db";
  Intake intake(standing ? &standing->history : nullptr, context_.inputs.flag("replace"), scratch, context_.clock);
  for (const std::string& given : context_.arguments) read(given, intake);
  if (problems_ > kShownProblems) {
    const std::string more = counted(problems_ - kShownProblems, "more problem") + ", not shown";
    is_strict_ ? context_.printer.error(more) : context_.printer.warning(more);
  }
  say_undeclared();
  refuse_if_strict();
  const bool has_news = intake.finish();
  standing.reset();
  if (only_looks_) {
    context_.printer.data("nothing was imported (`--dry-run`); without it:\n" + summary_.text());
    return kExitDone;
  }
  int code = kExitDone;
  if (has_news) {
    code = target.put(
        {"import"},
        [&](const std::string&) {
          return History::open(scratch, OpenMode::read_write, Verification::header_and_layout, Durability::cached);
        },
        [](const std::string&, std::int64_t, std::int64_t) {});
  }
  context_.printer.data(summary_.text());
  return code;
}

}  // namespace

int run_import(CommandContext& context) {
  if (!context.arguments.empty() && context.arguments.front() == "seed-workflow") return run_seed_workflow(context);
  if (context.arguments.empty()) {
    throw Error(ErrorKind::usage, "`import` needs a file to import",
                "give the path of one or more files with one JSON object per line");
  }
  const std::optional<Project> project = find_project(context);
  return Import(context, project ? &project->config : nullptr).run();
}

}  // namespace unentropy
