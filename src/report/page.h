// The page as text: what is readable without script, the data, and the script that brings it to life.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "report/buckets.h"
#include "report/dataset.h"
#include "report/report.h"

namespace unentropy {

// One branch as it goes into the page.
struct PackedBranch {
  std::string name;
  std::string data;                 // the branch's part of the manifest, JSON
  std::string builds;               // packed, see pack.h
  std::vector<std::string> series;  // packed, parallel to the metrics; empty where there is no value
};

// JSON of the branch: number of builds, of builds per preset, and per metric exact figures per preset or labels.
std::string branch_json(const Dataset& dataset, const ShownLayout& layout,
                        const std::vector<std::vector<std::uint32_t>>& drawn_labels);

struct PackedBranches {
  std::vector<PackedBranch> shown;  // begins with the branch that the page opens with
  std::size_t left_out = 0;         // for which the page has no room
};

// `dataset` is of the branch that the page opens with.
std::string render_page(const ReportRequest& request, const ShownLayout& layout, const Dataset& dataset,
                        const PackedBranches& branches);

}  // namespace unentropy
