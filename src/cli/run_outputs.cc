#include "cli/run_outputs.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/text.h"
#include "base/version.h"
#include "cli/project.h"
#include "github/runner_files.h"

namespace unentropy {
namespace {

using Json = nlohmann::ordered_json;

std::string error_line(const RunResult& result) {
  if (result.error_message.empty()) return "";
  return result.error_hint.empty() ? result.error_message : result.error_message + " (" + result.error_hint + ")";
}

std::string location(const RunResult& result) {
  return "storage://" + std::string(to_string(result.storage)) + "/" + result.database_key;
}

Json value_json(const MetricValue& value) {
  if (const double* number = std::get_if<double>(&value)) return *number;
  return to_valid_utf8(std::get<std::string>(value));
}

Json error_json(std::string_view code, std::string_view message, std::string_view hint) {
  Json json;
  json["code"] = code;
  json["message"] = to_valid_utf8(message);
  json["hint"] = to_valid_utf8(hint);
  return json;
}

Json phase_json(const Phase& phase) {
  Json json;
  json["name"] = phase.name;
  json["status"] = to_string(phase.status);
  json["duration_ms"] = phase.duration.count();
  json["detail"] = to_valid_utf8(phase.detail);
  if (phase.error) {
    json["error"] = error_json(to_string(phase.error->kind()), phase.error->message(), phase.error->hint());
  }
  return json;
}

Json metric_json(const MetricOutcome& outcome, const std::map<std::string, PreviousValue>& previous) {
  Json json;
  json["key"] = outcome.metric.key;
  json["name"] = outcome.metric.name;
  json["type"] = to_string(outcome.metric.type);
  json["unit"] = outcome.metric.unit ? Json(to_string(*outcome.metric.unit)) : Json(nullptr);
  if (outcome.succeeded()) {
    json["value"] = value_json(outcome.value());
  } else {
    json["error"] = to_valid_utf8(outcome.failure().reason);
  }
  json["duration_ms"] = outcome.duration.count();
  if (const auto before = previous.find(outcome.metric.key); before != previous.end()) {
    json["previous"] = value_json(before->second.value);
    const double* old_number = std::get_if<double>(&before->second.value);
    const double* number = outcome.succeeded() ? std::get_if<double>(&outcome.value()) : nullptr;
    if (old_number && number) json["change"] = *number - *old_number;
  }
  if (!outcome.notices.empty()) json["notices"] = outcome.notices;
  return json;
}

}  // namespace

std::size_t RunResult::collected() const {
  return static_cast<std::size_t>(
      std::count_if(outcomes.begin(), outcomes.end(), [](const MetricOutcome& o) { return o.succeeded(); }));
}

void or_warn(CommandContext& context, const std::function<void()>& write) {
  try {
    write();
  } catch (const Error& error) {
    context.printer.warning(error.message(), error.hint());
  }
}

void tell_runner(CommandContext& context, const std::vector<std::pair<std::string, std::string>>& outputs,
                 const std::string& summary) {
  if (!context.printer.workflow()) return;
  if (const auto file = context.environment.get_nonempty("GITHUB_OUTPUT")) {
    or_warn(context, [&] {
      for (const auto& [name, value] : outputs) append_output(*file, name, context.printer.without_secrets(value));
    });
  }
  if (const auto file = context.environment.get_nonempty("GITHUB_STEP_SUMMARY")) {
    or_warn(context, [&] { append_summary(*file, context.printer.without_secrets(summary)); });
  }
}

std::vector<std::pair<std::string, std::string>> action_outputs(const RunResult& result) {
  const auto truth = [](bool value) { return std::string(value ? "true" : "false"); };
  return {
      {"success", truth(result.success())},
      {"storage-type", std::string(to_string(result.storage))},
      {"database-location", location(result)},
      {"database-size", std::to_string(result.database_bytes)},
      {"database-path", result.kept_database.string()},
      {"metrics-collected", std::to_string(result.collected())},
      {"total-builds", std::to_string(result.total_builds)},
      {"duration", std::to_string(result.duration.count())},
      {"source-run-id", result.source_run == 0 ? "" : std::to_string(result.source_run)},
      {"artifact-upload-required", truth(result.artifact_upload_required)},
      {"artifact-name", result.artifact_name},
      {"artifact-path", result.artifact_path.string()},
      {"pending-records", std::to_string(result.pending_records)},
      {"report-path", result.report_path.string()},
      {"error-code", result.error_code},
      {"error-message", single_line(error_line(result), 2000)},
  };
}

std::string result_json(const RunResult& result) {
  Json json;
  json["version"] = version();
  json["success"] = result.success();
  json["exit_code"] = result.exit_code;
  json["storage"] = {{"type", to_string(result.storage)},
                     {"location", location(result)},
                     {"bytes", result.database_bytes},
                     {"record", result.record},
                     {"pending_records", result.pending_records},
                     {"kept_database", result.kept_database.string()}};
  if (result.build) {
    const BuildContext& build = *result.build;
    json["build"] = {{"commit", build.commit_sha},
                     {"branch", build.branch},
                     {"run_id", build.run_id},
                     {"run_number", build.run_number},
                     {"event", build.event_name ? Json(*build.event_name) : Json(nullptr)},
                     {"timestamp", format_instant(build.timestamp)}};
  } else {
    json["build"] = nullptr;
  }
  json["phases"] = Json::array();
  for (const Phase& phase : result.phases) json["phases"].push_back(phase_json(phase));
  json["metrics"] = Json::array();
  for (const MetricOutcome& outcome : result.outcomes) json["metrics"].push_back(metric_json(outcome, result.previous));
  json["totals"] = {{"metrics_collected", result.collected()},
                    {"metrics_failed", result.outcomes.size() - result.collected()},
                    {"total_builds", result.total_builds},
                    {"duration_ms", result.duration.count()}};
  json["report"] = {{"path", result.report_path.string()}};
  json["error"] = result.success() && result.error_code.empty()
                      ? Json(nullptr)
                      : error_json(result.error_code, result.error_message, result.error_hint);
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

void write_json(CommandContext& context, const std::string& file, const std::string& json) {
  if (file == "-") {
    context.printer.data(json);
  } else {
    write_file_atomically(checked_path(context, "json", file, Reach::anywhere), context.printer.without_secrets(json));
  }
}

void write_json_result(CommandContext& context, const RunResult& result) {
  if (const auto file = context.inputs.text("json")) write_json(context, *file, result_json(result));
}

}  // namespace unentropy
