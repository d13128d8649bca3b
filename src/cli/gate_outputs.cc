#include "cli/gate_outputs.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "cli/run_tables.h"
#include "github/gate_comment.h"
#include "model/format.h"

namespace unentropy {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMaxOutputBytes = 900'000;  // the host takes 1 MB

Json threshold_json(const Threshold& threshold) {
  Json json;
  json["mode"] = to_string(threshold.mode);
  if (threshold.target) json["target"] = *threshold.target;
  if (threshold.mode == ThresholdMode::no_regression) json["tolerance"] = threshold.tolerance;
  if (threshold.mode == ThresholdMode::delta_max_drop && threshold.max_drop_percent) {
    json["maxDropPercent"] = *threshold.max_drop_percent;
  }
  json["severity"] = to_string(threshold.severity);
  if (threshold.direction) json["direction"] = to_string(*threshold.direction);
  return json;
}

Json row_json(const GateRow& row) {
  Json json;
  json["metric"] = row.metric.key;
  json["name"] = to_valid_utf8(row.metric.name);
  if (row.metric.unit) json["unit"] = to_string(*row.metric.unit);
  if (row.baseline) {
    json["baseline"] = row.baseline->value;
    json["baselineCommit"] = row.baseline->commit_sha;
  }
  if (row.now) {
    const double* number = std::get_if<double>(&*row.now);
    json["pullRequestValue"] = number != nullptr ? Json(*number) : Json(to_valid_utf8(std::get<std::string>(*row.now)));
  }
  if (row.threshold) json["threshold"] = threshold_json(*row.threshold);
  json["status"] = to_string(row.status.value_or(VerdictStatus::unknown));
  json["isBlocking"] = row.threshold && row.threshold->severity == Severity::blocker;
  if (row.difference) json["absoluteDelta"] = *row.difference;
  if (row.relative_percent) json["relativeDeltaPercent"] = *row.relative_percent;
  if (!row.message.empty()) json["message"] = to_valid_utf8(row.message);
  return json;
}

Json collection_json(const GateResult& result) {
  Json failures = Json::array();
  for (const MetricOutcome& outcome : result.outcomes) {
    if (outcome.succeeded()) continue;
    failures.push_back({{"metric", outcome.metric.key}, {"reason", to_valid_utf8(outcome.failure().reason)}});
  }
  return {{"successful", result.collected()},
          {"failed", result.outcomes.size() - result.collected()},
          {"total", result.outcomes.size()},
          {"failures", std::move(failures)}};
}

Json baseline_json(const GateResult& result) {
  const Baseline& baseline = result.baseline;
  Json json{{"referenceBranch", to_valid_utf8(baseline.reference_branch)}, {"maxAgeDays", result.max_age_days}};
  json["buildsConsidered"] = baseline.builds_considered;
  if (!baseline.commit_sha.empty()) {
    json["commit"] = baseline.commit_sha;
    json["timestamp"] = format_instant(baseline.timestamp);
    if (baseline.distance) json["distance"] = *baseline.distance;
  }
  for (const auto& [name, text] : {std::pair{"note", &baseline.note},
                                   {"missing", &baseline.missing_reason},
                                   {"unreadable", &baseline.unreadable_reason}}) {
    if (!text->empty()) json[name] = to_valid_utf8(*text);
  }
  return json;
}

Json gate_tree(const GateResult& result, bool truncated) {
  const GateVerdict& verdict = result.verdict;
  Json metrics = Json::array();
  Json failing = Json::array();
  for (const GateRow& row : verdict.rows) {
    if (!truncated || row.threshold) metrics.push_back(row_json(row));
    if (row.blocking_failure()) failing.push_back(row_json(row));
  }
  const auto without_threshold = static_cast<std::size_t>(
      std::count_if(verdict.rows.begin(), verdict.rows.end(), [](const GateRow& row) { return !row.threshold; }));
  Json gate{{"status", to_string(verdict.status)}, {"mode", to_string(result.mode)}};
  gate["message"] = to_valid_utf8(verdict.message);
  gate["metrics"] = std::move(metrics);
  gate["failingMetrics"] = std::move(failing);
  gate["summary"] = {{"totalMetrics", result.outcomes.size()},
                     {"evaluatedMetrics", verdict.rows.size() - without_threshold},
                     {"passed", verdict.passed},
                     {"failed", verdict.failed},
                     {"unknown", verdict.unknown + without_threshold}};
  gate["baselineInfo"] = baseline_json(result);
  Json json{{"timestamp", format_instant(result.started)}, {"durationMs", result.duration.count()}};
  json["collection"] = collection_json(result);
  json["prCommentUrl"] = result.comment_url.empty() ? Json() : Json(to_valid_utf8(result.comment_url));
  json["qualityGate"] = std::move(gate);
  if (!result.error_code.empty()) {
    json["error"] = {{"code", result.error_code}, {"message", to_valid_utf8(result.error_line())}};
  }
  if (truncated) json["truncated"] = true;
  return json;
}

std::string_view status_word(const GateRow& row) {
  if (!row.status) return "-";
  if (row.status == VerdictStatus::fail && !row.blocking_failure()) return "warning";
  return to_string(*row.status);
}

}  // namespace

