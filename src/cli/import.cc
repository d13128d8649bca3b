// `unentropy import`: measurements made elsewhere become a history of their own, which is then merged like any other.
#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/measurement_lines.h"
#include "cli/merge.h"
#include "cli/project.h"
#include "cli/report_source.h"
#include "cli/run_tables.h"
#include "cli/trend_branch.h"
#include "collect/input_stream.h"

namespace unentropy {
namespace {

// Written at once.
constexpr std::size_t kBatch = 5'000;
constexpr std::int64_t kShownProblems = 20;

bool is_same_build(const RecordedBuild& a, const RecordedBuild& b) {
  return a.build.commit_sha == b.build.commit_sha && a.build.run_id == b.build.run_id &&
         a.build.run_attempt == b.build.run_attempt && a.build.timestamp == b.build.timestamp &&
         a.build.branch == b.build.branch && a.build.run_number == b.build.run_number &&
         a.build.event_name == b.build.event_name && a.first_record == b.first_record;
}

class Import {
 public:
  Import(CommandContext& context, const Config* config)
      : context_(context),
        config_(config),
        branch_(context.inputs.text_or("trend-branch", "main"), context.working_directory, context.environment,
                context.runner),
        directory_(temporary_directory(context.environment)) {
    defaults_.branch = context.inputs.text_or("trend-branch", "main");
    defaults_.commit_at = [this](Instant at) { return branch_.commit_at(at); };
  }

  int run();

 private:
  struct KnownMetric {
    MetricType type;
    std::uint64_t line;
  };

  void read(const std::string& given, std::size_t number);
  std::filesystem::path scratch(std::size_t number) const {
    return directory_.path() / (std::to_string(number) + ".db");
  }
  void take(Measurement measurement, std::uint64_t line);
  void take_build(RecordedBuild recorded, bool of_a_history, std::uint64_t line);
  const Metric* declared(const std::string& key) const;  // in the configuration
  void check_type(const RecordedMetric& metric, std::uint64_t line);
  void flush(History& history);
  void problem(std::uint64_t line, const LineProblem& problem);
  void say_undeclared() const;

