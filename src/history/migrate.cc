#include "history/migrate.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/hash.h"
#include "base/text.h"
#include "history/layout.h"
#include "history/old_layout.h"

namespace unentropy {
namespace {

constexpr std::string_view kPlaceholder = "unknown";
constexpr std::string_view kPlaceholderTime = "1970-01-01T00:00:00.000Z";

struct RowCounts {
  std::int64_t definitions = 0;
  std::int64_t builds = 0;
  std::int64_t values = 0;
  bool operator==(const RowCounts&) const = default;
};

// `, "a", "b"`, each after `prefix`.
std::string listed(const std::vector<std::string>& columns, std::string_view prefix = {}) {
  std::string text;
  for (const std::string& column : columns) text += fmt::format(", {}{}", prefix, sql_name(column));
  return text;
}

// Everything about the values that must be the same before and after. Columns: id, metric, commit, run, number, label.
class ValueDigest {
 public:
  void add_number(std::int64_t number) {
    std::array<char, 8> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      bytes[i] = static_cast<char>(static_cast<std::uint64_t>(number) >> (8 * i));
    }
    hash_.update({bytes.data(), bytes.size()});
  }
  void add_text(std::string_view text) {
    add_number(static_cast<std::int64_t>(text.size()));
    hash_.update(text);
  }
  void add_value(const Statement& row, int column) {
    if (row.is_null(column)) return add_text("null");
    if (!row.is_number(column)) return add_text(row.text(column));
    add_number(std::bit_cast<std::int64_t>(row.real(column)));
  }
  Sha256Digest finish() { return hash_.finish(); }

 private:
  Sha256 hash_;
};

class Migration {
 public:
  Migration(const Database& database, const Schema& schema)
      : database_(database),
        tables_(find_old_tables(database, schema)),
        definitions_(read_old_definitions(database, tables_)) {}

  std::vector<std::string> run() {
    require_integrity("it is damaged");
    const RowCounts before{count(tables_.definitions.name), count(tables_.builds.name), count(tables_.values.name)};
    note_renamed_metrics();
    stage_keys();
    const Sha256Digest digest_before = digest_of_old_values();
    const std::map<std::string, std::int64_t> counters = read_counters();
    stage_rows();
    for (const std::string& table : tables_.all) execute("DROP TABLE {}", sql_name(table));
    complete_layout(database_);
    write_definitions();
    write_builds();
    write_values();
    restore_counters(counters);

    const RowCounts after{count("metric_definitions"), count("build_contexts"), count("metric_values")};
    const RowCounts expected{before.definitions + placeholder_definitions_, before.builds + placeholder_builds_,
                             before.values};
    if (after != expected) throw lossy("the numbers of rows differ");
    if (digest_of_new_values() != digest_before) throw lossy("the values differ");
    if (database_.prepare("PRAGMA foreign_key_check(metric_values)").step()) throw lossy("references are broken");
    require_integrity("upgrading it went wrong");
    for (const char* table : {"keys", "staged_definitions", "staged_builds", "staged_values"}) {
      execute("DROP TABLE IF EXISTS temp.{}", table);
    }
    notes_.insert(notes_.begin(), fmt::format("the history was {} and is layout {} now; {} builds and {} values kept",
                                              tables_.description, kLayoutVersion, before.builds, before.values));
    return std::move(notes_);
  }

 private:
  template <typename... Arguments>
  void execute(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    database_.execute(fmt::format(format, std::forward<Arguments>(arguments)...).c_str());
  }

  Error lossy(std::string_view cause) const {
    return database_.error(ErrorKind::corrupt,
                           fmt::format("upgrading {} would lose data: {}", tables_.description, cause),
                           "the file was left as it is; please report this, if possible with the file");
  }

  void require_integrity(std::string_view otherwise) const {
    const std::string problem = database_.query_text("PRAGMA integrity_check(1)");
    if (problem == "ok") return;
    throw database_.error(ErrorKind::corrupt, fmt::format("{}: {}", otherwise, single_line(problem)));
  }

  std::int64_t count(const std::string& table) const {
    return table.empty() ? 0 : database_.query_integer(fmt::format("SELECT count(*) FROM {}", sql_name(table)));
  }

  void note_renamed_metrics() {
    for (const OldDefinition& definition : definitions_) {
      if (definition.key == definition.name) continue;
      notes_.push_back(
          fmt::format("metric `{}` is called `{}` from now on, because its name does not fit today's rules",
                      single_line(definition.name), definition.key));
    }
  }

