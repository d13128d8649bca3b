// The page's data as compact columns: one block for the builds of a branch, one for each metric.
//
// Layout of the bytes: docs/formats/report.md. The reading side is web/src/unpack.ts.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "report/buckets.h"
#include "report/dataset.h"

namespace unentropy {

// Labels beyond the most frequent ones are drawn together as "other".
inline constexpr std::size_t kMaxDrawnLabels = 24;

// Per bucket: builds, first and last instant, run number and commit of its newest build; for the exact builds also
// run id and event.
std::string pack_builds(const Dataset& dataset, const Partition& partition);

// Per bucket: builds with a value, first, last, lowest, highest and sum. The exact builds' values read back to the
// same double; those of wider buckets keep more digits than are ever shown.
std::string pack_numbers(const Dataset& dataset, const Partition& partition, const HistorySeries& series,
                         const std::string& unit);

// Which of a series' labels are drawn by name (indexes into `labels`, most frequent first).
std::vector<std::uint32_t> drawn_labels(const std::vector<std::uint64_t>& counts);

// Per bucket: how many builds had which label. Labels are numbered by their place in `drawn`; what is not there has
// the number `drawn.size()`.
std::string pack_labels(const Dataset& dataset, const Partition& partition, const HistorySeries& series,
                        const std::vector<std::uint32_t>& drawn);

}  // namespace unentropy
