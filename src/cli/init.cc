// `unentropy init`: a configuration whose metrics work here and now.
#include <algorithm>
#include <filesystem>
#include <functional>
#include <iostream>
#include <map>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/init_workflows.h"
#include "cli/measuring.h"
#include "cli/project.h"
#include "cli/project_kind.h"
#include "cli/run_tables.h"
#include "collect/collect.h"
#include "config/config.h"

namespace unentropy {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kSchema =
    "https://raw.githubusercontent.com/OWNER/unentropy/main/schema/unentropy.schema.json";
constexpr int kTries = 3;

constexpr std::size_t kMaxMetrics = 50;  // of a configuration
constexpr std::string_view kTodos = "todos";
constexpr std::string_view kCoverage = "coverage";

// A metric that the configuration may have, with the ways to get it, best first.
struct Candidate {
  const ProjectKind* kind;
  std::string_view key, base, name;
  std::vector<std::string> commands;
  std::string found = {};  // the one that works; empty: none does
};

struct StorageChoice {
  std::string_view name;
  StorageType type;
  std::string_view meaning;
};
constexpr StorageChoice kStorages[] = {
    {"s3", StorageType::sqlite_s3, "a bucket; loses nothing, also with many runs at once"},
    {"artifact", StorageType::sqlite_artifact, "an artifact of the workflow; no account, limited"},
    {"local", StorageType::sqlite_local, "a file on this machine"},
};

std::optional<StorageType> storage_of(const std::string& text) {
  for (const StorageChoice& choice : kStorages) {
    if (choice.name == text) return choice.type;
  }
  return parse_storage_type(text);
}

std::string storage_names() {
  std::vector<std::string> names;
  for (const StorageChoice& choice : kStorages) names.emplace_back(choice.name);
  return join(names, ", ");
}

Json metric_json(std::string_view base, std::string_view name, std::string_view command) {
  Json json;
  if (find_metric_template(base) != nullptr) {
    json["$ref"] = base;
  } else {
    json["type"] = "numeric";
    json["unit"] = base;
  }
  json["name"] = name;
  json["command"] = fmt::format("@collect {}", command);
  return json;
}

class Init {
 public:
  explicit Init(CommandContext& context)
      : context_(context),
        asks_(::isatty(STDIN_FILENO) != 0 && ::isatty(STDERR_FILENO) != 0 && !context.environment.get_nonempty("CI") &&
              !context.inputs.flag("quiet")) {}
  int run();

 private:
  std::vector<const ProjectKind*> choose_kinds();
  StorageType choose_storage();
  bool wants_workflows();
  // The first line of standard input that `accept` takes; an empty one is `fallback`.
  std::string ask(const std::string& question, const std::string& fallback,
                  const std::function<bool(const std::string&)>& accept);
  std::vector<MetricOutcome> try_out(const Json& metrics);
  void try_all(std::vector<Candidate>& candidates);
  void say_where_coverage_would_be(const ProjectKind& kind);
  Json propose(const std::vector<const ProjectKind*>& kinds);
  std::string current_branch();
  void refuse_to_overwrite(const std::vector<WorkflowFile>& files) const;