  // temp.keys: from what `metric_id` may hold, tagged, to the key. A metric that is missing gets a placeholder.
  void stage_keys() {
    database_.execute("CREATE TEMP TABLE keys (id TEXT PRIMARY KEY, key TEXT NOT NULL)");
    Statement insert = database_.prepare("INSERT INTO temp.keys (id, key) VALUES (?1, ?2)");
    std::set<std::string> taken;
    const auto add = [&](const std::string& tagged_id, const std::string& key) {
      insert.bind(1, tagged_id).bind(2, key).run();
      keys_.emplace(tagged_id, key);
      taken.insert(key);
    };
    for (const OldDefinition& definition : definitions_) {
      if (tables_.definitions_have_numbers) add("n" + definition.id, definition.key);
      add("t" + definition.name, definition.key);
    }
    if (tables_.values.name.empty()) return;
    for (const Missing& metric : find_missing_metrics()) {
      const std::string id = metric.tagged_id.substr(1);
      OldDefinition placeholder;
      placeholder.key = metric.tagged_id.starts_with('n') ? make_metric_key("unknown-metric-" + id, taken) : id;
      placeholder.type = metric.type;
      placeholder.description = "Stands in for a metric whose definition was missing";
      add(metric.tagged_id, placeholder.key);
      notes_.push_back(fmt::format("the definition of a metric was missing; its {} values are kept as `{}`",
                                   metric.values, single_line(placeholder.key)));
      definitions_.push_back(std::move(placeholder));
      ++placeholder_definitions_;
    }
  }

  struct Missing {
    std::string tagged_id;
    std::string type;
    std::int64_t values;
  };
  std::vector<Missing> find_missing_metrics() const {
    std::vector<Missing> missing;
    Statement orphans = database_.prepare(
        fmt::format("SELECT {}, CASE WHEN max(v.value_numeric) IS NULL THEN 'label' ELSE 'numeric' END, count(*) "
                    "FROM {} WHERE k.key IS NULL GROUP BY 1",
                    tagged(metric_id()), old_values()));
    while (orphans.step()) {
      missing.push_back({std::string(orphans.text(0)), std::string(orphans.text(1)), orphans.integer(2)});
    }
    return missing;
  }

  // A number and a name that looks like one are different metrics.
  static std::string tagged(std::string_view expression) {
    return fmt::format("CASE typeof({0}) WHEN 'integer' THEN 'n' ELSE 't' END || {0}", expression);
  }
  // What a value says of its metric; `v` is the value and `n` its row in a copy that another tool has made.
  std::string_view metric_id() const {
    return tables_.resolved_values.empty() ? "v.metric_id" : "coalesce(n.metric_id, v.metric_id)";
  }
  // The old values, each with `k.key`.
  std::string old_values() const {
    const std::string copy = tables_.resolved_values.empty()
                                 ? std::string()
                                 : fmt::format("LEFT JOIN {} n ON n.id = v.id ", sql_name(tables_.resolved_values));
    return fmt::format("{} v {}LEFT JOIN temp.keys k ON k.id = {}", sql_name(tables_.values.name), copy,
                       tagged(metric_id()));
  }

  // Straight from the old tables, without what is staged.
  Sha256Digest digest_of_old_values() const {
    ValueDigest digest;
    if (tables_.values.name.empty()) return digest.finish();
    const std::string copy = tables_.resolved_values.empty()
                                 ? std::string()
                                 : fmt::format("LEFT JOIN {} n ON n.id = v.id ", sql_name(tables_.resolved_values));
    const std::string builds = tables_.builds.name.empty()
                                   ? std::string("(SELECT NULL AS id, NULL AS commit_sha, NULL AS run_id)")
                                   : sql_name(tables_.builds.name);
    Statement rows = database_.prepare(
        fmt::format("SELECT v.id, {}, b.commit_sha, b.run_id, v.value_numeric, v.value_label, v.build_id FROM {} v {}"
                    "LEFT JOIN {} b ON b.id = v.build_id ORDER BY v.id",
                    tagged(metric_id()), sql_name(tables_.values.name), copy, builds));
    while (rows.step()) {
      const auto key = keys_.find(rows.text(1));
      if (key == keys_.end()) throw lossy("a value has no metric");
      const bool has_build = !rows.is_null(2);
      digest.add_number(rows.integer(0));
      digest.add_text(key->second);
      digest.add_text(has_build ? rows.text(2) : kPlaceholder);
      digest.add_text(has_build ? std::string(rows.text(3)) : fmt::format("{}:{}", kPlaceholder, rows.text(6)));
      digest.add_value(rows, 4);
      digest.add_value(rows, 5);
    }
    return digest.finish();
  }

  Sha256Digest digest_of_new_values() const {
    ValueDigest digest;
    Statement rows = database_.prepare(
        "SELECT v.id, v.metric_id, b.commit_sha, b.run_id, v.value_numeric, v.value_label FROM metric_values v "
        "JOIN build_contexts b ON b.id = v.build_id ORDER BY v.id");
    while (rows.step()) {
      digest.add_number(rows.integer(0));
      for (const int column : {1, 2, 3}) digest.add_text(rows.text(column));
      digest.add_value(rows, 4);
      digest.add_value(rows, 5);
    }
    return digest.finish();
  }

  // Highest id ever given out, by the layout's name of the table.
  std::map<std::string, std::int64_t> read_counters() const {
    std::map<std::string, std::int64_t> counters;
    if (database_.query_integer("SELECT count(*) FROM sqlite_master WHERE name = 'sqlite_sequence'") == 0)
      return counters;
    Statement rows = database_.prepare("SELECT lower(name), seq FROM sqlite_sequence");
    while (rows.step()) {
      std::string_view name = rows.text(0);
      if (name.ends_with(kCopySuffix)) name.remove_suffix(kCopySuffix.size());
      if (name != "build_contexts" && name != "metric_values") continue;
      std::int64_t& counter = counters[std::string(name)];
      counter = std::max(counter, rows.integer(1));
    }
    return counters;
  }

