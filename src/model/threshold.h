// Limits for pull requests as the configuration states them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/metric.h"

namespace unentropy {

enum class ThresholdMode { min, max, no_regression, delta_max_drop };
enum class Severity { blocker, warning };
enum class GateMode { off, soft, hard };

std::string_view to_string(ThresholdMode mode);
std::string_view to_string(Severity severity);
std::string_view to_string(GateMode mode);
std::optional<ThresholdMode> parse_threshold_mode(std::string_view text);
std::optional<Severity> parse_severity(std::string_view text);
std::optional<GateMode> parse_gate_mode(std::string_view text);
const std::vector<std::string>& threshold_mode_names();
const std::vector<std::string>& severity_names();
const std::vector<std::string>& gate_mode_names();

struct Threshold {
  std::string metric;
  ThresholdMode mode = ThresholdMode::no_regression;
  std::optional<double> target;            // present for min and max
  double tolerance = 0.5;                  // absolute, in the metric's unit; no_regression
  std::optional<double> max_drop_percent;  // present for delta_max_drop
  Severity severity = Severity::blocker;
  std::optional<Direction> direction;
};

struct GateSettings {
  std::optional<GateMode> mode;              // absent: not configured
  std::optional<bool> pull_request_comment;  // absent: not configured
  std::optional<int> max_comment_metrics;
  std::optional<int> max_comment_characters;
  std::string reference_branch;  // empty: not configured
  int max_age_days = 90;
  std::vector<Threshold> thresholds;
};

}  // namespace unentropy