  CommandContext& context_;
  bool asks_;
};

std::string Init::ask(const std::string& question, const std::string& fallback,
                      const std::function<bool(const std::string&)>& accept) {
  for (int i = 0; i < kTries; ++i) {
    context_.printer.progress(fmt::format("{} [{}]", question, fallback));
    std::string line;
    if (!std::getline(std::cin, line)) break;
    const std::string answer(trim(line).empty() ? std::string_view(fallback) : trim(line));
    if (accept(answer)) return answer;
    context_.printer.warning(in_ticks(answer, 60) + " is none of the answers");
  }
  throw Error(
      ErrorKind::usage, "asking for the project: there was no usable answer",
      "give `--type`, `--storage` and `--workflows`, or run it where nothing is asked: with standard input from "
      "/dev/null");
}

std::vector<const ProjectKind*> Init::choose_kinds() {
  std::vector<const ProjectKind*> kinds;
  const auto parse = [&](const std::string& text) {
    kinds.clear();
    for (const std::string_view part : split(text, ',')) {
      const ProjectKind* const kind = find_project_kind(trim(part));
      if (kind == nullptr) return false;
      kinds.push_back(kind);
    }
    return true;
  };
  if (const auto given = context_.inputs.text("project-type")) {
    if (parse(*given)) return kinds;
    const auto close = nearest(*given, project_kind_ids());
    throw Error(ErrorKind::usage, "`--type` is no kind of project: " + in_ticks(*given, 60),
                (close ? "did you mean `" + *close + "`? " : "") + "one or more, joined by commas, of " +
                    join(project_kind_ids(), ", "));
  }
  kinds = detect_project(context_.working_directory);
  std::vector<std::string> names;
  std::vector<std::string> ids;
  for (const ProjectKind* kind : kinds) {
    names.emplace_back(kind->name);
    ids.emplace_back(kind->id);
  }
  if (kinds.empty()) {
    context_.printer.progress("this is no kind of project that is known; lines of code work everywhere");
  } else {
    context_.printer.progress("found a project in " + join(names, ", "));
  }
  if (asks_ && !kinds.empty()) {
    ask("kind of project, of " + join(project_kind_ids(), ", ") + "?", join(ids, ","), parse);
  }
  return kinds;
}

StorageType Init::choose_storage() {
  if (const auto given = context_.inputs.text("storage-type")) {
    if (const auto type = storage_of(*given)) return *type;
    throw Error(ErrorKind::usage, "`--storage` is no storage: " + in_ticks(*given, 60),
                "allowed are " + storage_names());
  }
  if (!asks_) return kDefaultStorageType;
  for (const StorageChoice& choice : kStorages) {
    context_.printer.progress(fmt::format("  {:<9} {}", choice.name, choice.meaning));
  }
  return *storage_of(ask("where shall the history live?", "artifact",
                         [](const std::string& text) { return storage_of(text).has_value(); }));
}

bool Init::wants_workflows() {
  if (context_.inputs.text("workflows")) return context_.inputs.flag("workflows");
  if (!asks_) return false;
  return ask("write workflows for GitHub Actions, y or n?", "n",
             [](const std::string& text) { return text == "y" || text == "n"; }) == "y";
}

std::vector<MetricOutcome> Init::try_out(const Json& metrics) {
  const ConfigResult parsed = parse_config(Json{{"metrics", metrics}}.dump(), context_.working_directory);
  if (!parsed.config) {
    throw Error(ErrorKind::internal, "proposing metrics: " + parsed.diagnostics.front().message,
                "please report this with the kind of the project");
  }
  CollectRequest request;
  request.metrics = parsed.config->metrics;
  request.working_directory = context_.working_directory;
  request.base_directory = context_.working_directory;
  request.environment = environment_of_commands(context_.environment);
  request.allow_shell = false;
  request.interrupted = context_.interrupted;
  return collect_metrics(request, context_.runner, context_.clock, {});
}

// What is tried: lines of code, the proposals of the table, and what is left to do.
std::vector<Candidate> candidates_of(const ProjectKind& kind) {
  std::vector<Candidate> candidates = {
      {&kind, "loc", "loc", "Lines of code", {fmt::format("loc . -l '{}'", kind.languages)}}};
  for (const Proposal& proposal : kind.proposals) {
    candidates.push_back(
        {&kind, proposal.key, proposal.base, proposal.name, {proposal.commands.begin(), proposal.commands.end()}});
  }
  candidates.push_back(
      {&kind, kTodos, "integer", "To do", {fmt::format(R"(count '{}' -r '\b(TODO|FIXME)\b')", kind.sources)}});
  return candidates;
}

// Each candidate's commands are tried in order until one gives a number. What counts lines, files or bytes has to find
// some.
void Init::try_all(std::vector<Candidate>& candidates) {
  for (std::size_t round = 0;; ++round) {
    Json metrics = Json::object();
    std::vector<Candidate*> tried;
    for (Candidate& candidate : candidates) {
      if (!candidate.found.empty() || round >= candidate.commands.size()) continue;
      metrics[fmt::format("m{}", tried.size())] =
          metric_json(candidate.base, candidate.name, candidate.commands[round]);
      tried.push_back(&candidate);
    }
    if (tried.empty()) return;
    const std::vector<MetricOutcome> outcomes = try_out(metrics);
    for (std::size_t i = 0; i < tried.size(); ++i) {
      Candidate& candidate = *tried[i];
      if (!outcomes[i].succeeded()) continue;
      const bool may_be_none = candidate.key == kTodos || candidate.key == kCoverage || candidate.key == "dependencies";
      if (may_be_none || std::get<double>(outcomes[i].value()) != 0) candidate.found = candidate.commands[round];
    }
  }
}

void Init::say_where_coverage_would_be(const ProjectKind& kind) {
  std::vector<std::string> places;
  for (const Proposal& proposal : kind.proposals) {
    if (proposal.key != kCoverage) continue;
    for (const std::string_view command : proposal.commands) {
      places.push_back("`" + replace_all(command.substr(command.find(' ') + 1), "'", "") + "`");
    }
  }
  context_.printer.notice("there is no coverage report yet (looked for " + join(places, ", ") +
                          "); run the tests with coverage and `unentropy init --force` again to track it");
}

Json Init::propose(const std::vector<const ProjectKind*>& kinds) {
  std::vector<Candidate> candidates;
  std::vector<const ProjectKind*> real;
  for (const ProjectKind* kind : kinds) {
    std::vector<Candidate> tried = candidates_of(*kind);
    try_all(tried);
    // A kind without a source file is a tool's file in a project of another kind.
    if (tried.back().found.empty()) continue;
    real.push_back(kind);
    for (Candidate& candidate : tried) {
      if (!candidate.found.empty()) candidates.push_back(std::move(candidate));
    }
  }
  std::map<std::string_view, int> uses;
  for (const Candidate& candidate : candidates) ++uses[candidate.key];
  Json metrics = Json::object();
  if (real.size() != 1) {
    std::vector<std::string> languages;
    languages.reserve(real.size());
    for (const ProjectKind* kind : real) languages.emplace_back(kind->languages);
    const std::string only = languages.empty() ? "" : fmt::format(" -l '{}'", join(languages, ","));
    metrics["loc"] = metric_json("loc", "Lines of code", "loc ." + only);
  }
  for (const Candidate& candidate : candidates) {
    if (metrics.size() == kMaxMetrics) break;
    const bool is_shared = uses[candidate.key] > 1;
    const std::string name =
        is_shared ? fmt::format("{}, {}", candidate.name, candidate.kind->name) : std::string(candidate.name);
    metrics[is_shared ? fmt::format("{}-{}", candidate.key, candidate.kind->id) : std::string(candidate.key)] =
        metric_json(candidate.base, name, candidate.found);
  }
  if (!real.empty() && uses[kCoverage] == 0) say_where_coverage_would_be(*real.front());
  return metrics;
}

std::string Init::current_branch() {
  ProcessRequest request;
  request.argv = {"git", "symbolic-ref", "--short", "refs/remotes/origin/HEAD"};
  request.environment = environment_of_commands(context_.environment);
  request.working_directory = context_.working_directory;
  request.timeout = Milliseconds{10'000};
  try {
    const ProcessResult result = context_.runner.run(request);
    const std::string_view name = trim(result.standard_output);
    const bool plain = name.find_first_of("\"\\*?[]! \n") == std::string_view::npos;
    if (result.exit_code == 0 && plain && name.starts_with("origin/")) return std::string(name.substr(7));
  } catch (const Error&) {
    // Without git it is the usual name.
  }
  return "main";
}

void Init::refuse_to_overwrite(const std::vector<WorkflowFile>& files) const {
  if (context_.inputs.flag("force") || context_.inputs.flag("dry-run")) return;
  for (const WorkflowFile& file : files) {
    std::error_code ignored;
    if (!std::filesystem::exists(std::filesystem::symlink_status(context_.working_directory / file.path, ignored))) {
      continue;
    }
    throw Error(ErrorKind::usage, in_ticks(file.path) + " is there already; nothing was written",
                "give `--force` to replace it, or `--dry-run` to see what would be written");
  }
}

int Init::run() {
  refuse(context_.printer, context_.inputs.problems());
  const std::string name = context_.inputs.text_or("config-file", "unentropy.json");
  refuse_to_overwrite({{name, ""}});
  const std::vector<const ProjectKind*> kinds = choose_kinds();
  const StorageType storage = choose_storage();
  const bool with_workflows = wants_workflows();

  Json config;
  config["$schema"] = kSchema;
  config["metrics"] = propose(kinds);
  config["storage"] = {{"type", to_string(storage)}};
  std::vector<WorkflowFile> files = {{name, config.dump(2) + "\n"}};
  if (with_workflows) {
    for (WorkflowFile& file : workflow_files(storage, current_branch())) files.push_back(std::move(file));
  }
  refuse_to_overwrite(files);
  if (context_.inputs.flag("dry-run")) {
    for (const WorkflowFile& file : files) context_.printer.data("# " + file.path + "\n" + file.text);
    return kExitDone;
  }
  for (const WorkflowFile& file : files) {
    write_file_atomically(checked_path(context_, "config-file", file.path), file.text);
    context_.printer.progress("wrote " + in_ticks(file.path));
  }
  RunResult result;
  result.outcomes = try_out(config["metrics"]);
  context_.printer.table(timed_metrics_table(result));
  context_.printer.progress(with_workflows
                                ? "put the place of the program where the files say OWNER; then commit them"
                                : "`unentropy test` measures; `unentropy init --workflows` writes workflows");
  return kExitDone;
}

}  // namespace

int run_init(CommandContext& context) { return Init(context).run(); }

}  // namespace unentropy
