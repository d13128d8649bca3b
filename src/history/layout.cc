#include "history/layout.h"

#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "base/text.h"

namespace unentropy {

const std::vector<TableDefinition>& layout_tables() {
  static const std::vector<TableDefinition> tables{
      {"schema_version",
       {"version", "applied_at", "description"},
       R"(CREATE TABLE schema_version (
  version TEXT PRIMARY KEY,
  applied_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
  description TEXT
))"},
      {"metric_definitions",
       {"id", "type", "unit", "description"},
       R"(CREATE TABLE metric_definitions (
  id TEXT PRIMARY KEY CHECK (id GLOB '[a-z0-9-]*'),
  type TEXT NOT NULL CHECK (type IN ('numeric', 'label')),
  unit TEXT,
  description TEXT
))"},
      {"build_contexts",
       {"id", "commit_sha", "branch", "run_id", "run_number", "event_name", "timestamp"},
       R"(CREATE TABLE build_contexts (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  commit_sha TEXT NOT NULL,
  branch TEXT NOT NULL,
  run_id TEXT NOT NULL,
  run_number INTEGER NOT NULL,
  event_name TEXT,
  timestamp DATETIME NOT NULL,
  UNIQUE (commit_sha, run_id)
))"},
      {"metric_values",
       {"id", "metric_id", "build_id", "value_numeric", "value_label"},
       R"(CREATE TABLE metric_values (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  metric_id TEXT NOT NULL REFERENCES metric_definitions (id),
  build_id INTEGER NOT NULL REFERENCES build_contexts (id),
  value_numeric REAL,
  value_label TEXT,
  UNIQUE (metric_id, build_id),
  CHECK ((value_numeric IS NULL) <> (value_label IS NULL))
))"},
  };
  return tables;
}

const std::vector<IndexDefinition>& layout_indexes() {
  static const std::vector<IndexDefinition> indexes{
      {"idx_build_timestamp", "build_contexts", "CREATE INDEX idx_build_timestamp ON build_contexts (timestamp)"},
      {"idx_build_branch", "build_contexts", "CREATE INDEX idx_build_branch ON build_contexts (branch)"},
      {"idx_build_commit", "build_contexts", "CREATE INDEX idx_build_commit ON build_contexts (commit_sha)"},
      {"idx_build_event_timestamp", "build_contexts",
       "CREATE INDEX idx_build_event_timestamp ON build_contexts (event_name, timestamp)"},
      {"idx_metric_value_build", "metric_values", "CREATE INDEX idx_metric_value_build ON metric_values (build_id)"},
  };
  return indexes;
}

// Times are milliseconds since 1970 in UTC. An absent row means: written by another tool, older than anything of ours.
const std::vector<TableDefinition>& own_tables() {
  static const std::vector<TableDefinition> tables{
      {"unentropy_record",
       {"id", "name", "folded_at"},
       R"(CREATE TABLE unentropy_record (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  folded_at INTEGER NOT NULL
))"},
      {"unentropy_build_origin",
       {"build_id", "attempt", "measured_at", "record_id"},
       R"(CREATE TABLE unentropy_build_origin (
  build_id INTEGER PRIMARY KEY,
  attempt INTEGER NOT NULL,
  measured_at INTEGER NOT NULL,
  record_id INTEGER
))"},
      {"unentropy_value_origin",
       {"build_id", "metric_id", "attempt", "measured_at", "record_id"},
       R"(CREATE TABLE unentropy_value_origin (
  build_id INTEGER NOT NULL,
  metric_id TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  measured_at INTEGER NOT NULL,
  record_id INTEGER,
  PRIMARY KEY (build_id, metric_id)
) WITHOUT ROWID)"},
      {"unentropy_metric_origin",
       {"metric_id", "type_at", "unit_at", "description_at"},
       R"(CREATE TABLE unentropy_metric_origin (
  metric_id TEXT PRIMARY KEY,
  type_at INTEGER NOT NULL,
  unit_at INTEGER,
  description_at INTEGER
) WITHOUT ROWID)"},
      {"unentropy_tombstone",
       {"commit_sha", "run_id", "removed_at"},
       R"(CREATE TABLE unentropy_tombstone (
  commit_sha TEXT NOT NULL,
  run_id TEXT NOT NULL,
  removed_at INTEGER NOT NULL,
  PRIMARY KEY (commit_sha, run_id)
) WITHOUT ROWID)"},
      {kStoreTable,
       {"place", "conditions", "probed_at"},
       R"(CREATE TABLE unentropy_store (
  place TEXT PRIMARY KEY,
  conditions TEXT NOT NULL,
  probed_at INTEGER NOT NULL
) WITHOUT ROWID)"},
  };
  return tables;
}

namespace {

// What upserts name as their conflict target must be unique, by whatever constraint or index.
struct ConflictTarget {
  std::string_view table;
  std::vector<std::string_view> columns;
  std::string_view sql;
};

const std::vector<ConflictTarget>& conflict_targets() {
  static const std::vector<ConflictTarget> targets{
      {"build_contexts",
       {"commit_sha", "run_id"},
       "CREATE UNIQUE INDEX unentropy_unique_build ON build_contexts (commit_sha, run_id)"},
      {"metric_values",
       {"metric_id", "build_id"},
       "CREATE UNIQUE INDEX unentropy_unique_value ON metric_values (metric_id, build_id)"},
  };
  return targets;
}

bool is_unique(const Database& database, const ConflictTarget& target) {
  Statement indexes = database.prepare(fmt::format("PRAGMA index_list({})", target.table));
  while (indexes.step()) {
    if (indexes.integer(2) == 0) continue;
    std::vector<std::string> columns;
    Statement info = database.prepare("PRAGMA index_info(" + sql_name(indexes.text(1)) + ")");
    while (info.step()) columns.push_back(to_lower(info.text(2)));
    if (std::is_permutation(columns.begin(), columns.end(), target.columns.begin(), target.columns.end())) return true;
  }
  return false;
}

}  // namespace

void complete_layout(const Database& database) {
  // IF NOT EXISTS would also be content with a view of that name; the schema was looked at before.
  Statement exists = database.prepare("SELECT count(*) FROM sqlite_master WHERE lower(name) = ?");
  const auto create = [&](std::string_view name, std::string_view sql) {
    exists.bind(1, name).step();
    const bool missing = exists.integer(0) == 0;
    exists.reset();
    if (missing) database.execute(std::string(sql).c_str());
  };
  for (const TableDefinition& table : layout_tables()) create(table.name, table.sql);
  for (const IndexDefinition& index : layout_indexes()) create(index.name, index.sql);
  for (const TableDefinition& table : own_tables()) create(table.name, table.sql);
  for (const ConflictTarget& target : conflict_targets()) {
    if (!is_unique(database, target)) database.execute(std::string(target.sql).c_str());
  }
  Statement version = database.prepare(
      "INSERT OR IGNORE INTO schema_version (version, applied_at, description) "
      "VALUES (?1, strftime('%Y-%m-%d %H:%M:%S', 'now'), 'layout 2.0.0')");
  version.bind(1, kLayoutVersion).run();
}

}  // namespace unentropy
