#include "model/threshold.h"

#include "model/name_table.h"

namespace unentropy {
namespace {

constexpr NameTable<ThresholdMode, 4> kThresholdModes{{{ThresholdMode::min, "min"},
                                                       {ThresholdMode::max, "max"},
                                                       {ThresholdMode::no_regression, "no-regression"},
                                                       {ThresholdMode::delta_max_drop, "delta-max-drop"}}};

constexpr NameTable<Severity, 2> kSeverities{{{Severity::blocker, "blocker"}, {Severity::warning, "warning"}}};

constexpr NameTable<GateMode, 3> kGateModes{
    {{GateMode::off, "off"}, {GateMode::soft, "soft"}, {GateMode::hard, "hard"}}};

}  // namespace

std::string_view to_string(ThresholdMode mode) { return kThresholdModes.name(mode); }
std::string_view to_string(Severity severity) { return kSeverities.name(severity); }
std::string_view to_string(GateMode mode) { return kGateModes.name(mode); }

std::optional<ThresholdMode> parse_threshold_mode(std::string_view text) { return kThresholdModes.parse(text); }
std::optional<Severity> parse_severity(std::string_view text) { return kSeverities.parse(text); }
std::optional<GateMode> parse_gate_mode(std::string_view text) { return kGateModes.parse(text); }

const std::vector<std::string>& threshold_mode_names() {
  static const std::vector<std::string> names = kThresholdModes.names();
  return names;
}

const std::vector<std::string>& severity_names() {
  static const std::vector<std::string> names = kSeverities.names();
  return names;
}

const std::vector<std::string>& gate_mode_names() {
  static const std::vector<std::string> names = kGateModes.names();
  return names;
}

}  // namespace unentropy
