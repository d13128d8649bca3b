#include "cli/report_source.h"

#include <algorithm>
#include <system_error>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "cli/history_storage.h"
#include "cli/storage_plan.h"

namespace unentropy {
namespace {

namespace fs = std::filesystem;

History open_for_drawing(const fs::path& file, OpenMode mode) {
  return History::open(file, mode, Verification::header_and_layout, Durability::cached);
}

// In place if the layout is today's, which spares copying what may be hundreds of megabytes; else in a copy.
OpenedHistory open_in_place_or_copied(CommandContext& context, const fs::path& file) {
  try {
    return {std::nullopt, open_for_drawing(file, OpenMode::read_only)};
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::usage) throw;
  }
  TempDir directory(temporary_directory(context.environment));
  const fs::path copy = directory.path() / "history.db";
  std::error_code failed;
  fs::copy_file(file, copy, failed);
  if (failed) {
    throw Error(ErrorKind::io, "copying the history " + in_ticks(file.native()) + ": " + failed.message(),
                "the temporary directory needs room for one copy; `TMPDIR` names another");
  }
  fs::permissions(copy, fs::perms::owner_read | fs::perms::owner_write);
  History history = open_for_drawing(copy, OpenMode::read_write);
  for (const std::string& warning : history.warnings()) context.printer.notice(warning);
  return {std::move(directory), std::move(history)};
}

Error no_history(const std::string& where) {
  return Error(ErrorKind::not_found, "there is no history at " + in_ticks(where),
               "`unentropy track` makes it; `unentropy preview` shows how the report will look");
}

// Best first; the first that has builds is drawn.
std::vector<std::string> reference_branches(const CommandContext& context, const Config* config) {
  std::vector<std::string> branches;
  if (config != nullptr && config->quality_gate && !config->quality_gate->reference_branch.empty()) {
    branches.push_back(config->quality_gate->reference_branch);
  }
  if (const auto base = context.environment.get_nonempty("GITHUB_BASE_REF")) branches.push_back(*base);
  branches.emplace_back("main");
  return branches;
}

std::vector<std::string> names_of(const std::vector<HistoryBranch>& branches) {
  std::vector<std::string> names;
  for (const HistoryBranch& branch : branches) names.push_back(branch.name);
  return names;
}

Error unknown_branch(const std::string& wanted, const std::vector<std::string>& names) {
  constexpr std::size_t kListed = 5;
  std::string hint = "the history has no build of any branch yet";
  if (const auto close = nearest(wanted, names)) {
    hint = "did you mean " + in_ticks(*close) + "?";
  } else if (!names.empty()) {
    std::vector<std::string> listed;
    for (std::size_t i = 0; i < std::min(names.size(), kListed); ++i) listed.push_back(in_ticks(names[i], 60));
    hint = "there are builds of " + join(listed, ", ");
    if (names.size() > kListed) hint += " and " + std::to_string(names.size() - kListed) + " more";
  }
  return Error(ErrorKind::usage, "the history has no build of branch " + in_ticks(wanted, 60), hint);
}

}  // namespace

std::optional<Project> find_project(CommandContext& context) {
  std::error_code ignored;
  if (!context.inputs.text("config-file") && !fs::exists(context.working_directory / "unentropy.json", ignored)) {
    return std::nullopt;
  }
  return load_project(context);
}

OpenedHistory open_history_file(CommandContext& context, const std::string& given) {
  const fs::path file = checked_path(context, "db", given, Reach::anywhere);
  std::error_code ignored;
  if (!fs::exists(file, ignored)) {
    throw Error(ErrorKind::usage, "`db` names no file: " + in_ticks(given),
                "give the path of a history, a SQLite file");
  }
  return open_in_place_or_copied(context, file);
}

OpenedHistory open_stored_history(CommandContext& context, const Config* config) {
  const Config defaults;
  const StoragePlan plan = plan_storage(context, config != nullptr ? config : &defaults);
  for (const InputProblem& problem : plan.problems) context.printer.error(problem.message, problem.hint);
  if (!plan.problems.empty()) {
    throw Error(ErrorKind::usage, "the history cannot be read with these inputs", "see above; `--db` names a file");
  }
  auto opened = open_planned_history(context, plan);
  if (!opened) throw no_history(plan.database_key);
  return std::move(*opened);
}

std::optional<OpenedHistory> open_planned_history(CommandContext& context, const StoragePlan& plan) {
  if (plan.type != StorageType::sqlite_s3) {
    std::error_code ignored;
    if (!fs::exists(plan.database_file, ignored)) return std::nullopt;
    return open_in_place_or_copied(context, plan.database_file);
  }
  TempDir directory(temporary_directory(context.environment));
  const auto file = read_history(context, plan, directory.path());
  if (!file) return std::nullopt;
  // Verified, and of today's layout.
  return OpenedHistory{std::move(directory), open_for_drawing(*file, OpenMode::read_only)};
}

HistoryData load_shown_branch(const CommandContext& context, const Config* config, const History& history) {
  if (const auto wanted = context.inputs.text("branch")) {
    HistoryData data = history.load(*wanted);
    const std::vector<std::string> names = names_of(data.branches);
    if (std::find(names.begin(), names.end(), *wanted) == names.end()) throw unknown_branch(*wanted, names);
    return data;
  }
  const std::vector<std::string> candidates = reference_branches(context, config);
  HistoryData data = history.load(candidates.front());  // reads no value if the branch has no build
  const std::vector<std::string> names = names_of(data.branches);
  const auto found = std::find_if(candidates.begin(), candidates.end(), [&](const std::string& candidate) {
    return std::find(names.begin(), names.end(), candidate) != names.end();
  });
  if (found == candidates.begin() || names.empty()) return data;
  return history.load(found == candidates.end() ? "" : *found);
}

}  // namespace unentropy
