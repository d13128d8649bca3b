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
// Left behind by an interrupted migration of another tool.
constexpr std::string_view kCopySuffix = "_new";

struct Column {
  std::string name;           // lower case
  std::string declared_type;  // upper case
};

struct Table {
  std::vector<Column> columns;
  bool has(std::string_view name) const { return find(name) != nullptr; }
  const Column* find(std::string_view name) const {
    const auto found = std::find_if(columns.begin(), columns.end(), [&](const Column& c) { return c.name == name; });
    return found == columns.end() ? nullptr : &*found;
  }
  bool is_integer(std::string_view name) const {
    const Column* column = find(name);
    return column != nullptr && column->declared_type.find("INT") != std::string::npos;
  }
};

// The tables that matter to us, by name in lower case.
using Tables = std::map<std::string, Table, std::less<>>;

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

std::string sql_name(std::string_view name) { return "\"" + replace_all(name, "\"", "\"\"") + "\""; }

Table read_columns(const Database& database, const std::string& name) {
  Table table;
  Statement rows = database.prepare("PRAGMA table_xinfo(" + sql_name(name) + ")");
  while (rows.step()) {
    if (rows.integer(6) != 0) {
      throw tampered(database, fmt::format("column `{}` of table `{}` is computed", single_line(rows.text(1)), name));
    }
    std::string type = to_lower(rows.text(2));
    std::transform(type.begin(), type.end(), type.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
    table.columns.push_back({to_lower(rows.text(1)), std::move(type)});
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
  Tables tables;
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
    objects.tables.emplace(name, Table{});
  }
  for (auto& [name, table] : objects.tables) {
    table = read_columns(database, name);
    require_plain_indexes(database, name);
  }
  return objects;
}

void require_columns(const Database& database, const Tables& tables, const TableDefinition& definition) {
  const auto found = tables.find(definition.name);
  if (found == tables.end()) return;
  for (const std::string_view column : definition.columns) {
    if (found->second.has(column)) continue;
    throw database.error(
        ErrorKind::corrupt,
        fmt::format("table `{}` has no column `{}`, so it is not a metrics history", definition.name, column),
        kForeignHint);
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

void refuse_newer(const Database& database, const Tables& tables) {
  const auto table = tables.find("schema_version");
  if (table == tables.end() || !table->second.has("version")) return;
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

bool is_old(const Tables& tables) {
  const auto table = [&](std::string_view name) {
    const auto found = tables.find(name);
    return found == tables.end() ? nullptr : &found->second;
  };
  const Table* definitions = table("metric_definitions");
  const Table* values = table("metric_values");
  if (definitions != nullptr && definitions->is_integer("id") && definitions->has("name")) return true;
  if (values != nullptr && values->is_integer("metric_id")) return true;
  const std::array<std::string_view, 3> copied{"metric_definitions", "build_contexts", "metric_values"};
  return std::any_of(copied.begin(), copied.end(), [&](std::string_view name) {
    return table(name) == nullptr && table(std::string(name) + std::string(kCopySuffix)) != nullptr;
  });
}

}  // namespace

LayoutState inspect_schema(const Database& database) {
  const SchemaObjects objects = read_objects(database);
  const Tables& tables = objects.tables;
  const bool has_ours =
      std::any_of(tables.begin(), tables.end(), [](const auto& table) { return !table.first.starts_with(kOwnPrefix); });
  if (!has_ours && objects.stranger) {
    throw database.error(
        ErrorKind::corrupt,
        fmt::format("it is not a metrics history; it has a table `{}` and none of ours", *objects.stranger),
        kForeignHint);
  }
  refuse_newer(database, tables);
  for (const TableDefinition& table : own_tables()) require_columns(database, tables, table);
  if (is_old(tables)) return LayoutState::old;
  bool complete = true;
  for (const TableDefinition& table : layout_tables()) {
    require_columns(database, tables, table);
    complete = complete && tables.contains(table.name);
  }
  return complete ? LayoutState::current : LayoutState::incomplete;
}

}  // namespace unentropy
