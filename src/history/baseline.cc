#include "history/baseline.h"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <tuple>
#include <unordered_map>

#include "history/rows.h"
#include "history/sqlite.h"

namespace unentropy {
namespace {

// Every form of a time that we read begins with the date where its clock stands, and no clock is a day from UTC. So
// the texts of all instants from `oldest` on are beyond this one, and SQLite need not hand over the older rows.
std::string day_before(Instant oldest) { return format_instant(oldest - std::chrono::hours(24)).substr(0, 10); }

std::unordered_map<std::int64_t, std::size_t> positions_of(const std::vector<BaselineBuild>& builds) {
  std::unordered_map<std::int64_t, std::size_t> positions;
  positions.reserve(builds.size());
  for (std::size_t i = 0; i < builds.size(); ++i) positions.emplace(builds[i].id, i);
  return positions;
}

// Leaves out builds that hold nothing to compare with. Nearly every build has a value of the metric that the newest one
// has, and the index alone tells which; only the rest is looked at row by row.
void keep_with_number(const Database& database, std::vector<BaselineBuild>& builds) {
  if (builds.empty()) return;
  std::vector<bool> keep(builds.size(), false);
  Statement metric = database.prepare(
      "SELECT metric_id FROM metric_values JOIN metric_definitions ON metric_definitions.id = metric_id "
      "WHERE build_id = ?1 AND value_numeric IS NOT NULL AND type = 'numeric' LIMIT 1");
  metric.bind(1, builds.front().id);
  if (metric.step()) {
    const auto positions = positions_of(builds);
    Statement with = database.prepare("SELECT build_id FROM metric_values WHERE metric_id = ?1");
    with.bind(1, metric.text(0));
    while (with.step()) {
      const auto found = positions.find(with.integer(0));
      if (found != positions.end()) keep[found->second] = true;
    }
  }
  Statement any =
      database.prepare("SELECT 1 FROM metric_values WHERE build_id = ?1 AND value_numeric IS NOT NULL LIMIT 1");
  std::size_t kept = 0;
  for (std::size_t i = 0; i < builds.size(); ++i) {
    if (!keep[i]) {
      any.bind(1, builds[i].id);
      keep[i] = any.step();
      any.reset();
    }
    if (!keep[i]) continue;
    if (kept != i) builds[kept] = std::move(builds[i]);
    ++kept;
  }
  builds.resize(kept);
}

// One metric of the builds `after` and older, the newest value first.
std::optional<BaselineValue> newest_value(const Database& database, const std::vector<BaselineBuild>& builds,
                                          std::size_t after, const std::unordered_map<std::int64_t, std::size_t>& index,
                                          const std::string& key) {
  std::vector<std::size_t> positions;
  Statement builds_with = database.prepare("SELECT build_id FROM metric_values WHERE metric_id = ?1");
  builds_with.bind(1, key);
  while (builds_with.step()) {
    const auto found = index.find(builds_with.integer(0));
    if (found != index.end() && found->second > after) positions.push_back(found->second);
  }
  std::sort(positions.begin(), positions.end());
  Statement value = database.prepare("SELECT value_numeric FROM metric_values WHERE metric_id = ?1 AND build_id = ?2");
  for (const std::size_t position : positions) {
    value.bind(1, key).bind(2, builds[position].id);
    const bool found = value.step() && value.is_number(0) && std::isfinite(value.real(0));
    const double number = found ? value.real(0) : 0;
    value.reset();
    if (found) return BaselineValue{number, builds[position].commit_sha, builds[position].timestamp};
  }
  return std::nullopt;
}

}  // namespace

std::optional<BaselineChoice> nearest_ancestor(const std::vector<BaselineBuild>& builds,
                                               const std::vector<std::string>& lineage) {
  std::unordered_map<std::string_view, std::size_t> distances;
  for (std::size_t i = 0; i < lineage.size(); ++i) distances.emplace(lineage[i], i);
  std::optional<BaselineChoice> nearest;
  for (std::size_t i = 0; i < builds.size(); ++i) {
    const auto found = distances.find(builds[i].commit_sha);
    if (found == distances.end()) continue;
    const int distance = static_cast<int>(found->second);
    if (!nearest || distance < nearest->distance) nearest = BaselineChoice{i, distance};
  }
  return nearest;
}

BaselineBuilds find_baseline_builds(const Database& database, const BaselineQuery& query) {
  BaselineBuilds found;
  Statement rows = database.prepare(
      "SELECT id, commit_sha, timestamp, run_number, event_name FROM build_contexts "
      "WHERE branch = ?1 AND timestamp >= ?2");
  rows.bind(1, query.branch).bind(2, day_before(query.oldest));
  while (rows.step()) {
    if (!is_visible_event(rows.text(4))) continue;
    const std::optional<Instant> timestamp = parse_instant(rows.text(2));
    if (!timestamp) continue;
    found.branch_is_known = true;
    if (*timestamp < query.oldest || rows.text(1) == query.tested_commit) continue;
    found.builds.push_back({rows.integer(0), bounded_text(rows.text(1)), *timestamp, rows.integer(3)});
  }
  std::sort(found.builds.begin(), found.builds.end(), [](const BaselineBuild& a, const BaselineBuild& b) {
    return std::tie(b.timestamp, b.run_number, b.id) < std::tie(a.timestamp, a.run_number, a.id);
  });
  keep_with_number(database, found.builds);
  if (found.branch_is_known) return found;
  Statement any = database.prepare("SELECT event_name FROM build_contexts WHERE branch = ?1");
  any.bind(1, query.branch);
  while (!found.branch_is_known && any.step()) found.branch_is_known = is_visible_event(any.text(0));
  return found;
}

std::map<std::string, BaselineValue> read_baseline_values(const Database& database,
                                                          const std::vector<BaselineBuild>& builds, std::size_t chosen,
                                                          const std::vector<std::string>& metric_keys) {
  std::map<std::string, BaselineValue> values;
  const BaselineBuild& build = builds[chosen];
  Statement of_build = database.prepare("SELECT metric_id, value_numeric FROM metric_values WHERE build_id = ?1");
  of_build.bind(1, build.id);
  while (of_build.step()) {
    if (!of_build.is_number(1) || !std::isfinite(of_build.real(1))) continue;
    values[std::string(of_build.text(0))] = {of_build.real(1), build.commit_sha, build.timestamp};
  }
  std::unordered_map<std::int64_t, std::size_t> index;
  for (const std::string& key : metric_keys) {
    if (values.contains(key)) continue;
    if (index.empty()) index = positions_of(builds);
    if (auto older = newest_value(database, builds, chosen, index, key)) values[key] = std::move(*older);
  }
  return values;
}

}  // namespace unentropy
