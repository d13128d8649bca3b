#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "base/text.h"
#include "config/config.h"
#include "config/schema_table.h"
#include "config/wording.h"
#include "model/metric.h"

namespace unentropy {
namespace {

constexpr std::string_view kIntroduction = R"(# unentropy.json

<!-- Made from the schema table in src/config/schema_table.cc and src/config/reference_page.cc. -->

The configuration is one JSON file, `unentropy.json` unless the input `config-file` names another. The directory that
holds it is the *base directory*: paths of `@collect` and the patterns of `sources` start there.

```json
{
  "metrics": {
    "coverage": { "$ref": "coverage", "command": "@collect coverage-lcov coverage/lcov.info" },
    "bundle": {
      "type": "numeric",
      "command": "wc -c < dist/app.js",
      "unit": "bytes",
      "direction": "lower-is-better"
    }
  },
  "storage": { "type": "sqlite-s3" },
  "qualityGate": {
    "mode": "soft",
    "thresholds": [
      { "metric": "coverage", "mode": "no-regression", "tolerance": 0.5 },
      { "metric": "bundle", "mode": "max", "target": 250000 }
    ]
  }
}
```

- JSON as in RFC 8259, in UTF-8, at most 1 MiB: no comments, no trailing commas. A byte order mark is skipped.
- Every key is known or an error. A key that occurs twice counts as it stands last, with a warning.
- Lengths count UTF-16 code units. A whole number may be written `30` or `3e1`. `null` is never a value.
- The order of `metrics` is the order of measuring, of the report and of the pull-request comment.
- An editor that is pointed to `schema/unentropy.schema.json` by `$schema` checks the file while it is written. It cannot
  see whether a metric that a threshold or chart names exists.

**Credentials are never read from this file**, and neither are endpoint, bucket and region of S3: they are inputs of the
action, or variables of the environment. A key that looks like a credential is an error wherever it stands, and its value
is shown in no message.

## Problems

All problems are reported at once, in the order of the file, each with line and column (in characters), the path of the
value, the line itself and, where one is likely, a suggestion. A file that is not JSON has one problem. An unknown
`storage.type` is the only error that does not stop a run: it goes on with `sqlite-artifact`.

A warning stops nothing. It is given for what has no effect or is probably not meant: a key given twice, a `type` beside
`$ref` that differs from the template's, a key that the mode of a threshold does not use, a threshold on a label, two
thresholds that are the same, `hard` without thresholds, a chart with an unknown metric, a pattern that cannot match.
)";

constexpr std::string_view kTemplates = R"(
## Templates

`$ref` starts a metric from a template. Its type always wins; `name`, `description`, `unit`, `command` and `direction`
are the template's unless the metric has its own.

| `$ref` | Type | Unit | Command | Good direction | Description |
| --- | --- | --- | --- | --- | --- |
)";

constexpr std::string_view kSources = R"(
## Patterns of `sources`