std::size_t GateResult::collected() const {
  return static_cast<std::size_t>(
      std::count_if(outcomes.begin(), outcomes.end(), [](const MetricOutcome& o) { return o.succeeded(); }));
}

std::string GateResult::error_line() const {
  return single_line(error_hint.empty() ? error_message : error_message + " (" + error_hint + ")", 2000);
}

std::string gate_json(const GateResult& result, std::optional<std::size_t> most_bytes) {
  const auto text = [&](bool truncated) {
    return gate_tree(result, truncated).dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
  };
  std::string json = text(false);
  return most_bytes && json.size() > *most_bytes ? text(true) : json;
}

std::vector<std::pair<std::string, std::string>> gate_action_outputs(const GateResult& result) {
  std::vector<std::string> failing;
  for (const GateRow& row : result.verdict.rows) {
    if (row.blocking_failure() && (failing.empty() || failing.back() != row.metric.key)) {
      failing.push_back(row.metric.key);
    }
  }
  return {
      {"quality-gate-status", std::string(to_string(result.verdict.status))},
      {"quality-gate-mode", std::string(to_string(result.mode))},
      {"quality-gate-failing-metrics", join(failing, ",")},
      {"quality-gate-comment-url", single_line(result.comment_url)},
      {"metrics-collected", std::to_string(result.collected())},
      {"baseline-builds-considered", std::to_string(result.baseline.builds_considered)},
      {"baseline-reference-branch", single_line(result.baseline.reference_branch)},
      {"quality-gate-results-path", result.results_file.string()},
      {"quality-gate-results-json", gate_json(result, kMaxOutputBytes)},
      {"error-code", result.error_code},
      {"error-message", result.error_line()},
  };
}

std::string gate_table(const GateResult& result) {
  std::vector<std::vector<std::string>> cells;
  for (const GateRow& row : result.verdict.rows) {
    const std::string unit = row.metric.unit ? std::string(to_string(*row.metric.unit)) : "";
    const std::string before = row.baseline ? format_value(row.baseline->value, unit) : "-";
    const std::string change =
        row.difference ? format_change(row.baseline->value, row.baseline->value + *row.difference, unit) : "-";
    cells.push_back({std::string(status_word(row)), shown_name(row.metric), before,
                     row.now ? value_text(*row.now, row.metric) : "not measured", change,
                     single_line(row.message, 200)});
  }
  std::string text = aligned_columns(cells);
  if (!result.baseline.commit_sha.empty()) text += "compared with " + baseline_text(result.baseline) + "\n";
  return text + fmt::format("quality gate ({}): {}, {}\n", to_string(result.mode), to_string(result.verdict.status),
                            result.verdict.message);
}

}  // namespace unentropy
