#include "history/schema.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/text.h"
#include "history/layout.h"

namespace unentropy {
namespace {

constexpr std::size_t kMaxObjects = 2000;
constexpr std::string_view kForeignHint = "check that the path or key is the right one; nothing was written to it";
constexpr std::string_view kTamperedHint =
    "nothing of it was executed; somebody else has changed the file, restore an older copy of it";
bool is_layout_table(std::string_view name) {
  const auto& tables = layout_tables();
  return std::any_of(tables.begin(), tables.end(), [&](const TableDefinition& table) { return table.name == name; });
}

bool matters(std::string_view name) {
  if (name.starts_with(kOwnPrefix)) return true;
  if (name.ends_with(kCopySuffix)) name.remove_suffix(kCopySuffix.size());
  return is_layout_table(name);
}

Error tampered(const Database& database, const std::string& cause) {
  return database.error(ErrorKind::corrupt, cause, kTamperedHint);
}

TableShape read_columns(const Database& database, const std::string& name) {
  TableShape table;
  Statement rows = database.prepare("PRAGMA table_xinfo(" + sql_name(name) + ")");
  while (rows.step()) {
    if (rows.integer(6) != 0) {
      throw tampered(database, fmt::format("column `{}` of table `{}` is computed", single_line(rows.text(1)), name));
    }
    table.columns.push_back({to_lower(rows.text(1)), to_lower(rows.text(2)), rows.integer(5) != 0});
  }
  return table;
}

void require_plain_indexes(const Database& database, const std::string& table) {
  std::vector<std::string> names;
  Statement list = database.prepare("PRAGMA index_list(" + sql_name(table) + ")");
  while (list.step()) {
    names.emplace_back(list.text(1));
    if (list.integer(4) != 0) {
      throw tampered(database,
                     fmt::format("index `{}` on table `{}` has a condition", single_line(names.back()), table));
    }
  }
  for (const std::string& name : names) {
    Statement columns = database.prepare("PRAGMA index_info(" + sql_name(name) + ")");
    while (columns.step()) {
      if (columns.integer(1) < -1) {
        throw tampered(database, fmt::format("index `{}` on table `{}` computes", single_line(name), table));
      }
    }
  }
}

struct SchemaObjects {
  Schema schema;
  std::optional<std::string> stranger;  // a table that is none of ours
};

// Looks at every object, and closely at those that matter.
SchemaObjects read_objects(const Database& database) {
  SchemaObjects objects;
  std::size_t count = 0;
  Statement rows = database.prepare("SELECT type, name, tbl_name, sql FROM sqlite_master");
  while (rows.step()) {
    if (++count > kMaxObjects) {
      throw tampered(database, fmt::format("it has more than {} tables and indexes", kMaxObjects));
    }
    const std::string type(rows.text(0));
    const std::string name = to_lower(rows.text(1));
    const std::string owner = to_lower(rows.text(2));
    if (type == "trigger" && matters(owner)) {
      throw tampered(database,
                     fmt::format("it has a trigger `{}` on table `{}`", single_line(name), single_line(owner)));
    }
    if (!matters(name)) {
      if (type == "table" && !name.starts_with("sqlite_")) objects.stranger = single_line(name);
      continue;
    }
    if (type == "view") throw tampered(database, fmt::format("`{}` is a view instead of a table", single_line(name)));
    if (type != "table") continue;
    if (to_lower(rows.text(3)).starts_with("create virtual")) {
      throw tampered(database, fmt::format("`{}` is a virtual table", single_line(name)));
    }
    objects.schema.tables.emplace(name, TableShape{});
  }
  for (auto& [name, table] : objects.schema.tables) {
    table = read_columns(database, name);
    require_plain_indexes(database, name);
  }
  return objects;
}

void require_columns(const Database& database, const Schema& schema, const TableDefinition& definition) {
  const TableShape* const table = schema.find(definition.name);
  if (table == nullptr) return;
  for (const std::string_view column : definition.columns) {
    if (table->has(column)) continue;
    throw database.error(
        ErrorKind::corrupt,
        fmt::format("table `{}` has no column `{}`, so it is not a metrics history", definition.name, column),
        kForeignHint);
  }
  if (const ColumnShape* const id = table->find("id")) {
    // Only this very word makes a column an alias of the row's number.
    const bool is_row_number = id->declared_type == "integer";
    const bool fits = definition.name == "metric_definitions" ? !table->is_integer("id") : is_row_number;
    if (!id->is_primary_key || !fits) {
      throw database.error(
          ErrorKind::corrupt,
          fmt::format("column `id` of table `{}` is not what it is in a metrics history", definition.name),
          kForeignHint);
    }
  }
}

// `major.minor.patch` number by number; nothing for another text.
std::optional<std::vector<std::int64_t>> parse_version(std::string_view text) {
  std::vector<std::int64_t> numbers;
  for (const std::string_view part : split(text, '.')) {
    const std::optional<long long> number = parse_integer(part);
    if (!number || *number < 0) return std::nullopt;
    numbers.push_back(*number);
  }
  return numbers;
}

void refuse_newer(const Database& database, const Schema& schema) {
  const TableShape* const table = schema.find("schema_version");
  if (table == nullptr || !table->has("version")) return;
  std::vector<std::int64_t> newest;
  Statement rows = database.prepare("SELECT version FROM schema_version LIMIT 1000");
  while (rows.step()) {
    if (auto version = parse_version(rows.text(0)); version && *version > newest) newest = std::move(*version);
  }
  if (newest.empty() || newest.front() <= kLayoutMajor) return;
  throw database.error(ErrorKind::usage,
                       fmt::format("it has layout {}, newer than layout {}, the newest this program knows",
                                   fmt::join(newest, "."), kLayoutVersion),
                       "nothing was changed; use a newer version of unentropy");
}

bool is_old(const Schema& schema) {
  const TableShape* const definitions = schema.find("metric_definitions");
  const TableShape* const values = schema.find("metric_values");
  if (definitions != nullptr && definitions->is_integer("id") && definitions->has("name")) return true;
  if (values != nullptr && values->is_integer("metric_id")) return true;
  const auto& tables = layout_tables();
  return std::any_of(tables.begin(), tables.end(), [&](const TableDefinition& table) {
    return schema.find(table.name) == nullptr && schema.find(fmt::format("{}{}", table.name, kCopySuffix)) != nullptr;
  });
}

}  // namespace

const ColumnShape* TableShape::find(std::string_view column) const {
  const auto found =
      std::find_if(columns.begin(), columns.end(), [&](const ColumnShape& shape) { return shape.name == column; });
  return found == columns.end() ? nullptr : &*found;
}

bool TableShape::is_integer(std::string_view column) const {
  const ColumnShape* const found = find(column);
  return found != nullptr && found->declared_type.find("int") != std::string::npos;
}

const TableShape* Schema::find(std::string_view table) const {
  const auto found = tables.find(table);
  return found == tables.end() ? nullptr : &found->second;
}

Schema inspect_schema(const Database& database) {
  SchemaObjects objects = read_objects(database);
  Schema& schema = objects.schema;
  const bool has_layout_tables = std::any_of(schema.tables.begin(), schema.tables.end(),
                                             [](const auto& table) { return !table.first.starts_with(kOwnPrefix); });
  if (!has_layout_tables && objects.stranger) {
    throw database.error(
        ErrorKind::corrupt,
        fmt::format("it is not a metrics history; it has a table `{}` and none of ours", *objects.stranger),
        kForeignHint);
  }
  refuse_newer(database, schema);
  for (const TableDefinition& table : own_tables()) require_columns(database, schema, table);
  if (is_old(schema)) {
    schema.state = LayoutState::old;
    return std::move(schema);
  }
  schema.state = LayoutState::current;
  for (const TableDefinition& table : layout_tables()) {
    require_columns(database, schema, table);
    if (schema.find(table.name) == nullptr) schema.state = LayoutState::incomplete;
  }
  return std::move(schema);
}

}  // namespace unentropy
