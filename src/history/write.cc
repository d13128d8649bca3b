#include "history/write.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"

namespace unentropy {
namespace {

// A record that is named as an origin and whose content was not folded as such.
constexpr std::int64_t kNamedOnly = 0;

std::int64_t milliseconds(Instant instant) { return instant.time_since_epoch().count(); }

bool is_metric_key(std::string_view key) {
  return !key.empty() && key.size() <= 64 &&
         key.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string_view::npos;
}

// The file's own constraints are not run, so what they promise to other readers is kept here.
void require_valid(const RecordedBuild& recorded) {
  const auto refuse = [&](const std::string& cause) {
    throw Error(ErrorKind::internal,
                "recording the build of commit `" + single_line(recorded.build.commit_sha) + "`: " + cause,
                "please report this with the log");
  };
  if (recorded.build.commit_sha.empty() || recorded.build.run_id.empty()) refuse("it has no commit or no run id");
  if (recorded.build.run_attempt < kForeignAttempt) refuse("attempts count from 1");
  for (const RecordedMetric& metric : recorded.metrics) {
    // What another tool wrote is kept as it is.
    if (recorded.build.run_attempt == kForeignAttempt) continue;
    if (!is_metric_key(metric.key)) refuse("`" + single_line(metric.key) + "` is not a metric key");
    const bool is_number = std::holds_alternative<double>(metric.value);
    if (is_number && !std::isfinite(std::get<double>(metric.value))) refuse("`" + metric.key + "` is not finite");
    if (is_number != (metric.type == MetricType::numeric)) refuse("`" + metric.key + "` has a value of another type");
  }
}

std::string described(const Origin& origin) {
  const std::string time = format_instant(Instant(Milliseconds(origin.measured_at)));
  return origin.record.empty() ? "at " + time : "at " + time + " (record `" + single_line(origin.record) + "`)";
}

// A register that keeps the value of the latest time; at equal times the greater text. No time is before all times.
struct Register {
  std::optional<std::string> text;
  std::optional<std::int64_t> at;

