#include "history/places.h"

#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace unentropy {
namespace {

std::string build_query(bool has_origins, std::string_view condition) {
  return fmt::format("SELECT b.id, b.commit_sha, b.branch, b.run_id, b.run_number, b.event_name, b.timestamp, {} {}",
                     has_origins ? "o.attempt, o.measured_at, coalesce(r.name, '') FROM build_contexts b "
                                   "LEFT JOIN unentropy_build_origin o ON o.build_id = b.id "
                                   "LEFT JOIN unentropy_record r ON r.id = o.record_id WHERE"
                                 : "NULL, NULL, NULL FROM build_contexts b WHERE",
                     condition);
}

std::string value_query(bool has_origins) {
  return fmt::format("SELECT v.metric_id, v.value_numeric, v.value_label, {} WHERE v.build_id = ?1",
                     has_origins ? "o.attempt, o.measured_at, coalesce(r.name, '') FROM metric_values v "
                                   "LEFT JOIN unentropy_value_origin o ON o.build_id = v.build_id AND o.metric_id = "
                                   "v.metric_id LEFT JOIN unentropy_record r ON r.id = o.record_id"
                                 : "NULL, NULL, NULL FROM metric_values v");
}

}  // namespace

MaybeOrigin origin_of(const RecordedBuild& recorded, const std::string& record) {
  const BuildContext& build = recorded.build;
  if (build.run_attempt == kForeignAttempt) return std::nullopt;
  return Origin{build.run_attempt, build.timestamp.time_since_epoch().count(), recorded.first_record.value_or(record)};
}

bool wins(const Place& offered, const Place& standing) {
  return std::tie(standing.origin, standing.value) < std::tie(offered.origin, offered.value);
}

PlaceReader::PlaceReader(const Database& database, bool has_origins)
    : by_name_(database.prepare(build_query(has_origins, "b.commit_sha = ?1 AND b.run_id = ?2"))),
      by_id_(database.prepare(build_query(has_origins, "b.id = ?1"))),
      values_(database.prepare(value_query(has_origins))) {
  if (!has_origins) return;
  removed_ = database.prepare("SELECT 1 FROM unentropy_tombstone WHERE commit_sha = ?1 AND run_id = ?2");
}

std::optional<StoredBuild> PlaceReader::find(const std::string& commit_sha, const std::string& run_id) {
  return read(by_name_.bind(1, commit_sha).bind(2, run_id));
}

std::optional<StoredBuild> PlaceReader::find(std::int64_t id) { return read(by_id_.bind(1, id)); }

std::optional<StoredBuild> PlaceReader::read(Statement& query) {
  if (!query.step()) return std::nullopt;
  StoredBuild build;
  build.id = query.integer(0);
  build.commit_sha = query.text(1);
  build.branch = query.text(2);
  build.run_id = query.text(3);
  build.run_number = query.integer(4);
  build.event_name = query.optional_text(5);
  build.timestamp = query.text(6);
  if (!query.is_null(7)) build.origin = Origin{query.integer(7), query.integer(8), std::string(query.text(9))};
  query.reset();
  return build;
}

Places PlaceReader::values_of(const StoredBuild& build) {
  Places places;
  values_.bind(1, build.id);
  while (values_.step()) {
    Place place;
    if (values_.is_null(1)) {
      place.value = std::string(values_.text(2));
    } else {
      place.value = values_.real(1);
    }
    place.origin = build.origin;
    if (!values_.is_null(3)) {
      place.origin.reset();
      if (const std::int64_t attempt = values_.integer(3); attempt != kForeignAttempt) {
        place.origin = Origin{attempt, values_.integer(4), std::string(values_.text(5))};
      }
    }
    places.insert_or_assign(std::string(values_.text(0)), std::move(place));
  }
  return places;
}

std::optional<StandingBuild> PlaceReader::standing(const std::string& commit_sha, const std::string& run_id) {
  const std::optional<StoredBuild> stored = find(commit_sha, run_id);
  if (!stored) return std::nullopt;
  StandingBuild result;
  result.build.commit_sha = stored->commit_sha;
  result.build.branch = stored->branch;
  result.build.run_id = stored->run_id;
  result.build.run_number = stored->run_number;
  result.build.run_attempt = kForeignAttempt;
  result.build.event_name = stored->event_name;
  const std::optional<Instant> at = parse_instant(stored->timestamp);
  result.has_time = at.has_value();
  result.build.timestamp = at.value_or(Instant{});
  result.values = values_of(*stored);
  return result;
}

bool PlaceReader::is_removed(const std::string& commit_sha, const std::string& run_id) {
  if (!removed_) return false;
  const bool removed = removed_->bind(1, commit_sha).bind(2, run_id).step();
  removed_->reset();
  return removed;
}

}  // namespace unentropy
