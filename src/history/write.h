// Adding builds: the one path by which anything gets into the history.
//
// Idempotent, commutative and associative: whatever the order in which the same builds are written, the history holds
// the same builds, definitions and values. What decides is kept beside what it decided, in tables of ours.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "history/history.h"
#include "history/places.h"
#include "history/sqlite.h"
#include "model/run_record.h"

namespace unentropy {

// Writes inside the caller's transaction.
class BuildWriter {
 public:
  explicit BuildWriter(const Database& database);

  // `record` is the name of the run record that the build comes from, or empty. A build that was removed is not
  // written; only its definitions are. A build that another tool wrote (attempt 0) may hold what we would not record.
  enum class Definitions {
    of_the_build,   // the build says what its metrics are
    as_they_stand,  // only missing ones are added
  };
  RecordReport write(const RecordedBuild& recorded, const std::string& record,
                     Definitions definitions = Definitions::of_the_build);

  // Removes the build, if it is there, for ever.
  void remove(const Tombstone& tombstone);
  bool is_removed(const std::string& commit_sha, const std::string& run_id) {
    return places_.is_removed(commit_sha, run_id);
  }

  bool contains_record(const std::string& name);
  // From now on the history contains the record.
  void add_record(const std::string& name, Instant folded_at);

  // One field each of a definition, with the time at which the run measured that decided it; absent: nobody knows.
  struct Definition {
    std::string key;
    std::optional<std::string> type, unit, description;
    std::optional<std::int64_t> type_at, unit_at, description_at;
  };
  void write_definition(const Definition& offered, std::vector<std::string>& warnings);

 private:
  void write_definitions(const RecordedBuild& recorded, const MaybeOrigin& origin, std::vector<std::string>& warnings);
  void add_missing_definitions(const RecordedBuild& recorded);
  std::int64_t insert_build(const BuildContext& build, const MaybeOrigin& origin);
  void update_build(std::int64_t id, const BuildContext& build, const MaybeOrigin& origin);
  void put_build_origin(std::int64_t id, const MaybeOrigin& origin);
  void merge_values(const StoredBuild& stored, const RecordedBuild& recorded, const MaybeOrigin& origin,
                    std::vector<std::string>& warnings);
  void write_value_origins(std::int64_t build_id, const Places& places, const MaybeOrigin& default_origin);
  void bind_origin(Statement& statement, int first, const Origin& origin);

  const Database& database_;
  PlaceReader places_;
  Statement insert_build_;
  Statement update_build_;
  Statement put_build_origin_;
  Statement put_value_;
  Statement clear_value_origins_;
  Statement put_value_origin_;
  Statement find_definition_;
  Statement put_definition_;
  Statement add_definition_;
  Statement put_metric_origin_;
  Statement find_record_;
  Statement contains_record_;
  Statement put_record_;
  Statement name_record_;
};

}  // namespace unentropy
