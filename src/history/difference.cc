#include "history/difference.h"

#include <utility>
#include <variant>

#include <fmt/format.h>

#include "base/clock.h"

namespace unentropy {
namespace {

constexpr std::int64_t kBuildsPerShare = 256;

RecordedBuild described(const StoredBuild& build, const MaybeOrigin& origin, Instant stored_at) {
  RecordedBuild recorded;
  recorded.build.commit_sha = build.commit_sha;
  recorded.build.branch = build.branch;
  recorded.build.run_id = build.run_id;
  recorded.build.run_number = build.run_number;
  recorded.build.event_name = build.event_name;
  recorded.build.run_attempt = origin ? origin->attempt : kForeignAttempt;
  recorded.build.timestamp = origin ? Instant(Milliseconds(origin->measured_at)) : stored_at;
  recorded.first_record = origin ? origin->record : std::string();
  return recorded;
}

}  // namespace

Difference::Difference(const Source& theirs, const Source& mine)
    : theirs_(theirs),
      mine_(mine),
      their_places_(theirs.database, theirs.has_origins),
      my_places_(mine.database, mine.has_origins) {
  Statement rows = theirs.database.prepare("SELECT id, unit, description FROM metric_definitions");
  while (rows.step()) {
    definitions_.insert_or_assign(std::string(rows.text(0)),
                                  Definition{std::string(rows.text(1)), std::string(rows.text(2))});
  }
}

RecordedMetric Difference::metric(const std::string& key, const MetricValue& value) const {
  RecordedMetric metric;
  metric.key = key;
  metric.type = std::holds_alternative<double>(value) ? MetricType::numeric : MetricType::label;
  metric.value = value;
  if (const auto found = definitions_.find(key); found != definitions_.end()) {
    metric.unit = found->second.unit;
    metric.description = found->second.description;
  }
  return metric;
}

std::vector<RecordedBuild> Difference::of_build(std::int64_t id) {
  // What has to be done to one of the two files is in proportion to the other, too.
  if (++visited_ % kBuildsPerShare == 0) {
    theirs_.database.grant_work();
    mine_.database.grant_work();
  }
  const std::optional<StoredBuild> theirs = their_places_.find(id);
  if (!theirs || my_places_.is_removed(theirs->commit_sha, theirs->run_id)) return {};
  const std::optional<Instant> stored_at = parse_instant(theirs->timestamp);
  if (!stored_at) {
    ++unreadable_times_;
    return {};
  }
  const std::optional<StoredBuild> mine = my_places_.find(theirs->commit_sha, theirs->run_id);
  const Places mine_values = mine ? my_places_.values_of(*mine) : Places{};
  std::map<MaybeOrigin, RecordedBuild> by_origin;
  const auto entry = [&](const MaybeOrigin& origin) -> RecordedBuild& {
    return by_origin.try_emplace(origin, described(*theirs, origin, *stored_at)).first->second;
  };
  // The fields of the build itself.
  if (!mine || std::pair(mine->origin, parse_instant(mine->timestamp)) < std::pair(theirs->origin, stored_at)) {
    entry(theirs->origin);
  }
  for (const auto& [key, place] : their_places_.values_of(*theirs)) {
    const auto standing = mine_values.find(key);
    if (standing != mine_values.end()) {
      if (!place.origin && !standing->second.origin && place.value != standing->second.value) ++contradictions_;
      if (!wins(place, standing->second)) continue;
    }
    entry(place.origin).metrics.push_back(metric(key, place.value));
  }
  std::vector<RecordedBuild> builds;
  for (auto& [origin, recorded] : by_origin) builds.push_back(std::move(recorded));
  return builds;
}

std::vector<Tombstone> Difference::tombstones() {
  if (!theirs_.has_origins) return {};
  std::vector<Tombstone> missing;
  Statement rows =
      theirs_.database.prepare("SELECT commit_sha, run_id, removed_at FROM unentropy_tombstone ORDER BY 1, 2");
  while (rows.step()) {
    Tombstone tombstone{std::string(rows.text(0)), std::string(rows.text(1)), Instant(Milliseconds(rows.integer(2)))};
    if (!my_places_.is_removed(tombstone.commit_sha, tombstone.run_id)) missing.push_back(std::move(tombstone));
  }
  return missing;
}

std::vector<std::string> Difference::warnings() const {
  std::vector<std::string> lines;
  if (unreadable_times_ > 0) {
    lines.push_back(fmt::format("{} builds have no readable time and were left out", unreadable_times_));
  }
  if (contradictions_ > 0) {
    lines.push_back(
        fmt::format("{} values differ from those that stand for the same build and metric, and nothing says "
                    "which is newer; the greater of each two is kept",
                    contradictions_));
  }
  return lines;
}

std::vector<std::int64_t> build_ids(const Database& database) {
  std::vector<std::int64_t> ids;
  Statement rows = database.prepare("SELECT id FROM build_contexts ORDER BY id");
  while (rows.step()) ids.push_back(rows.integer(0));
  return ids;
}

}  // namespace unentropy
