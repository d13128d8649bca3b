#include "gate/gate.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/text.h"
#include "model/format.h"

namespace unentropy {
namespace {

std::string unit_name(const Metric& metric) { return metric.unit ? std::string(to_string(*metric.unit)) : ""; }

// Value and limit as people read them, with more digits where rounding would make the two look equal.
std::pair<std::string, std::string> telling_apart(double value, double limit, const Metric& metric) {
  std::string left = format_value(value, unit_name(metric));
  std::string right = format_value(limit, unit_name(metric));
  const bool differ = clearly_exceeds(std::max(value, limit), std::min(value, limit), std::abs(value));
  if (left != right || !differ) return {left, right};
  return {shortest_digits(value), shortest_digits(limit)};
}

Direction direction_of(const Threshold& threshold, const Metric& metric) {
  if (threshold.direction) return *threshold.direction;
  return effective_direction(metric).value_or(Direction::higher_is_better);
}

std::string_view word_for(Direction direction) {
  switch (direction) {
    case Direction::higher_is_better:
      return "drop";
    case Direction::lower_is_better:
      return "rise";
    case Direction::stable:
      return "change";
  }
  return "change";
}

void judge_absolute(GateRow& row, double now) {
  const bool is_min = row.threshold->mode == ThresholdMode::min;
  const double target = *row.threshold->target;
  const bool failed = is_min ? clearly_exceeds(target, now, std::max(std::abs(now), std::abs(target)))
                             : clearly_exceeds(now, target, std::max(std::abs(now), std::abs(target)));
  const auto [value, limit] = telling_apart(now, target, row.metric);
  row.limit = (is_min ? "≥ " : "≤ ") + limit;
  row.status = failed ? VerdictStatus::fail : VerdictStatus::pass;
  row.message = failed ? fmt::format("{} is {} the limit {}", value, is_min ? "below" : "above", limit)
                       : fmt::format("{} keeps the limit {}", value, limit);
}

void judge_regression(GateRow& row, double before, double now) {
  const Direction direction = direction_of(*row.threshold, row.metric);
  const double change = bad_change(direction, before, now);
  const double tolerance = row.threshold->tolerance;
  const bool failed = clearly_exceeds(change, tolerance, std::max(std::abs(before), std::abs(now)));
  const auto [amount, limit] = telling_apart(std::max(change, 0.0), tolerance, row.metric);
  row.limit = fmt::format("{} ≤ {}", word_for(direction), limit);
  row.status = failed ? VerdictStatus::fail : VerdictStatus::pass;
  row.message =
      change <= 0 ? "no regression" : fmt::format("{} of {}, tolerance {}", word_for(direction), amount, limit);
}

void judge_relative(GateRow& row, double before, double now) {
  const Direction direction = direction_of(*row.threshold, row.metric);
  const double most = *row.threshold->max_drop_percent;
  row.limit = fmt::format("{} ≤ {} %", word_for(direction), shortest_digits(most));
  if (before == 0) {
    row.status = VerdictStatus::unknown;
    row.message = "no percentage of a zero baseline";
    return;
  }
  const double percent = bad_change(direction, before, now) / std::abs(before) * 100;
  const bool failed = clearly_exceeds(percent, most, std::max(std::abs(percent), most));
  std::string amount = fmt::format("{:.2f}", percent);
  if (failed && parse_double(amount) <= most) amount = shortest_digits(percent);
  row.status = failed ? VerdictStatus::fail : VerdictStatus::pass;
  row.message = percent <= 0
                    ? "no regression"
                    : fmt::format("{} of {} %, limit {} %", word_for(direction), amount, shortest_digits(most));
}

void judge(GateRow& row, const Baseline& baseline) {
  const ThresholdMode mode = row.threshold->mode;
  if (!row.now) {
    row.status = VerdictStatus::fail;
    row.message = "could not be collected: " + row.message;
    return;
  }
  const double* now = std::get_if<double>(&*row.now);
  if (row.metric.type == MetricType::label || !now) {
    row.status = VerdictStatus::unknown;
    row.message = "not numeric";
    return;
  }
  if (mode == ThresholdMode::min || mode == ThresholdMode::max) {
    judge_absolute(row, *now);
    return;
  }
  if (!row.baseline) {
    row.status = VerdictStatus::unknown;
    std::string why = baseline.unreadable_reason.empty() ? baseline.missing_reason : baseline.unreadable_reason;
    if (why.empty()) why = "no earlier build has this metric";
    row.message = "no baseline: " + why;
    return;
  }
  if (mode == ThresholdMode::no_regression) {
    judge_regression(row, row.baseline->value, *now);
  } else {
    judge_relative(row, row.baseline->value, *now);
  }
}

GateRow row_of(const MetricOutcome& outcome, const std::map<std::string, BaselineValue>& values) {
  GateRow row;
  row.metric = outcome.metric;
  if (outcome.succeeded()) {
    row.now = outcome.value();
  } else {
    row.message = outcome.failure().reason;
  }
  const auto before = values.find(outcome.metric.key);
  if (before == values.end()) return row;
  row.baseline = before->second;
  const double* now = row.now ? std::get_if<double>(&*row.now) : nullptr;
  if (!now) return row;
  row.difference = *now - before->second.value;
  if (before->second.value != 0) row.relative_percent = *row.difference / std::abs(before->second.value) * 100;
  return row;
}

void conclude(GateVerdict& verdict, bool any_threshold) {
  const bool blocked =
      std::any_of(verdict.rows.begin(), verdict.rows.end(), [](const GateRow& row) { return row.blocking_failure(); });
  if (!any_threshold) {
    verdict.message = "no thresholds configured";
  } else if (blocked) {
    verdict.status = VerdictStatus::fail;
    const std::size_t blockers = verdict.failed - verdict.warned;
    verdict.message = fmt::format("{} {} violated", blockers, blockers == 1 ? "threshold is" : "thresholds are");
  } else if (verdict.passed + verdict.failed > 0) {
    verdict.status = VerdictStatus::pass;
    verdict.message =
        fmt::format("{} of {} thresholds hold", verdict.passed, verdict.passed + verdict.failed + verdict.unknown);
    if (verdict.warned > 0) verdict.message += fmt::format(", {} with a warning", verdict.warned);
    if (verdict.unknown > 0) verdict.message += fmt::format(", {} could not be evaluated", verdict.unknown);
  } else {
    verdict.message = "no threshold could be evaluated";
  }
}

}  // namespace

double bad_change(Direction direction, double before, double now) {
  switch (direction) {
    case Direction::higher_is_better:
      return before - now;
    case Direction::lower_is_better:
      return now - before;
    case Direction::stable:
      return std::abs(now - before);
  }
  return before - now;
}

bool clearly_exceeds(double value, double limit, double magnitude) {
  return value - limit > 1e-9 * std::max(magnitude, std::abs(limit));
}

GateVerdict evaluate_gate(const std::vector<MetricOutcome>& outcomes, const std::vector<Threshold>& thresholds,
                          const Baseline& baseline, const std::map<std::string, BaselineValue>& values) {
  GateVerdict verdict;
  for (const MetricOutcome& outcome : outcomes) {
    bool has_threshold = false;
    for (const Threshold& threshold : thresholds) {
      if (threshold.metric != outcome.metric.key) continue;
      has_threshold = true;
      GateRow row = row_of(outcome, values);
      row.threshold = threshold;
      judge(row, baseline);
      verdict.passed += row.status == VerdictStatus::pass;
      verdict.failed += row.status == VerdictStatus::fail;
      verdict.unknown += row.status == VerdictStatus::unknown;
      verdict.warned += row.status == VerdictStatus::fail && !row.blocking_failure();
      verdict.rows.push_back(std::move(row));
    }
    if (!has_threshold) verdict.rows.push_back(row_of(outcome, values));
  }
  conclude(verdict, !thresholds.empty());
  return verdict;
}

}  // namespace unentropy