  bool offer(const Register& other) {
    if (!other.text || (text && std::tie(at, text) >= std::tie(other.at, other.text))) return false;
    *this = other;
    return true;
  }
};

Register read_register(const Statement& statement, int text_column, int time_column) {
  Register result;
  result.text = statement.optional_text(text_column);
  if (!statement.is_null(time_column)) result.at = statement.integer(time_column);
  return result;
}

}  // namespace

BuildWriter::BuildWriter(const Database& database)
    : database_(database),
      places_(database, true),
      // OR ABORT: a constraint of the file may name another way to resolve conflicts, which could delete builds.
      insert_build_(database.prepare("INSERT OR ABORT INTO build_contexts "
                                     "(commit_sha, branch, run_id, run_number, event_name, timestamp) "
                                     "VALUES (?1, ?2, ?3, ?4, ?5, ?6)")),
      update_build_(database.prepare("UPDATE OR ABORT build_contexts SET branch = ?2, run_number = ?3, "
                                     "event_name = ?4, timestamp = ?5 WHERE id = ?1")),
      put_build_origin_(database.prepare("INSERT OR REPLACE INTO unentropy_build_origin "
                                         "(build_id, attempt, measured_at, record_id) VALUES (?1, ?2, ?3, ?4)")),
      put_value_(database.prepare("INSERT OR ABORT INTO metric_values "
                                  "(metric_id, build_id, value_numeric, value_label) VALUES (?1, ?2, ?3, ?4) "
                                  "ON CONFLICT (metric_id, build_id) DO UPDATE SET "
                                  "value_numeric = excluded.value_numeric, value_label = excluded.value_label")),
      clear_value_origins_(database.prepare("DELETE FROM unentropy_value_origin WHERE build_id = ?1")),
      put_value_origin_(
          database.prepare("INSERT INTO unentropy_value_origin (build_id, metric_id, attempt, measured_at, record_id) "
                           "VALUES (?1, ?2, ?3, ?4, ?5)")),
      find_definition_(database.prepare("SELECT d.type, d.unit, d.description, o.type_at, o.unit_at, o.description_at "
                                        "FROM metric_definitions d LEFT JOIN unentropy_metric_origin o "
                                        "ON o.metric_id = d.id WHERE d.id = ?1")),
      put_definition_(database.prepare("INSERT OR ABORT INTO metric_definitions (id, type, unit, description) "
                                       "VALUES (?1, ?2, ?3, ?4) ON CONFLICT (id) DO UPDATE SET "
                                       "type = excluded.type, unit = excluded.unit, "
                                       "description = excluded.description")),
      add_definition_(database.prepare("INSERT OR IGNORE INTO metric_definitions (id, type) VALUES (?1, ?2)")),
      put_metric_origin_(database.prepare("INSERT OR REPLACE INTO unentropy_metric_origin "
                                          "(metric_id, type_at, unit_at, description_at) VALUES (?1, ?2, ?3, ?4)")),
      find_record_(database.prepare("SELECT id FROM unentropy_record WHERE name = ?1")),
      contains_record_(database.prepare("SELECT 1 FROM unentropy_record WHERE name = ?1 AND folded_at <> ?2")),
      put_record_(database.prepare("INSERT INTO unentropy_record (name, folded_at) VALUES (?1, ?2) ON CONFLICT (name) "
                                   "DO UPDATE SET folded_at = excluded.folded_at WHERE folded_at = ?3")),
      name_record_(database.prepare("INSERT OR IGNORE INTO unentropy_record (name, folded_at) VALUES (?1, ?2)")) {}

void BuildWriter::write_definitions(const RecordedBuild& recorded, const MaybeOrigin& origin,
                                    std::vector<std::string>& warnings) {
  const std::optional<std::int64_t> at = origin ? std::optional(origin->measured_at) : std::nullopt;
  for (const RecordedMetric& metric : recorded.metrics) {
    Definition definition{metric.key, std::string(to_string(metric.type)), {}, {}, at, at, at};
    // What a run does not say never takes away what another has said.
    if (!metric.unit.empty()) definition.unit = metric.unit;
    if (!metric.description.empty()) definition.description = metric.description;
    write_definition(definition, warnings);
  }
}

void BuildWriter::add_missing_definitions(const RecordedBuild& recorded) {
  for (const RecordedMetric& metric : recorded.metrics) {
    add_definition_.bind(1, metric.key).bind(2, to_string(metric.type)).run();
  }
}

RecordReport BuildWriter::write(const RecordedBuild& recorded, const std::string& record, Definitions definitions) {
  require_valid(recorded);
  const BuildContext& build = recorded.build;
  const MaybeOrigin origin = origin_of(recorded, record);
  RecordReport report;
  if (definitions == Definitions::of_the_build) {
    write_definitions(recorded, origin, report.warnings);
  } else {
    add_missing_definitions(recorded);
  }
  if (is_removed(build.commit_sha, build.run_id)) return report;

  std::optional<StoredBuild> stored = places_.find(build.commit_sha, build.run_id);
  if (!stored) {
    report.build_id = insert_build(build, origin);
    stored = StoredBuild{report.build_id,  build.commit_sha, build.branch, build.run_id,
                         build.run_number, build.event_name, {},           origin};
    // Two values of one metric in one build follow the same rule as everywhere.
    merge_values(*stored, recorded, origin, report.warnings);
    return report;
  }
  report.build_id = stored->id;
  report.existed_before = true;
  merge_values(*stored, recorded, origin, report.warnings);
  const std::optional<Instant> offered_at = build.timestamp;
  const std::optional<Instant> stored_at = parse_instant(stored->timestamp);
  if (std::tie(stored->origin, stored_at, stored->branch, stored->run_number, stored->event_name) <
      std::tie(origin, offered_at, build.branch, build.run_number, build.event_name)) {
    update_build(stored->id, build, origin);
  }
  return report;
}

std::int64_t BuildWriter::insert_build(const BuildContext& build, const MaybeOrigin& origin) {
  insert_build_.bind(1, build.commit_sha).bind(2, build.branch).bind(3, build.run_id).bind(4, build.run_number);
  insert_build_.bind(5, build.event_name).bind(6, format_instant(build.timestamp)).run();
  const std::int64_t id = database_.last_insert_id();
  put_build_origin(id, origin);
  return id;
}

void BuildWriter::update_build(std::int64_t id, const BuildContext& build, const MaybeOrigin& origin) {
  update_build_.bind(1, id).bind(2, build.branch).bind(3, build.run_number).bind(4, build.event_name);
  update_build_.bind(5, format_instant(build.timestamp)).run();
  put_build_origin(id, origin);
}

void BuildWriter::put_build_origin(std::int64_t id, const MaybeOrigin& origin) {
  if (!origin) return;
  bind_origin(put_build_origin_, 2, *origin);
  put_build_origin_.bind(1, id).run();
}

void BuildWriter::merge_values(const StoredBuild& stored, const RecordedBuild& recorded, const MaybeOrigin& origin,
                               std::vector<std::string>& warnings) {
  Places places = places_.values_of(stored);
  const MaybeOrigin default_origin = std::max(stored.origin, origin);
  bool changed = default_origin != stored.origin;
  for (const RecordedMetric& metric : recorded.metrics) {
    const Place offered{metric.value, origin};
    const auto [place, is_new] = places.try_emplace(metric.key, offered);
    if (!is_new) {
      Place& old = place->second;
      if (old.origin && origin && old.origin->attempt == origin->attempt && *old.origin != *origin) {
        const Origin& later = std::max(*old.origin, *origin);
        const Origin& earlier = std::min(*old.origin, *origin);
        warnings.push_back(fmt::format(
            "metric `{}` was measured twice in attempt {} of run `{}`, {} and {}; the later "
            "value is kept",
            metric.key, origin->attempt, single_line(recorded.build.run_id), described(earlier), described(later)));
      }
      if (!wins(offered, old)) continue;
      old = offered;
    }
    changed = true;
    put_value_.bind(1, metric.key).bind(2, stored.id);
    if (const double* number = std::get_if<double>(&metric.value)) {
      put_value_.bind(3, *number).bind_null(4);
    } else {
      put_value_.bind_null(3).bind(4, std::string_view(std::get<std::string>(metric.value)));
    }
    put_value_.run();
  }
  if (changed) write_value_origins(stored.id, places, default_origin);
}

void BuildWriter::write_value_origins(std::int64_t build_id, const Places& places, const MaybeOrigin& default_origin) {
  clear_value_origins_.bind(1, build_id).run();
  for (const auto& [metric, place] : places) {
    if (place.origin == default_origin) continue;
    bind_origin(put_value_origin_, 3, place.origin.value_or(Origin{kForeignAttempt, 0, {}}));
    put_value_origin_.bind(1, build_id).bind(2, metric).run();
  }
}

// Attempt, time and record of `origin` as three parameters.
void BuildWriter::bind_origin(Statement& statement, int first, const Origin& origin) {
  std::optional<std::int64_t> record_id;
  if (!origin.record.empty()) {
    name_record_.bind(1, origin.record).bind(2, kNamedOnly).run();
    find_record_.bind(1, origin.record).step();
    record_id = find_record_.integer(0);
    find_record_.reset();
  }
  statement.bind(first, origin.attempt).bind(first + 1, origin.measured_at).bind(first + 2, record_id);
}

void BuildWriter::write_definition(const Definition& offered, std::vector<std::string>& warnings) {
  Register type;
  Register unit;
  Register description;
  find_definition_.bind(1, offered.key);
  if (find_definition_.step()) {
    type = read_register(find_definition_, 0, 3);
    unit = read_register(find_definition_, 1, 4);
    description = read_register(find_definition_, 2, 5);
    find_definition_.reset();
  }
  const std::optional<std::string> old_type = type.text;
  bool changed = type.offer({offered.type, offered.type_at});
  changed = unit.offer({offered.unit, offered.unit_at}) || changed;
  changed = description.offer({offered.description, offered.description_at}) || changed;
  if (!changed) return;
  if (old_type && *old_type != *type.text) {
    warnings.push_back("metric `" + offered.key + "` is of type `" + *type.text + "` now; the history had it as `" +
                       single_line(*old_type) + "`");
  }
  put_definition_.bind(1, offered.key).bind(2, type.text).bind(3, unit.text).bind(4, description.text).run();
  if (!type.at) return;
  put_metric_origin_.bind(1, offered.key).bind(2, type.at).bind(3, unit.at).bind(4, description.at).run();
}

void BuildWriter::remove(const Tombstone& tombstone) {
  // Of two removals the earlier counts, whichever comes first.
  database_
      .prepare(
          "INSERT INTO unentropy_tombstone (commit_sha, run_id, removed_at) VALUES (?1, ?2, ?3) "
          "ON CONFLICT DO UPDATE SET removed_at = min(removed_at, excluded.removed_at)")
      .bind(1, tombstone.commit_sha)
      .bind(2, tombstone.run_id)
      .bind(3, milliseconds(tombstone.removed_at))
      .run();
  const std::optional<StoredBuild> stored = places_.find(tombstone.commit_sha, tombstone.run_id);
  if (!stored) return;
  clear_value_origins_.bind(1, stored->id).run();
  for (const char* sql :
       {"DELETE FROM metric_values WHERE build_id = ?1", "DELETE FROM unentropy_build_origin WHERE build_id = ?1",
        "DELETE FROM build_contexts WHERE id = ?1"}) {
    database_.prepare(sql).bind(1, stored->id).run();
  }
}

bool BuildWriter::contains_record(const std::string& name) {
  contains_record_.bind(1, name).bind(2, kNamedOnly);
  const bool found = contains_record_.step();
  contains_record_.reset();
  return found;
}

void BuildWriter::add_record(const std::string& name, Instant folded_at) {
  put_record_.bind(1, name).bind(2, milliseconds(folded_at)).bind(3, kNamedOnly).run();
}

}  // namespace unentropy