| Pattern | Meaning |
| --- | --- |
| `*`, `?` | any characters, one character; neither goes beyond a `/` |
| `**` | as a whole segment: any number of directories |
| `[a-z]`, `[!a]` | one character that is, or is not, among these |
| `{a,b}`, `{1..3}` | one of these |
| `?(a\|b)`, `*(a\|b)`, `+(a\|b)`, `@(a\|b)`, `!(a\|b)` | at most one, any number, at least one, exactly one, none of these |
| `\` | takes the next character as it is |
| `!` in front | files that match are left out |

- Patterns are tried in order and the last one that matches decides. If all of them begin with `!`, everything else
  counts as source code.
- A path is taken relative to the base directory. Matching is case-sensitive and covers the whole path.
- A name that begins with `.` is matched only by a segment that begins with `.`.
- `src`, `src/` and `./src` all mean `src/**` if `src` is a directory. An absolute pattern inside the base directory is
  made relative; one that lies outside can match nothing.
)";

std::string plural(std::size_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

std::string range_words(std::size_t min, std::size_t max, std::string_view one, std::string_view many) {
  if (min > 0 && max != kNoLimit) return fmt::format("{}–{} {}", min, max, many);
  if (max != kNoLimit) return "at most " + plural(max, one, many);
  if (min > 0) return "at least " + plural(min, one, many);
  return {};
}

std::string type_cell(const Rule& rule) {
  std::string words;
  switch (rule.type) {
    case ValueType::boolean:
      words = "boolean";
      break;
    case ValueType::integer:
      words = "whole number";
      break;
    case ValueType::number:
      words = "number";
      break;
    case ValueType::string:
      words = "string";
      break;
    case ValueType::array:
      words = fmt::format("array of {}s", type_cell(rule.element.front()));
      break;
    case ValueType::object:
      words = "object";
      break;
  }
  return rule.otherwise.empty() ? words : words + " or " + type_cell(rule.otherwise.front());
}

std::string number_limits(const Rule& rule) {
  if (rule.exclusive_minimum) return fmt::format("greater than {}", shortest_digits(*rule.exclusive_minimum));
  if (rule.minimum && rule.maximum) return fmt::format("{:.0f}–{:.0f}", *rule.minimum, *rule.maximum);
  return rule.minimum ? fmt::format("at least {}", shortest_digits(*rule.minimum)) : std::string();
}

std::string limits_cell(const Rule& rule) {
  std::vector<std::string> parts;
  if (!rule.names.empty()) parts.push_back(list_words(rule.names));
  if (rule.type == ValueType::string && rule.names.empty()) {
    parts.push_back(range_words(rule.min_length, rule.max_length, "character", "characters"));
    if (!rule.pattern.empty()) parts.push_back(fmt::format("`{}`", rule.pattern));
  }
  if (rule.type == ValueType::array) {
    parts.push_back(range_words(rule.min_entries, rule.max_entries, "entry", "entries"));
    const std::string each = limits_cell(rule.element.front());
    if (!each.empty()) parts.push_back("each " + each);
  }
  if (!rule.element.empty() && rule.type == ValueType::object) {
    parts.push_back(range_words(rule.min_entries, rule.max_entries, "entry", "entries"));
    parts.push_back("keys " + limits_cell(rule.key.front()));
  }
  parts.push_back(number_limits(rule));
  if (!rule.otherwise.empty()) parts.push_back(limits_cell(rule.otherwise.front()));
  std::erase(parts, std::string());
  return join(parts, "; ");
}

std::string default_cell(const KeyRule& known) {
  if (!known.default_json.empty()) return fmt::format("`{}`", known.default_json);
  if (known.required) return "required";
  return known.default_words.empty() ? "none" : std::string(known.default_words);
}

std::string table_of(const Rule& object) {
  std::string table = "\n| Key | Type | Default | Limits | Meaning |\n| --- | --- | --- | --- | --- |\n";
  for (const KeyRule& known : object.keys) {
    std::string meaning(known.description);
    if (!known.modes.empty()) meaning += fmt::format(" Only with the mode {}.", list_words(known.modes));
    if (known.empty_is_absent) meaning += " `\"\"` counts as absent.";
    table += fmt::format("| `{}` | {} | {} | {} | {} |\n", known.key, type_cell(known.rule), default_cell(known),
                         limits_cell(known.rule), meaning);
  }
  return table;
}

// A heading and a table for every closed object in the rule, outer ones first.
std::string tables_below(const std::string& path, const Rule& rule) {
  std::string result;
  if (!rule.keys.empty())
    result += fmt::format("\n## {}\n{}", path.empty() ? "Top level" : "`" + path + "`", table_of(rule));
  for (const KeyRule& known : rule.keys) {
    result += tables_below((path.empty() ? "" : path + ".") + std::string(known.key), known.rule);
  }
  if (!rule.element.empty()) {
    result += tables_below(path + (rule.type == ValueType::array ? "[]" : ".<key>"), rule.element.front());
  }
  if (!rule.otherwise.empty()) result += tables_below(path, rule.otherwise.front());
  return result;
}

std::string templates_table() {
  std::string table(kTemplates);
  for (const MetricTemplate& each : metric_templates()) {
    const std::string command = each.command.empty() ? "none: give one" : fmt::format("`{}`", each.command);
    const std::string direction = each.direction ? fmt::format("`{}`", to_string(*each.direction)) : "not set";
    table += fmt::format("| `{}` | `numeric` | `{}` | {} | {} | {} |\n", each.id, to_string(each.unit), command,
                         direction, each.description);
  }
  return table;
}

}  // namespace

std::string config_reference_markdown() {
  std::string page(kIntroduction);
  page += tables_below("", config_rule());
  page += templates_table();
  page += kSources;
  return page;
}

}  // namespace unentropy
