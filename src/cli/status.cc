// `unentropy status`: how the stored history is, without changing anything.
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/history_storage.h"
#include "cli/project.h"
#include "cli/report_source.h"
#include "cli/run_outputs.h"
#include "cli/run_tables.h"
#include "sync/local_file.h"
#include "sync/record_format.h"
#include "sync/snapshot.h"

namespace unentropy {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::int64_t kBuildsShown = 5;

// What there is to say; absent where it does not apply or is not known.
struct Status {
  std::string place;
  bool exists = false;
  std::uint64_t bytes = 0;
  HistoryCounts counts;
  std::vector<BuildContext> latest;
  bool in_store = false;
  std::size_t records = 0;
  std::size_t pending = 0;
  std::optional<ObjectInfo> backup;
  std::optional<StoreVerdict> conditions;
  Instant now{};  // by the store's clock
};

// `3 h`, `2 days`: how long ago, roughly.
std::string ago(Instant then, Instant now) {
  constexpr long kHour = 60;
  constexpr long kDay = 24 * kHour;
  const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(now - then).count();
  if (minutes < 1) return "just now";
  if (minutes < 2 * kHour) return fmt::format("{} min ago", minutes);
  if (minutes < 2 * kDay) return fmt::format("{} h ago", minutes / kHour);
  return fmt::format("{} days ago", minutes / kDay);
}

void read_file_of(Status& status, const std::filesystem::path& file) {
  History history = History::open(file, OpenMode::read_write, Verification::header_and_layout, Durability::cached);
  status.counts = history.counts();
  status.latest = history.latest_builds(kBuildsShown);
  status.conditions = history.store_verdict(status.place);
  history.close();
  status.bytes = std::filesystem::file_size(file);
  status.exists = true;
}

Status look_at_storage(CommandContext& context, const StoragePlan& plan, const std::filesystem::path& temporary) {
  HistoryStorage storage(context, plan, temporary);
  storage.options().repair = Repair::read_only;
  const FetchedHistory fetched = storage.fetch();
  Status status;
  status.in_store = true;
  status.place = storage.store().describe();
  status.now = fetched.store_time;
  status.records = fetched.records.size();
  status.pending = fetched.folded.size();
  or_warn(context, [&] { status.backup = storage.store().head(backup_key(plan.database_key)); });
  if (fetched.first_run) return status;
  read_file_of(status, fetched.file);
  if (fetched.object) status.bytes = fetched.object->size;
  return status;
}

Status look_at_file(CommandContext& context, const StoragePlan& plan, const std::filesystem::path& temporary) {
  Status status;
  status.place = "local file";
  status.now = context.clock.now();
  const std::filesystem::path copy = temporary / "history.db";
  if (!copy_local_history(plan.database_file, copy)) return status;
  History::open(copy, OpenMode::read_write, Verification::quick, Durability::cached).close();
  read_file_of(status, copy);
  status.bytes = std::filesystem::file_size(plan.database_file);
  return status;
}

std::string backup_text(const Status& status) {
  if (!status.backup) return "none yet";
  std::string text = status.backup->last_modified ? ago(*status.backup->last_modified, status.now) : "there";
  if (const auto counts = counts_in(status.backup->metadata)) text += ", " + counted(counts->builds, "build");
  return text + ", " + format_bytes(status.backup->size);
}

std::string conditions_text(const Status& status) {
  if (!status.conditions) return "not asked yet; `unentropy doctor` finds out";
  return single_line(status.conditions->conditions) + ", asked " + ago(status.conditions->probed_at, status.now);
}

std::string table(const Status& status, const std::string& key) {
  std::vector<std::pair<std::string, std::string>> rows{{"history", single_line(key) + " in " + status.place}};
  if (!status.exists) {
    rows.emplace_back("builds", "none, there is no history yet");
  } else {
    rows.emplace_back("builds", fmt::format("{}, {}", counted(status.counts.builds, "build"),
                                            counted(status.counts.values, "value")));
    if (!status.latest.empty()) rows.emplace_back("last build", ago(status.latest.front().timestamp, status.now));
    rows.emplace_back("size", format_bytes(status.bytes));
    rows.emplace_back("layout", "2.0.0");
  }
  if (status.in_store) {
    rows.emplace_back("run records",
                      fmt::format("{} stored, {} not in the history yet", status.records, status.pending));
    rows.emplace_back("backup", backup_text(status));
    rows.emplace_back("conditions", conditions_text(status));
  }
  std::string text;
  for (const auto& [name, value] : rows) text += fmt::format("{:<12}  {}\n", name, value);
  if (!status.latest.empty()) text += "\n";
  for (const BuildContext& build : status.latest) {
    text += fmt::format("{:<10}  {}  {:<12}  {}\n", single_line(build.commit_sha, 10), format_instant(build.timestamp),
                        single_line(build.event_name.value_or("-"), 20), single_line(build.branch, 40));
  }
  return text;
}

std::string json(const Status& status, const std::string& key) {
  const auto instant = [](const std::optional<Instant>& when) { return when ? Json(format_instant(*when)) : Json(); };
  Json result{{"place", to_valid_utf8(status.place)},
              {"key", to_valid_utf8(key)},
              {"exists", status.exists},
              {"bytes", status.bytes},
              {"builds", status.counts.builds},
              {"values", status.counts.values},
              {"layout", status.exists ? Json("2.0.0") : Json()}};
  result["latest"] = Json::array();
  for (const BuildContext& build : status.latest) {
    result["latest"].push_back({{"commit", build.commit_sha},
                                {"branch", build.branch},
                                {"run_id", build.run_id},
                                {"event", build.event_name ? Json(to_valid_utf8(*build.event_name)) : Json()},
                                {"timestamp", format_instant(build.timestamp)}});
  }
  result["records"] = status.in_store ? Json(status.records) : Json();
  result["pending_records"] = status.in_store ? Json(status.pending) : Json();
  result["backup"] = Json();
  if (status.backup) {
    result["backup"] = {{"bytes", status.backup->size}, {"modified", instant(status.backup->last_modified)}};
  }
  result["conditions"] = Json();
  if (status.conditions) {
    result["conditions"] = {{"support", to_valid_utf8(status.conditions->conditions)},
                            {"probed", instant(status.conditions->probed_at)}};
  }
  return result.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

int run_status(CommandContext& context) {
  const std::optional<Project> project = find_project(context);
  const Config defaults;
  const StoragePlan plan = plan_storage(context, project ? &project->config : &defaults);
  std::vector<InputProblem> problems = context.inputs.problems();
  problems.insert(problems.end(), plan.problems.begin(), plan.problems.end());
  for (const InputProblem& problem : problems) context.printer.error(problem.message, problem.hint);
  if (!problems.empty()) return kExitUsage;
  const TempDir directory(temporary_directory(context.environment));
  const Status status = plan.type == StorageType::sqlite_s3 ? look_at_storage(context, plan, directory.path())
                                                            : look_at_file(context, plan, directory.path());
  if (const auto file = context.inputs.text("json")) write_json(context, *file, json(status, plan.database_key));
  if (context.inputs.text("json") != "-") context.printer.table(table(status, plan.database_key));
  return kExitDone;
}

}  // namespace unentropy
