// The lines of `export` and `import`: one measurement each, as a JSON object that other tools can make and read.
//
// What only a history of ours knows (attempt, event, unit, run record, removals) stands in `metadata.unentropy`, where
// other readers of the format pass over it. See docs/formats/exchange.md.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "model/metric.h"
#include "model/run_record.h"

namespace unentropy {

// The lines of one build, a measurement each; one line without a measurement for a build that has none.
std::string format_lines(const RecordedBuild& recorded);
std::string format_line(const Tombstone& tombstone);
// Whether `parse_line` gives back what `format_lines` is given.
bool fits_in_lines(const RecordedBuild& recorded);

struct LineProblem {
  std::size_t column = 1;  // in code points
  std::string message;
  std::string hint;         // may be empty
  bool is_skipped = false;  // nothing is wrong with the line, but there is no commit for it
};

// What a line may leave out.
struct LineDefaults {
  std::string branch = "main";
  // The commit that was the newest of that branch at the time. Throws `Error` (usage) if there was none; another
  // kind ends the reading.
  std::function<std::string(Instant)> commit_at;
};

struct Measurement {
  std::variant<RecordedBuild, Tombstone> content;  // a build with one metric, or with none
  bool of_a_history = false;                       // has `metadata.unentropy`, so that unit and description are final
  std::size_t value_column = 1;
  std::string source;          // empty for a line of a history
  bool names_commit = false;   // false: looked up by time
  std::string foreign_run_id;  // under which Unentropy would have imported it; empty where the line says a `run_id`
};

// All that is wrong with the line, or what it says.
std::variant<Measurement, std::vector<LineProblem>> parse_line(std::string_view line, const LineDefaults& defaults);

}  // namespace unentropy
