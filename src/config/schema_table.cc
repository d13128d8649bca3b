#include "config/schema_table.h"

#include <algorithm>
#include <utility>

#include "model/metric.h"
#include "model/report_layout.h"
#include "model/storage.h"
#include "model/threshold.h"

namespace unentropy {
namespace {

bool is_metric_key(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

bool is_colour(std::string_view text) {
  if (text.size() != 7 || text.front() != '#') return false;
  return std::all_of(text.begin() + 1, text.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); });
}

Rule of(ValueType type) {
  Rule rule;
  rule.type = type;
  return rule;
}

Rule text(std::size_t min_length = 0, std::size_t max_length = kNoLimit) {
  Rule rule = of(ValueType::string);
  rule.min_length = min_length;
  rule.max_length = max_length;
  return rule;
}

Rule one_of(const std::vector<std::string>& names, std::string_view complaint) {
  Rule rule = of(ValueType::string);
  rule.names = names;
  rule.names_complaint = complaint;
  return rule;
}

Rule number(std::optional<double> minimum = std::nullopt, std::optional<double> exclusive_minimum = std::nullopt) {
  Rule rule = of(ValueType::number);
  rule.minimum = minimum;
  rule.exclusive_minimum = exclusive_minimum;
  return rule;
}

Rule integer(double minimum, std::optional<double> maximum = std::nullopt) {
  Rule rule = of(ValueType::integer);
  rule.minimum = minimum;
  rule.maximum = maximum;
  return rule;
}

Rule list_of(Rule element, std::size_t min_entries, std::size_t max_entries = kNoLimit) {
  Rule rule = of(ValueType::array);
  rule.min_entries = min_entries;
  rule.max_entries = max_entries;
  rule.element.push_back(std::move(element));
  return rule;
}

Rule object(std::vector<KeyRule> keys, std::vector<Requirement> requirements = {}) {
  Rule rule = of(ValueType::object);
  rule.keys = std::move(keys);
  rule.requirements = std::move(requirements);
  return rule;
}

Rule direction() { return one_of(direction_names(), "not a direction"); }

std::vector<std::string> template_ids(bool only_without_command) {
  std::vector<std::string> ids;
  for (const MetricTemplate& candidate : metric_templates()) {
    if (!only_without_command || candidate.command.empty()) ids.emplace_back(candidate.id);
  }
  return ids;
}

Rule metric_key() {
  Rule rule = text(1, 64);
  rule.pattern = "^[a-z0-9-]+$";
  rule.matches = is_metric_key;
  rule.pattern_words = "metric keys are lower case: only `a` to `z`, `0` to `9` and `-`";
  return rule;
}

Rule metric() {
  return object(
      {
          {.key = "$ref",
           .rule = one_of(template_ids(false), "no such template"),
           .empty_is_absent = true,
           .description = "The template to start from; see the table of templates."},
          {.key = "type",
           .rule = one_of(metric_type_names(), "not a metric type"),
           .default_words = "the template's; required without `$ref`",
           .description = "The kind of value. With `$ref` the type of the template always wins."},
          {.key = "command",
           .rule = text(1, 1024),
           .default_words = "the template's, if it has one; else required",
           .description = "The shell command that prints the value, or a built-in collector: `@collect …`."},
          {.key = "name",
           .rule = text(0, 256),
           .empty_is_absent = true,
           .default_words = "the id of the template, else the key of the metric",
           .description = "The name that people see."},
          {.key = "description",
           .rule = text(0, 256),
           .default_words = "the template's, else none",
           .description = "Shown in the report."},
          {.key = "unit",
           .rule = one_of(unit_names(), "not a unit"),
           .default_words = "the template's, else none",
           .description = "How values are printed. A `duration` is measured in seconds."},
          {.key = "timeout",
           .rule = integer(1, 300'000),
           .default_json = "60000",
           .description = "How long measuring this metric may take, in milliseconds."},
          {.key = "direction",
           .rule = direction(),
           .default_words = "the template's, else a drop counts as bad",
           .description = "Which way is good, for the quality gate and for the colours of the report."},
      },
      {
          {.when = "$ref",
           .values = {""},
           .or_absent = true,
           .needs = "type",
           .complaint = "`type` is missing",
           .complaint_if_absent = "`type` is missing",
           .hint = "set it to `numeric` or `label`, or start from a template with `$ref`"},
          {.when = "$ref",
           .values = {""},
           .or_absent = true,
           .needs = "command",
           .complaint = "`command` is missing",
           .complaint_if_absent = "`command` is missing",
           .hint = "give the shell command that prints the value, or `@collect …`"},
          {.when = "$ref",
           .values = template_ids(true),
           .needs = "command",
           .complaint = "`command` is missing: the template `{}` has none of its own",
           .complaint_if_absent = "",
           .hint = "give the shell command that prints the value, or `@collect …`"},
      });
}

Rule metrics() {
  Rule rule;
  rule.min_entries = 1;
  rule.max_entries = 50;
  rule.element = {metric()};
  rule.key = {metric_key()};
  return rule;
}

Rule storage() {
  Rule type = one_of(storage_type_names(), "no such storage type");
  type.others_survive = true;
  return object(
      {{.key = "type",
        .rule = type,
        .default_json = "\"sqlite-artifact\"",
        .description = "The back end: `sqlite-artifact` keeps the history as a workflow artifact, `sqlite-s3` "
                       "in S3-compatible storage, `sqlite-local` in a local file. Endpoint, bucket and "
                       "credentials of S3 are inputs of the action, never part of this file. The input "
                       "`storage-type` wins over it."}});
}

Rule threshold() {
  return object(
      {
          {.key = "metric",
           .rule = text(),
           .required = true,
           .description = "The metric to judge: a key of `metrics`. Several thresholds for one metric all count."},
          {.key = "mode",
           .rule = one_of(threshold_mode_names(), "not a threshold mode"),
           .required = true,
           .description = "What is compared: the value with `target` (`min`, `max`), or its change since the baseline "
                          "(`no-regression` in the unit of the metric, `delta-max-drop` in percent)."},
          {.key = "target",
           .rule = number(),
           .modes = {"min", "max"},
           .default_words = "required for `min` and `max`",
           .description = "The lowest (`min`) or highest (`max`) value that passes."},
          {.key = "tolerance",
           .rule = number(0),
           .modes = {"no-regression"},
           .default_json = "0.5",
           .description = "How far the value may move the bad way, in the unit of the metric."},
          {.key = "maxDropPercent",
           .rule = number(std::nullopt, 0),
           .modes = {"delta-max-drop"},
           .default_words = "required for `delta-max-drop`",
           .description = "How far the value may move the bad way, in percent of the baseline."},
          {.key = "severity",
           .rule = one_of(severity_names(), "not a severity"),
           .default_json = "\"blocker\"",
           .description = "Whether a failure fails the gate (`blocker`) or is only shown (`warning`)."},
          {.key = "direction",
           .rule = direction(),
           .modes = {"no-regression", "delta-max-drop"},
           .default_words = "that of the metric",
           .description = "Which way is good, for this threshold alone."},
      },
      {
          {.when = "mode", .values = {"min", "max"}, .needs = "target", .complaint = "`{}` needs `target`"},
          {.when = "mode",
           .values = {"delta-max-drop"},
           .needs = "maxDropPercent",
           .complaint = "`{}` needs `maxDropPercent`"},
      });
}

Rule quality_gate() {
  return object({
      {.key = "mode",
       .rule = one_of(gate_mode_names(), "not a mode of the quality gate"),
       .default_json = "\"soft\"",
       .description =
           "`off`: no gate. `soft`: judge and report. `hard`: also fail the job if a blocking threshold fails. "
           "The input `quality-gate-mode` wins over it."},
      {.key = "enablePullRequestComment",
       .rule = of(ValueType::boolean),
       .default_json = "true",
       .description = "Whether the verdict is written as a comment on the pull request. The input `enable-pr-comment` "
                      "wins over it."},
      {.key = "maxCommentMetrics",
       .rule = integer(1, 100),
       .default_json = "30",
       .description =
           "The most rows of the first table of the comment. The input `max-pr-comment-metrics` wins over it."},
      {.key = "maxCommentCharacters",
       .rule = integer(1, 20'000),
       .default_words = "the limit of the host",
       .description = "The greatest length of the comment."},
      {.key = "baseline",
       .rule = object({
           {.key = "referenceBranch",
            .rule = text(),
            .empty_is_absent = true,
            .default_words = "the branch that the pull request is merged into, else the default branch",
            .description = "The branch whose builds are compared with."},
           {.key = "maxAgeDays",
            .rule = integer(1),
            .default_json = "90",
            .description = "Builds that are older are no baseline."},
       }),
       .description = "What a pull request is compared with."},
      {.key = "thresholds",
       .rule = list_of(threshold(), 0),
       .default_json = "[]",
       .description = "The limits. Every entry is judged on its own."},
  });
}

Rule palette() {
  Rule colour = text();
  colour.pattern = "^#[0-9a-fA-F]{6}$";
  colour.matches = is_colour;
  colour.pattern_words = "not a colour of the form `#1a2b3c`";
  std::vector<KeyRule> keys;
  for (const std::string& name : theme_variable_names()) {
    keys.push_back({.key = name,
                    .rule = colour,
                    .default_words = "that of `lattice`",
                    .description = "A colour: `#` and six hexadecimal digits."});
  }
  return object(std::move(keys));
}

Rule theme() {
  Rule rule = one_of(theme_names(), "no such theme");
  rule.otherwise = {object({
      {.key = "dark", .rule = palette(), .description = "Colours that replace those of `lattice` on a dark page."},
      {.key = "light", .rule = palette(), .description = "Colours that replace those of `lattice` on a light page."},
  })};
  return rule;
}

Rule chart() {
  Rule metrics_of_chart = text(1);
  metrics_of_chart.otherwise = {list_of(text(1), 1)};
  return object({
      {.key = "metrics",
       .rule = std::move(metrics_of_chart),
       .required = true,
       .description = "The key of a metric, or a list of them for one chart. Keys that are not in `metrics` are left "
                      "out with a warning."},
      {.key = "title",
       .rule = text(0, 256),
       .default_words = "the names of the metrics",
       .description = "The heading of the chart."},
  });
}

Rule section() {
  return object({
      {.key = "name", .rule = text(0, 256), .required = true, .description = "The heading; may be empty."},
      {.key = "description", .rule = text(0, 512), .default_words = "none", .description = "Text below the heading."},
      {.key = "charts", .rule = list_of(chart(), 1), .required = true, .description = "The charts, in order."},
  });
}

Rule report() {
  return object({
      {.key = "sections",
       .rule = list_of(section(), 1),
       .default_words = "one grid with a chart for every metric",
       .description = "Groups of charts, in order."},
      {.key = "theme",
       .rule = theme(),
       .default_json = "\"lattice\"",
       .description = "The palette by name, or single colours that replace those of `lattice`."},
      {.key = "mode",
       .rule = one_of(colour_mode_names(), "not a colour mode"),
       .default_json = "\"auto\"",
       .description = "`auto` follows the system of the reader and has a switch; `light` and `dark` are fixed."},
  });
}

Rule file() {
  return object({
      {.key = "metrics", .rule = metrics(), .required = true, .description = "What to measure, by metric key."},
      {.key = "storage",
       .rule = storage(),
       .default_json = "{\"type\": \"sqlite-artifact\"}",
       .description = "Where the history of all values is kept."},
      {.key = "qualityGate",
       .rule = quality_gate(),
       .default_words = "no thresholds",
       .description = "The limits for pull requests."},
      {.key = "report",
       .rule = report(),
       .default_words = "one grid with a chart for every metric",
       .description = "Layout and colours of the HTML report."},
      {.key = "sources",
       .rule = list_of(text(1), 1, 50),
       .default_words = "not configured",
       .description = "Patterns that say which files are source code: for `@collect loc` and `@collect size` without a "
                      "path, and as a filter on the files inside coverage reports."},
      {.key = "$schema",
       .rule = text(),
       .default_words = "none",
       .description = "Ignored; with it an editor can check the file while it is written."},
  });
}

}  // namespace

const Rule& config_rule() {
  static const Rule rule = file();
  return rule;
}

const KeyRule* find_key(const Rule& object, std::string_view key) {
  const auto found =
      std::find_if(object.keys.begin(), object.keys.end(), [&](const KeyRule& k) { return k.key == key; });
  return found == object.keys.end() ? nullptr : &*found;
}

const Rule* form_for(const Rule& rule, ValueType type) {
  const bool fits = rule.type == type || (rule.type == ValueType::integer && type == ValueType::number);
  if (fits) return &rule;
  return rule.otherwise.empty() ? nullptr : form_for(rule.otherwise.front(), type);
}

}  // namespace unentropy
