#include "collect/coverage.h"

#include <algorithm>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"
#include "collect/coverage_formats.h"
#include "collect/paths.h"
#include "collect/report_paths.h"

namespace unentropy {

namespace {

struct TypeName {
  CoverageType type;
  std::string_view name;
};

constexpr TypeName kTypeNames[] = {
    {CoverageType::line, "line"},
    {CoverageType::branch, "branch"},
    {CoverageType::function, "function"},
    {CoverageType::statement, "statement"},
};

struct Report {
  InputFile file;
  const CoverageFormat* format = nullptr;
  std::shared_ptr<const CoverageReport> content;
};

// What is asked for, else what the formats of all reports have first.
CoverageType type_of(const CollectorRun& run, const std::vector<Report>& reports) {
  if (const auto text = run.command.value("type")) {
    for (const TypeName& entry : kTypeNames) {
      if (entry.name == *text) return entry.type;
    }
  }
  const CoverageType first = reports.front().format->types.front();
  const bool agree = std::all_of(reports.begin(), reports.end(),
                                 [&](const Report& report) { return report.format->types.front() == first; });
  return agree ? first : CoverageType::line;
}

std::optional<double> requested_fallback(const CollectorRun& run) {
  const auto text = run.command.value("fallback");
  if (!text) return std::nullopt;
  const auto value = parse_double(*text);
  if (!value) {
    throw Error(ErrorKind::usage,
                fmt::format("`{}` is not a value of option `--fallback` of `{}`", single_line(*text, 80),
                            run.command.spec().name),
                "give a number, for example `--fallback 0`");
  }
  return value;
}

Report read_report(const CollectorRun& run, const CoverageFormat* format, const InputFile& file) {
  UniqueFd fd = open_input(file.path, file.shown);
  if (format == nullptr) format = &detect_coverage_format(fd.get(), file.shown);
  const std::string key = fmt::format("{} {}", format->name, file_identity(fd, file.shown));
  return {file, format, run.cache.reports.get(key, run.watch, [&] {
            InputStream input(std::move(fd), file.shown, run.watch);
            return format->parse(input);
          })};
}

// The files of all reports, each under one name, with all that is said about it.
class Picture {
 public:
  Picture(const CollectorRun& run, const std::vector<Report>& reports) : reports_(reports), paths_(run) {
    const bool filtered = !run.context.sources.empty();
    const bool resolves = filtered || reports.size() > 1;
    for (const Report& report : reports) {
      for (const FileCoverage& file : report.content->files) {
        ++seen_;
        if (example_.empty()) example_ = file.path;
        const auto resolved = resolves ? paths_.resolve(file.path, *report.content) : std::nullopt;
        if (!paths_.accepts(file.path, resolved, report.content->path_style)) continue;
        const bool is_place = resolved && report.content->path_style != PathStyle::package;
        std::string name = is_place ? *resolved : normal_report_path(file.path);
        if (!file.scope.empty()) name.append(1, '\n').append(file.scope);
        Parts& parts = files_[hash_key(name)];
        if (parts.first == nullptr) {
          parts.first = &file;
        } else {
          parts.others.push_back(&file);
        }
      }
    }
  }

  bool all_filtered() const { return seen_ > 0 && files_.empty(); }
  const std::string& example() const { return example_; }

  CoverageCount count(CoverageType type) const {
    CoverageCount sum;
    for (const auto& [name, parts] : files_) {
      if (parts.others.empty()) {
        sum += parts.first->count(type);
        continue;
      }
      FileCoverage merged;
      merged.merge(*parts.first, type);
      for (const FileCoverage* part : parts.others) merged.merge(*part, type);
      sum += merged.count(type);
    }
    return sum;
  }

  // Whether any report says anything in detail, filtered or not.
  bool has_detail(CoverageType type) const {
    for (const Report& report : reports_) {
      for (const FileCoverage& file : report.content->files) {
        if (file.has(type)) return true;
      }
    }
    return false;
  }

 private:
  // Of one file; nearly always there is only the first.
  struct Parts {
    const FileCoverage* first = nullptr;
    std::vector<const FileCoverage*> others;
  };

