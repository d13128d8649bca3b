#include "history/old_layout.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include <fmt/format.h>

#include "base/text.h"
#include "history/layout.h"
#include "model/metric.h"

namespace unentropy {
namespace {

constexpr std::size_t kMaxKeyBytes = 64;
constexpr std::string_view kKeyCharacters = "abcdefghijklmnopqrstuvwxyz0123456789-";

struct UnitName {
  std::string_view old_name;
  std::string_view name;
};
// Only names for the same scale: a relabelled `ms` or `KB` would change every value.
constexpr std::array<UnitName, 7> kUnitNames{{
    {"%", "percent"},
    {"lines", "integer"},
    {"count", "integer"},
    {"B", "bytes"},
    {"s", "duration"},
    {"sec", "duration"},
    {"seconds", "duration"},
}};

bool is_metric_key(std::string_view text) {
  return !text.empty() && text.size() <= kMaxKeyBytes &&
         text.find_first_not_of(kKeyCharacters) == std::string_view::npos;
}

const TableDefinition& definition_of(std::string_view name) {
  const auto& tables = layout_tables();
  return *std::find_if(tables.begin(), tables.end(), [&](const TableDefinition& table) { return table.name == name; });
}

OldTable find_old_table(const Database& database, const Schema& schema, std::string_view name) {
  OldTable table;
  for (const std::string& candidate : {std::string(name), fmt::format("{}{}", name, kCopySuffix)}) {
    if (schema.find(candidate) == nullptr) continue;
    table.name = candidate;
    break;
  }
  if (table.name.empty()) return table;
  const TableShape& shape = *schema.find(table.name);
  const auto& columns = definition_of(name).columns;
  for (const std::string_view column : columns) {
    if (shape.has(column)) continue;
    throw database.error(
        ErrorKind::corrupt,
        fmt::format("table `{}` has no column `{}`, so it is not a metrics history", table.name, column));
  }
  for (const ColumnShape& column : shape.columns) {
    if (std::find(columns.begin(), columns.end(), column.name) == columns.end()) table.extras.push_back(column.name);
  }
  return table;
}

}  // namespace

OldTables find_old_tables(const Database& database, const Schema& schema) {
  OldTables tables;
  tables.definitions = find_old_table(database, schema, "metric_definitions");
  tables.builds = find_old_table(database, schema, "build_contexts");
  tables.values = find_old_table(database, schema, "metric_values");
  if (const TableShape* shape = schema.find(tables.definitions.name)) {
    tables.definitions_have_numbers = shape->is_integer("id") && shape->has("name");
    // It becomes the key; the key's table of extras keeps it anyway.
    std::erase(tables.definitions.extras, "name");
  }
  if (const TableShape* shape = schema.find(tables.values.name)) {
    tables.values_have_numbers = shape->is_integer("metric_id");
  }
  const std::string copied_values = fmt::format("metric_values{}", kCopySuffix);
  const TableShape* const copy = schema.find(copied_values);
  if (tables.values_have_numbers && !tables.definitions_have_numbers && tables.values.name != copied_values &&
      copy != nullptr && copy->has("id") && copy->has("metric_id") && !copy->is_integer("metric_id")) {
    tables.resolved_values = copied_values;
  }
  bool interrupted = false;
  for (const TableDefinition& table : layout_tables()) {
    if (table.name == "schema_version") continue;
    for (const std::string& name : {std::string(table.name), fmt::format("{}{}", table.name, kCopySuffix)}) {
      if (schema.find(name) == nullptr) continue;
      tables.all.push_back(name);
      interrupted = interrupted || name.ends_with(kCopySuffix);
    }
  }
  const TableShape* const builds = schema.find(tables.builds.name);
  const bool has_pull_requests = builds != nullptr && builds->has("pull_request_number");
  tables.description =
      interrupted ? "a half-finished migration of layout 1" : (has_pull_requests ? "layout 1.1.0" : "layout 1.0.0");
  return tables;
}

std::vector<OldDefinition> read_old_definitions(const Database& database, const OldTables& tables) {
  std::vector<OldDefinition> definitions;
  if (tables.definitions.name.empty()) return definitions;
  const std::string_view name = tables.definitions_have_numbers ? "name" : "id";
  Statement rows = database.prepare(fmt::format("SELECT id, {}, type, unit, description FROM {} ORDER BY id", name,
                                                sql_name(tables.definitions.name)));
  while (rows.step()) {
    OldDefinition definition;
    definition.id = rows.text(0);
    definition.name = rows.text(1);
    definition.type = parse_metric_type(rows.text(2)) ? std::string(rows.text(2)) : "numeric";
    definition.unit = rows.optional_text(3);
    definition.description = rows.optional_text(4);
    if (tables.definitions_have_numbers && definition.unit)
      definition.unit = std::string(renamed_unit(*definition.unit));
    definitions.push_back(std::move(definition));
  }
  // Names that are keys already keep them, whatever comes before them in the table.
  std::set<std::string> taken;
  for (OldDefinition& definition : definitions) {
    const bool keeps_name = !tables.definitions_have_numbers || is_metric_key(definition.name);
    if (keeps_name && taken.insert(definition.name).second) definition.key = definition.name;
  }
  for (OldDefinition& definition : definitions) {
    if (!definition.key.empty()) continue;
    definition.key = make_metric_key(definition.name, taken);
    taken.insert(definition.key);
  }
  return definitions;
}

std::string make_metric_key(std::string_view text, const std::set<std::string>& taken) {
  std::string key = to_lower(text.substr(0, kMaxKeyBytes));
  for (char& c : key) {
    if (kKeyCharacters.find(c) == std::string_view::npos) c = '-';
  }
  if (key.empty()) key = "metric";
  std::string candidate = key;
  for (int number = 2; taken.contains(candidate); ++number) {
    const std::string suffix = fmt::format("-{}", number);
    candidate = key.substr(0, kMaxKeyBytes - suffix.size()) + suffix;
  }
  return candidate;
}

std::string_view renamed_unit(std::string_view unit) {
  const auto found =
      std::find_if(kUnitNames.begin(), kUnitNames.end(), [&](const UnitName& entry) { return entry.old_name == unit; });
  return found == kUnitNames.end() ? unit : found->name;
}

}  // namespace unentropy