  CommandContext& context_;
  const Config* config_;
  TrendBranch branch_;
  TempDir directory_;
  LineDefaults defaults_;
  // Of the file that is being read.
  std::string given_;
  RunRecord batch_;
  std::size_t items_ = 0;
  std::map<std::string, KnownMetric> metrics_;
  std::uint64_t last_wrong_line_ = 0;
  std::int64_t wrong_lines_ = 0;
  // Of all files.
  std::int64_t problems_ = 0;
};

void Import::problem(std::uint64_t line, const LineProblem& problem) {
  if (line != last_wrong_line_) ++wrong_lines_;
  last_wrong_line_ = line;
  if (++problems_ > kShownProblems) return;
  Annotation annotation;
  annotation.level = AnnotationLevel::error;
  annotation.message = printable(problem.message + (problem.hint.empty() ? "" : "\nhint: " + problem.hint));
  annotation.file = given_;
  annotation.line = line;
  annotation.column = problem.column;
  context_.printer.annotate(
      annotation, fmt::format("{}:{}:{}: error: {}\n{}", single_line(given_), line, problem.column, problem.message,
                              problem.hint.empty() ? "" : "  hint: " + problem.hint + "\n"));
}

const Metric* Import::declared(const std::string& key) const {
  if (config_ == nullptr) return nullptr;
  const auto found = std::find_if(config_->metrics.begin(), config_->metrics.end(),
                                  [&](const Metric& metric) { return metric.key == key; });
  return found == config_->metrics.end() ? nullptr : &*found;
}

// One file in which a metric is a number here and a label there is a mistake, unless a history had it so.
void Import::check_type(const RecordedMetric& metric, std::uint64_t line) {
  const auto [known, is_new] = metrics_.try_emplace(metric.key, KnownMetric{metric.type, line});
  if (!is_new && known->second.type != metric.type) {
    problem(line, {1,
                   fmt::format("metric `{}` is a {} here and a {} in line {}", metric.key,
                               metric.type == MetricType::label ? "label" : "number",
                               metric.type == MetricType::label ? "number" : "label", known->second.line),
                   "a metric has values of one kind"});
  }
  const Metric* configured = is_new ? declared(metric.key) : nullptr;
  if (configured == nullptr || configured->type == metric.type) return;
  problem(line,
          {1, fmt::format("metric `{}` is of type `{}` in the configuration", metric.key, to_string(configured->type)),
           configured->type == MetricType::label ? "give `value_label`" : "give `value_numeric`"});
}

void Import::take_build(RecordedBuild recorded, bool of_a_history, std::uint64_t line) {
  for (RecordedMetric& metric : recorded.metrics) {
    if (of_a_history) {
      metrics_.try_emplace(metric.key, KnownMetric{metric.type, line});
      continue;
    }
    check_type(metric, line);
    const Metric* configured = declared(metric.key);
    if (configured == nullptr) continue;
    metric.description = configured->description;
    if (configured->unit) metric.unit = to_string(*configured->unit);
  }
  ++items_;
  if (batch_.builds.empty() || !is_same_build(batch_.builds.back(), recorded)) {
    batch_.builds.push_back(std::move(recorded));
    return;
  }
  auto& metrics = batch_.builds.back().metrics;
  for (RecordedMetric& metric : recorded.metrics) {
    const auto twin = std::find_if(metrics.begin(), metrics.end(),
                                   [&](const RecordedMetric& other) { return other.key == metric.key; });
    if (twin == metrics.end()) {
      metrics.push_back(std::move(metric));
    } else if (twin->value != metric.value) {
      problem(line, {1, "`" + metric.key + "` has another value in an earlier line of the same build",
                     "a build has one value of a metric"});
    }
  }
}

void Import::take(Measurement measurement, std::uint64_t line) {
  if (const auto* tombstone = std::get_if<Tombstone>(&measurement.content)) {
    ++items_;
    batch_.tombstones.push_back(*tombstone);
  } else {
    take_build(std::get<RecordedBuild>(std::move(measurement.content)), measurement.of_a_history, line);
  }
}

void Import::flush(History& history) {
  // After the first mistake the rest is read for its own mistakes alone.
  if (problems_ == 0) history.fold(batch_, context_.clock.now());
  batch_ = {};
  items_ = 0;
}

void Import::read(const std::string& given, std::size_t number) {
  given_ = given;
  metrics_.clear();
  last_wrong_line_ = 0;
  wrong_lines_ = 0;
  const Watch watch(context_.clock, std::nullopt, context_.interrupted);
  InputStream input(open_for_reading(checked_path(context_, "FILE", given, Reach::anywhere)), given, watch);
  LineReader lines(input);
  History history =
      History::open(scratch(number), OpenMode::create, Verification::header_and_layout, Durability::cached);
  std::int64_t read = 0;
  while (const auto line = lines.next()) {
    if (trim(*line).empty()) continue;
    ++read;
    auto parsed = parse_line(*line, defaults_);
    if (const auto* wrong = std::get_if<std::vector<LineProblem>>(&parsed)) {
      for (const LineProblem& each : *wrong) problem(lines.line_number(), each);
      continue;
    }
    take(std::get<Measurement>(std::move(parsed)), lines.line_number());
    if (items_ >= kBatch) flush(history);
  }
  flush(history);
  if (wrong_lines_ > 0) {
    context_.printer.error(fmt::format("{}: {} of {} lines are wrong", in_ticks(given), wrong_lines_, read));
    return;
  }
  if (problems_ > 0) return;  // in another file
  const HistoryCounts counts = history.counts();
  context_.printer.progress(fmt::format("{}: {} of {} with {} and {}", in_ticks(given), counted(read, "line"),
                                        counted(static_cast<std::int64_t>(metrics_.size()), "metric"),
                                        counted(counts.builds, "build"), counted(counts.values, "value")));
  history.close();
  say_undeclared();
}

void Import::say_undeclared() const {
  if (config_ == nullptr) return;
  std::vector<std::string> names;
  for (const Metric& metric : config_->metrics) names.push_back(metric.key);
  for (const auto& [key, known] : metrics_) {
    if (declared(key) != nullptr) continue;
    const auto close = nearest(key, names);
    context_.printer.notice(
        fmt::format("metric `{}` is not in the configuration{}", key, close ? "; did you mean `" + *close + "`?" : ""));
  }
}

int Import::run() {
  const std::vector<std::string>& files = context_.arguments;
  for (std::size_t i = 0; i < files.size(); ++i) {
    try {
      read(files[i], i);
    } catch (const Error& error) {
      // What an argument names, and what stands in it, is the user's to correct.
      const bool of_the_file = error.kind() == ErrorKind::not_found || error.kind() == ErrorKind::corrupt;
      throw Error(of_the_file ? ErrorKind::usage : error.kind(),
                  "importing " + in_ticks(files[i]) + ": " + error.message(), error.hint());
    }
  }
  if (problems_ > 0) {
    throw Error(
        ErrorKind::usage,
        fmt::format("{}, {}; nothing was imported", counted(problems_, "problem"),
                    problems_ > kShownProblems ? fmt::format("the first {} above", kShownProblems) : "see above"),
        "correct the lines; `unentropy import --help` says what they hold");
  }
  if (context_.inputs.flag("dry-run")) {
    context_.printer.data("nothing is wrong, and nothing was imported (`--dry-run`)\n");
    return kExitDone;
  }
  std::size_t next = 0;
  return merge_histories(context_, files, [&](const std::string&) {
    return History::open(scratch(next++), OpenMode::read_write, Verification::header_and_layout, Durability::cached);
  });
}

}  // namespace

int run_import(CommandContext& context) {
  if (context.arguments.empty()) {
    throw Error(ErrorKind::usage, "`import` needs a file to import",
                "give the path of one or more files with one JSON object per line");
  }
  refuse(context.printer, context.inputs.problems());
  const std::optional<Project> project = find_project(context);
  return Import(context, project ? &project->config : nullptr).run();
}

}  // namespace unentropy