  const std::vector<Report>& reports_;
  ReportPaths paths_;
  std::unordered_map<std::uint64_t, Parts> files_;  // by a hash of the name
  std::size_t seen_ = 0;
  std::string example_;
};

CoverageCount sum_of_totals(const std::vector<Report>& reports, CoverageType type) {
  CoverageCount sum;
  for (const Report& report : reports) {
    if (const auto& totals = report.content->totals[static_cast<std::size_t>(type)]) sum += *totals;
  }
  return sum;
}

double percent(const CoverageCount& count) {
  return static_cast<double>(std::min(count.covered, count.found)) / static_cast<double>(count.found) * 100;
}

std::optional<double> value_from_totals(const CollectorRun& run, const std::vector<Report>& reports, CoverageType type,
                                        std::vector<std::string>& notices) {
  const CoverageCount totals = sum_of_totals(reports, type);
  std::optional<double> value;
  if (totals.found > 0) {
    value = percent(totals);
    if (reports.size() > 1) {
      notices.push_back(fmt::format(
          "the reports have only {} totals, which were added up; what several of them cover counts several times",
          to_string(type)));
    }
  } else if (type == CoverageType::line && reports.size() == 1) {
    value = reports.front().content->line_percent;
  }
  if (value && !run.context.sources.empty()) {
    notices.emplace_back("the report has only totals, so `sources` could not be applied");
  }
  return value;
}

[[noreturn]] void fail_without_data(const std::vector<Report>& reports, CoverageType type) {
  const std::string what = reports.size() == 1 ? fmt::format("`{}`", single_line(reports.front().file.shown))
                                               : fmt::format("none of the {} reports", reports.size());
  throw Error(ErrorKind::usage,
              fmt::format("{} has {}{} coverage", what, reports.size() == 1 ? "no " : "", to_string(type)),
              "ask for another `--type`, or say with `--fallback` what counts then");
}

}  // namespace

std::string_view to_string(CoverageType type) {
  for (const TypeName& entry : kTypeNames) {
    if (entry.type == type) return entry.name;
  }
  return "line";
}

std::size_t CoverageFiles::HashPlace::operator()(const Place& place) const {
  const std::hash<std::string_view> hash;
  return place.scope.empty() ? hash(place.path) : hash_key(place.scope, hash(place.path));
}

FileCoverage& CoverageFiles::at(std::string_view path, std::string_view scope) {
  if (const auto known = index_.find({path, scope}); known != index_.end()) return *known->second;
  FileCoverage& file = report_.files.emplace_back();
  file.path = path;
  file.scope = scope;
  return *index_.try_emplace({file.path, file.scope}, &file).first->second;
}

void require_root(const InputStream& input, std::string_view format, std::string_view found,
                  std::string_view expected) {
  if (found == expected) return;
  throw Error(ErrorKind::corrupt,
              fmt::format("`{}` is not a {} file: its root element is {}, not `{}`", input.shown(), format,
                          in_ticks(found, 40), expected),
              "`coverage` finds out by itself what format a report has");
}

CollectorSpec coverage_spec(std::string_view name, std::string_view summary, const std::vector<CoverageType>& types) {
  std::vector<std::string_view> choices;
  for (const CoverageType type : types) choices.push_back(to_string(type));
  return {name,
          summary,
          "file…",
          1,
          1000,
          {{.short_name = 't',
            .name = "type",
            .value_name = "TYPE",
            .choices = choices,
            .default_text = choices.front(),
            .description = "what is covered"},
           {.name = "fallback",
            .value_name = "NUMBER",
            .description = "the value if the reports have nothing of this type; without it that is an error"}},
          1};
}

CollectorResult collect_coverage(const CollectorRun& run, const CoverageFormat* format) {
  CollectorResult result;
  const std::optional<double> fallback = requested_fallback(run);
  std::vector<Report> reports;
  for (const InputFile& file : input_files(run, run.command.arguments(), result.notices)) {
    reports.push_back(read_report(run, format, file));
    for (const std::string& warning : reports.back().content->warnings) {
      result.notices.push_back(fmt::format("`{}`: {}", single_line(file.shown), warning));
    }
  }
  const CoverageType type = type_of(run, reports);
  const Picture picture(run, reports);
  const CoverageCount count = picture.count(type);
  if (count.found > 0) {
    result.value = percent(count);
    return result;
  }
  if (!picture.has_detail(type)) {
    if (const auto value = value_from_totals(run, reports, type, result.notices)) {
      result.value = *value;
      return result;
    }
  }
  const bool filtered = picture.all_filtered();
  if (fallback) {
    result.notices.push_back(fmt::format("{}, so the value is that of `--fallback`",
                                         filtered ? "`sources` leaves out every file of the report"
                                                  : fmt::format("there is no {} coverage", to_string(type))));
    result.value = *fallback;
    return result;
  }
  if (filtered) {
    throw Error(
        ErrorKind::usage,
        fmt::format("`sources` leaves out every file of the report, for example `{}`", single_line(picture.example())),
        "compare the path with the patterns of `sources`");
  }
  fail_without_data(reports, type);
}

}  // namespace unentropy
