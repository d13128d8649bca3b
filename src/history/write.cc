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

// `unentropy_value_origin` says with this that another tool wrote the value; attempts count from 1.
constexpr std::int64_t kForeignAttempt = 0;

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
  if (recorded.build.run_attempt < 1) refuse("attempts count from 1");
  for (const RecordedMetric& metric : recorded.metrics) {
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

// A register that keeps the value of the latest time; at equal times the greater text.
struct Register {
  std::optional<std::string> text;
  std::optional<std::int64_t> at;

  bool offer(const std::string& new_text, std::int64_t new_at) {
    const std::int64_t old_at = at.value_or(std::numeric_limits<std::int64_t>::min());
    if (text && std::tie(old_at, *text) >= std::tie(new_at, new_text)) return false;
    text = new_text;
    at = new_at;
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

struct BuildWriter::StoredBuild {
  std::int64_t id = 0;
  std::string branch;
  std::int64_t run_number = 0;
  std::optional<std::string> event_name;
  MaybeOrigin origin;
};

// What stands, or is to stand, at (build, metric).
struct BuildWriter::Place {
  MetricValue value;
  MaybeOrigin origin;
};

BuildWriter::BuildWriter(const Database& database)
    : database_(database),
      find_build_(database.prepare("SELECT b.id, b.branch, b.run_number, b.event_name, o.attempt, o.measured_at, "
                                   "coalesce(r.name, '') FROM build_contexts b "
                                   "LEFT JOIN unentropy_build_origin o ON o.build_id = b.id "
                                   "LEFT JOIN unentropy_record r ON r.id = o.record_id "
                                   "WHERE b.commit_sha = ?1 AND b.run_id = ?2")),
      // OR ABORT: a constraint of the file may name another way to resolve conflicts, which could delete builds.
      insert_build_(database.prepare("INSERT OR ABORT INTO build_contexts "
                                     "(commit_sha, branch, run_id, run_number, event_name, timestamp) "
                                     "VALUES (?1, ?2, ?3, ?4, ?5, ?6)")),
      update_build_(database.prepare("UPDATE OR ABORT build_contexts SET branch = ?2, run_number = ?3, "
                                     "event_name = ?4, timestamp = ?5 WHERE id = ?1")),
      put_build_origin_(database.prepare("INSERT OR REPLACE INTO unentropy_build_origin "
                                         "(build_id, attempt, measured_at, record_id) VALUES (?1, ?2, ?3, ?4)")),
      find_values_(database.prepare("SELECT v.metric_id, v.value_numeric, v.value_label, o.attempt, o.measured_at, "
                                    "coalesce(r.name, '') FROM metric_values v LEFT JOIN unentropy_value_origin o "
                                    "ON o.build_id = v.build_id AND o.metric_id = v.metric_id "
                                    "LEFT JOIN unentropy_record r ON r.id = o.record_id WHERE v.build_id = ?1")),
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
      put_metric_origin_(database.prepare("INSERT OR REPLACE INTO unentropy_metric_origin "
                                          "(metric_id, type_at, unit_at, description_at) VALUES (?1, ?2, ?3, ?4)")),
      find_record_(database.prepare("SELECT id FROM unentropy_record WHERE name = ?1")),
      put_record_(database.prepare("INSERT OR IGNORE INTO unentropy_record (name, folded_at) VALUES (?1, ?2)")),
      find_tombstone_(database.prepare("SELECT 1 FROM unentropy_tombstone WHERE commit_sha = ?1 AND run_id = ?2")) {}

RecordReport BuildWriter::write(const RecordedBuild& recorded, const std::string& record) {
  require_valid(recorded);
  const BuildContext& build = recorded.build;
  const Origin origin{build.run_attempt, milliseconds(build.timestamp), record};
  RecordReport report;
  for (const RecordedMetric& metric : recorded.metrics) {
    write_definition(metric, origin.measured_at, report.warnings);
  }
  if (is_removed(build.commit_sha, build.run_id)) return report;

  const std::optional<StoredBuild> stored = find_build(build.commit_sha, build.run_id);
  if (!stored) {
    report.build_id = insert_build(build, origin);
    // Two values of one metric in one build follow the same rule as everywhere.
    merge_values({report.build_id, build.branch, build.run_number, build.event_name, origin}, recorded, origin,
                 report.warnings);
    return report;
  }
  report.build_id = stored->id;
  report.existed_before = true;
  merge_values(*stored, recorded, origin, report.warnings);
  const bool newer = stored->origin < origin ||
                     (stored->origin == origin && std::tie(stored->branch, stored->run_number, stored->event_name) <
                                                      std::tie(build.branch, build.run_number, build.event_name));
  if (newer) update_build(stored->id, build, origin);
  return report;
}

std::optional<BuildWriter::StoredBuild> BuildWriter::find_build(const std::string& commit_sha,
                                                                const std::string& run_id) {
  find_build_.bind(1, commit_sha).bind(2, run_id);
  if (!find_build_.step()) return std::nullopt;
  StoredBuild build;
  build.id = find_build_.integer(0);
  build.branch = find_build_.text(1);
  build.run_number = find_build_.integer(2);
  build.event_name = find_build_.optional_text(3);
  if (!find_build_.is_null(4)) {
    build.origin = Origin{find_build_.integer(4), find_build_.integer(5), std::string(find_build_.text(6))};
  }
  find_build_.reset();
  return build;
}

std::int64_t BuildWriter::insert_build(const BuildContext& build, const Origin& origin) {
  insert_build_.bind(1, build.commit_sha).bind(2, build.branch).bind(3, build.run_id).bind(4, build.run_number);
  insert_build_.bind(5, build.event_name).bind(6, format_instant(build.timestamp)).run();
  const std::int64_t id = database_.last_insert_id();
  put_build_origin_.bind(1, id);
  bind_origin(put_build_origin_, 2, origin);
  put_build_origin_.run();
  return id;
}

void BuildWriter::update_build(std::int64_t id, const BuildContext& build, const Origin& origin) {
  update_build_.bind(1, id).bind(2, build.branch).bind(3, build.run_number).bind(4, build.event_name);
  update_build_.bind(5, format_instant(build.timestamp)).run();
  put_build_origin_.bind(1, id);
  bind_origin(put_build_origin_, 2, origin);
  put_build_origin_.run();
}

// The values of a stored build, each with its own origin or else the build's.
std::map<std::string, BuildWriter::Place> BuildWriter::read_places(const StoredBuild& build) {
  std::map<std::string, Place> places;
  find_values_.bind(1, build.id);
  while (find_values_.step()) {
    Place place;
    if (find_values_.is_null(1)) {
      place.value = std::string(find_values_.text(2));
    } else {
      place.value = find_values_.real(1);
    }
    place.origin = build.origin;
    if (!find_values_.is_null(3)) {
      place.origin.reset();
      if (const std::int64_t attempt = find_values_.integer(3); attempt != kForeignAttempt) {
        place.origin = Origin{attempt, find_values_.integer(4), std::string(find_values_.text(5))};
      }
    }
    places.insert_or_assign(std::string(find_values_.text(0)), std::move(place));
  }
  return places;
}

void BuildWriter::merge_values(const StoredBuild& stored, const RecordedBuild& recorded, const Origin& origin,
                               std::vector<std::string>& warnings) {
  std::map<std::string, Place> places = read_places(stored);
  for (const RecordedMetric& metric : recorded.metrics) {
    const auto [place, is_new] = places.try_emplace(metric.key, Place{metric.value, origin});
    if (!is_new) {
      Place& old = place->second;
      if (old.origin && old.origin->attempt == origin.attempt && *old.origin != origin) {
        const Origin& later = std::max(*old.origin, origin);
        const Origin& earlier = std::min(*old.origin, origin);
        warnings.push_back(fmt::format(
            "metric `{}` was measured twice in attempt {} of run `{}`, {} and {}; the later "
            "value is kept",
            metric.key, origin.attempt, single_line(recorded.build.run_id), described(earlier), described(later)));
      }
      if (std::tie(old.origin, old.value) >= std::tuple(MaybeOrigin(origin), metric.value)) continue;
      old = {metric.value, origin};
    }
    put_value_.bind(1, metric.key).bind(2, stored.id);
    if (const double* number = std::get_if<double>(&metric.value)) {
      put_value_.bind(3, *number).bind_null(4);
    } else {
      put_value_.bind_null(3).bind(4, std::string_view(std::get<std::string>(metric.value)));
    }
    put_value_.run();
  }
  write_value_origins(stored.id, places, std::max(stored.origin, MaybeOrigin(origin)));
}

void BuildWriter::write_value_origins(std::int64_t build_id, const std::map<std::string, Place>& places,
                                      const MaybeOrigin& default_origin) {
  clear_value_origins_.bind(1, build_id).run();
  for (const auto& [metric, place] : places) {
    if (place.origin == default_origin) continue;
    put_value_origin_.bind(1, build_id).bind(2, metric);
    bind_origin(put_value_origin_, 3, place.origin.value_or(Origin{kForeignAttempt, 0, {}}));
    put_value_origin_.run();
  }
}

// Attempt, time and record of `origin` as three parameters.
void BuildWriter::bind_origin(Statement& statement, int first, const Origin& origin) {
  statement.bind(first, origin.attempt).bind(first + 1, origin.measured_at);
  std::optional<std::int64_t> record_id;
  if (!origin.record.empty()) {
    find_record_.bind(1, origin.record);
    if (find_record_.step()) record_id = find_record_.integer(0);
    find_record_.reset();
  }
  statement.bind(first + 2, record_id);
}

void BuildWriter::write_definition(const RecordedMetric& metric, std::int64_t measured_at,
                                   std::vector<std::string>& warnings) {
  Register type;
  Register unit;
  Register description;
  find_definition_.bind(1, metric.key);
  if (find_definition_.step()) {
    type = read_register(find_definition_, 0, 3);
    unit = read_register(find_definition_, 1, 4);
    description = read_register(find_definition_, 2, 5);
    find_definition_.reset();
  }
  const std::optional<std::string> old_type = type.text;
  bool changed = type.offer(std::string(to_string(metric.type)), measured_at);
  // What a run does not say never takes away what another has said.
  if (!metric.unit.empty()) changed = unit.offer(metric.unit, measured_at) || changed;
  if (!metric.description.empty()) changed = description.offer(metric.description, measured_at) || changed;
  if (!changed) return;
  if (old_type && *old_type != *type.text) {
    warnings.push_back("metric `" + metric.key + "` is of type `" + *type.text + "` now; the history had it as `" +
                       single_line(*old_type) + "`");
  }
  put_definition_.bind(1, metric.key).bind(2, type.text).bind(3, unit.text).bind(4, description.text).run();
  put_metric_origin_.bind(1, metric.key).bind(2, type.at).bind(3, unit.at).bind(4, description.at).run();
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
  const std::optional<StoredBuild> stored = find_build(tombstone.commit_sha, tombstone.run_id);
  if (!stored) return;
  clear_value_origins_.bind(1, stored->id).run();
  for (const char* sql :
       {"DELETE FROM metric_values WHERE build_id = ?1", "DELETE FROM unentropy_build_origin WHERE build_id = ?1",
        "DELETE FROM build_contexts WHERE id = ?1"}) {
    database_.prepare(sql).bind(1, stored->id).run();
  }
}

bool BuildWriter::is_removed(const std::string& commit_sha, const std::string& run_id) {
  find_tombstone_.bind(1, commit_sha).bind(2, run_id);
  const bool removed = find_tombstone_.step();
  find_tombstone_.reset();
  return removed;
}

bool BuildWriter::contains_record(const std::string& name) {
  find_record_.bind(1, name);
  const bool found = find_record_.step();
  find_record_.reset();
  return found;
}

void BuildWriter::add_record(const std::string& name, Instant folded_at) {
  put_record_.bind(1, name).bind(2, milliseconds(folded_at)).run();
}

}  // namespace unentropy
