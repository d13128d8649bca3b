// What one history holds and another lacks, build by build, in the form in which builds are written.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "history/places.h"
#include "history/sqlite.h"
#include "model/run_record.h"

namespace unentropy {

// A history to read from: its file, and whether it has our tables.
struct Source {
  const Database& database;
  bool has_origins = true;
};

class Difference {
 public:
  // Both must outlive it.
  Difference(const Source& theirs, const Source& mine);

  // One entry per origin of the build with id `id` of theirs that has something which mine lacks or which wins over
  // what mine has: mostly none or one. Each names the record it first came from. Units and descriptions are filled in
  // from their definitions. A build whose time cannot be read is counted and left out.
  std::vector<RecordedBuild> of_build(std::int64_t id);

  // Tombstones of theirs that mine lacks.
  std::vector<Tombstone> tombstones();

  // What could not be taken over as it is, one line each.
  std::vector<std::string> warnings() const;

 private:
  struct Definition {
    std::string unit;
    std::string description;
  };
  RecordedMetric metric(const std::string& key, const MetricValue& value) const;

  Source theirs_;
  Source mine_;
  PlaceReader their_places_;
  PlaceReader my_places_;
  std::map<std::string, Definition> definitions_;
  std::int64_t visited_ = 0;
  std::int64_t unreadable_times_ = 0;
  std::int64_t contradictions_ = 0;  // two values for one place of which neither has an origin
};

// The ids of all builds, ascending.
std::vector<std::int64_t> build_ids(const Database& database);

}  // namespace unentropy
