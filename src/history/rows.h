// What the queries share: which builds are visible, texts of bounded length, builds by id.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace unentropy {

// Builds of these events are shown and compared with; pull requests, merge queues and unknown events are not.
bool is_visible_event(std::string_view event_name);

// Valid UTF-8 of at most 1,024 bytes; no text of an honest history is longer.
std::string bounded_text(std::string_view text);

// A visible build, small enough to keep every build of a large history at once.
struct BuildRow {
  std::int64_t id = 0;
  Instant timestamp{};
  std::int64_t run_number = 0;
  std::uint32_t branch = 0;
};

// By instant, then run number, then id.
bool is_older(const BuildRow& a, const BuildRow& b);

// Finds the position of a build in a list by its id.
class BuildIndex {
 public:
  explicit BuildIndex(const std::vector<BuildRow>& builds);
  std::optional<std::size_t> find(std::int64_t id) const;

 private:
  struct Entry {
    std::int64_t id;
    std::uint32_t position;
  };
  std::vector<Entry> sorted_;         // by id; empty if `dense_` is used
  std::int64_t first_id_ = 0;         // of `dense_`
  std::vector<std::uint32_t> dense_;  // position by id - first_id_
};

}  // namespace unentropy