  void restore_counters(const std::map<std::string, std::int64_t>& counters) {
    for (const auto& [table, counter] : counters) {
      database_.prepare("UPDATE sqlite_sequence SET seq = max(seq, ?2) WHERE name = ?1")
          .bind(1, table)
          .bind(2, counter)
          .run();
      if (database_.changes() > 0) continue;
      database_.prepare("INSERT INTO sqlite_sequence (name, seq) VALUES (?1, ?2)")
          .bind(1, table)
          .bind(2, counter)
          .run();
    }
  }

  // Copies everything aside, so that the new tables can be made under their own names.
  void stage_rows() {
    if (!tables_.definitions.name.empty()) {
      execute("CREATE TEMP TABLE staged_definitions AS SELECT * FROM {}", sql_name(tables_.definitions.name));
    }
    if (!tables_.builds.name.empty()) {
      execute("CREATE TEMP TABLE staged_builds AS SELECT * FROM {}", sql_name(tables_.builds.name));
    }
    if (!tables_.values.name.empty()) {
      execute(
          "CREATE TEMP TABLE staged_values AS SELECT v.id, k.key AS key, v.build_id, v.value_numeric, v.value_label{} "
          "FROM {}",
          listed(tables_.values.extras, "v."), old_values());
    }
  }

  void write_definitions() {
    Statement insert =
        database_.prepare("INSERT INTO metric_definitions (id, type, unit, description) VALUES (?1, ?2, ?3, ?4)");
    for (const OldDefinition& definition : definitions_) {
      insert.bind(1, definition.key).bind(2, definition.type).bind(3, definition.unit).bind(4, definition.description);
      insert.run();
    }
    const std::vector<std::string>& extras = tables_.definitions.extras;
    if (!tables_.definitions_have_numbers && extras.empty()) return;
    execute("CREATE TABLE unentropy_old_metric_definitions (metric_id TEXT PRIMARY KEY, old_id, old_name, old_unit{})",
            listed(extras));
    execute(
        "INSERT INTO unentropy_old_metric_definitions SELECT k.key, d.id, d.{}, d.unit{} "
        "FROM temp.staged_definitions d JOIN temp.keys k ON k.id = {}",
        tables_.definitions_have_numbers ? "name" : "id", listed(extras, "d."), tagged("d.id"));
  }

  void write_builds() {
    if (!tables_.builds.name.empty()) {
      database_.execute(
          "INSERT INTO build_contexts (id, commit_sha, branch, run_id, run_number, event_name, timestamp) "
          "SELECT id, commit_sha, branch, run_id, run_number, event_name, timestamp FROM temp.staged_builds ORDER BY "
          "id");
      keep_extras("build_contexts", tables_.builds.extras, "temp.staged_builds");
    }
    if (tables_.values.name.empty()) return;
    execute(
        "INSERT INTO build_contexts (id, commit_sha, branch, run_id, run_number, event_name, timestamp) "
        "SELECT DISTINCT build_id, '{0}', '{0}', '{0}:' || build_id, 0, NULL, '{1}' FROM temp.staged_values "
        "WHERE build_id NOT IN (SELECT id FROM build_contexts)",
        kPlaceholder, kPlaceholderTime);
    placeholder_builds_ = database_.changes();
    if (placeholder_builds_ == 0) return;
    notes_.push_back(
        fmt::format("{} builds that have values were missing; placeholders of commit `{}` stand in for them",
                    placeholder_builds_, kPlaceholder));
  }

  void write_values() {
    if (tables_.values.name.empty()) return;
    database_.execute(
        "INSERT INTO metric_values (id, metric_id, build_id, value_numeric, value_label) "
        "SELECT id, key, build_id, value_numeric, value_label FROM temp.staged_values ORDER BY id");
    keep_extras("metric_values", tables_.values.extras, "temp.staged_values");
  }

  void keep_extras(std::string_view table, const std::vector<std::string>& extras, std::string_view staged) {
    if (extras.empty()) return;
    execute("CREATE TABLE unentropy_old_{} (id INTEGER PRIMARY KEY{})", table, listed(extras));
    execute("INSERT INTO unentropy_old_{} SELECT id{} FROM {}", table, listed(extras), staged);
  }

  const Database& database_;
  OldTables tables_;
  std::vector<OldDefinition> definitions_;
  std::map<std::string, std::string, std::less<>> keys_;  // as temp.keys
  std::vector<std::string> notes_;
  std::int64_t placeholder_definitions_ = 0;
  std::int64_t placeholder_builds_ = 0;
};

}  // namespace

std::vector<std::string> migrate_layout(const Database& database, const Schema& schema) {
  return Migration(database, schema).run();
}

}  // namespace unentropy
