#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "history/read.h"
#include "history/rows.h"

namespace unentropy {
namespace {

// Looks up values of builds that are listed newest first.
class PreviousValues {
 public:
  PreviousValues(const Database& database, std::vector<BuildRow> newest_first)
      : database_(database),
        builds_(std::move(newest_first)),
        of_build_(database.prepare("SELECT metric_id, value_numeric, value_label FROM metric_values "
                                   "WHERE build_id = ?1")) {}

  std::map<std::string, PreviousValue> find() {
    std::vector<std::string> missing = metric_keys();
    // Nearly always the newest build has everything.
    constexpr std::size_t kLookedAt = 32;
    for (std::size_t i = 0; i < std::min(kLookedAt, builds_.size()) && !missing.empty(); ++i) {
      add_values_of(i);
      std::erase_if(missing, [&](const std::string& key) { return found_.contains(key); });
    }
    if (builds_.size() <= kLookedAt || missing.empty()) return std::move(found_);
    const BuildIndex index(builds_);
    Statement builds_with = database_.prepare("SELECT build_id FROM metric_values WHERE metric_id = ?1");
    for (const std::string& key : missing) {
      std::vector<std::size_t> positions;
      builds_with.bind(1, key);
      while (builds_with.step()) {
        if (const auto position = index.find(builds_with.integer(0))) positions.push_back(*position);
      }
      std::sort(positions.begin(), positions.end());
      for (std::size_t i = 0; i < positions.size() && !found_.contains(key); ++i) add_values_of(positions[i]);
    }
    return std::move(found_);
  }

 private:
  std::vector<std::string> metric_keys() const {
    std::vector<std::string> keys;
    Statement rows = database_.prepare("SELECT id FROM metric_definitions");
    while (rows.step()) keys.emplace_back(rows.text(0));
    return keys;
  }

  void add_values_of(std::size_t position) {
    of_build_.bind(1, builds_[position].id);
    while (of_build_.step()) {
      const std::string key(of_build_.text(0));
      if (const auto old = found_.find(key); old != found_.end() && found_at_[key] <= position) continue;
      MetricValue value;
      if (of_build_.is_number(1)) {
        if (!std::isfinite(of_build_.real(1))) continue;  // an infinity of an old file is no value
        value = of_build_.real(1);
      } else if (!of_build_.is_null(2)) {
        value = bounded_text(of_build_.text(2));
      } else {
        continue;
      }
      found_.insert_or_assign(key, PreviousValue{std::move(value), commit_of(position), builds_[position].timestamp});
      found_at_[key] = position;
    }
  }

  std::string commit_of(std::size_t position) {
    Statement commit = database_.prepare("SELECT commit_sha FROM build_contexts WHERE id = ?1");
    commit.bind(1, builds_[position].id);
    return commit.step() ? bounded_text(commit.text(0)) : std::string();
  }

  const Database& database_;
  std::vector<BuildRow> builds_;
  Statement of_build_;
  std::map<std::string, PreviousValue> found_;
  std::map<std::string, std::size_t> found_at_;
};

}  // namespace

std::map<std::string, PreviousValue> find_previous_values(const Database& database, const std::string& branch,
                                                          const std::string& commit_sha, const std::string& run_id,
                                                          Instant before) {
  std::vector<BuildRow> builds;
  Statement rows = database.prepare(
      "SELECT id, timestamp, run_number, event_name FROM build_contexts "
      "WHERE branch = ?1 AND NOT (commit_sha = ?2 AND run_id = ?3)");
  rows.bind(1, branch).bind(2, commit_sha).bind(3, run_id);
  while (rows.step()) {
    const std::optional<Instant> timestamp = parse_instant(rows.text(1));
    if (!timestamp || *timestamp >= before || !is_visible_event(rows.text(3))) continue;
    builds.push_back({rows.integer(0), *timestamp, rows.integer(2), 0});
  }
  std::sort(builds.begin(), builds.end(), [](const BuildRow& a, const BuildRow& b) { return is_older(b, a); });
  return PreviousValues(database, std::move(builds)).find();
}

}  // namespace unentropy
