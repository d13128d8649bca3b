// Adding builds: the one path by which anything gets into the history.
//
// Idempotent, commutative and associative: whatever the order in which the same builds are written, the history holds
// the same builds, definitions and values. What decides is kept beside what it decided, in tables of ours.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "history/history.h"
#include "history/sqlite.h"
#include "model/run_record.h"

namespace unentropy {

// Where a value comes from. Of two values for one place the one with the higher origin stays.
struct Origin {
  std::int64_t attempt = 1;
  std::int64_t measured_at = 0;  // milliseconds since 1970
  std::string record;            // empty: recorded without a run record
  auto operator<=>(const Origin& other) const {
    return std::tie(attempt, measured_at, record) <=> std::tie(other.attempt, other.measured_at, other.record);
  }
  bool operator==(const Origin&) const = default;
};

// Nothing: written by another tool. Orders below every origin.
using MaybeOrigin = std::optional<Origin>;

// Writes inside the caller's transaction.
class BuildWriter {
 public:
  explicit BuildWriter(const Database& database);

  // `record` is the name of the run record that the build comes from, or empty. A build that was removed is not
  // written; only its definitions are.
  RecordReport write(const RecordedBuild& recorded, const std::string& record);

  // Removes the build, if it is there, for ever.
  void remove(const Tombstone& tombstone);
  bool is_removed(const std::string& commit_sha, const std::string& run_id);

  bool contains_record(const std::string& name);
  void add_record(const std::string& name, Instant folded_at);

 private:
  struct StoredBuild;
  struct Place;

  void write_definition(const RecordedMetric& metric, std::int64_t measured_at, std::vector<std::string>& warnings);
  std::optional<StoredBuild> find_build(const std::string& commit_sha, const std::string& run_id);
  std::map<std::string, Place> read_places(const StoredBuild& build);
  std::int64_t insert_build(const BuildContext& build, const Origin& origin);
  void update_build(std::int64_t id, const BuildContext& build, const Origin& origin);
  void insert_values(std::int64_t build_id, const std::vector<RecordedMetric>& metrics);
  void merge_values(const StoredBuild& stored, const RecordedBuild& recorded, const Origin& origin,
                    std::vector<std::string>& warnings);
  void write_value_origins(std::int64_t build_id, const std::map<std::string, Place>& places,
                           const MaybeOrigin& default_origin);
  void bind_origin(Statement& statement, int first, const Origin& origin);

  const Database& database_;
  Statement find_build_;
  Statement insert_build_;
  Statement update_build_;
  Statement put_build_origin_;
  Statement find_values_;
  Statement put_value_;
  Statement clear_value_origins_;
  Statement put_value_origin_;
  Statement find_definition_;
  Statement put_definition_;
  Statement put_metric_origin_;
  Statement find_record_;
  Statement put_record_;
  Statement find_tombstone_;
};

}  // namespace unentropy
