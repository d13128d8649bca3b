#include "report/report.h"

#include <algorithm>
#include <cmath>

#include "base/file.h"
#include "report/buckets.h"
#include "report/dataset.h"
#include "report/pack.h"
#include "report/page.h"
#include "report/statistics.h"

namespace unentropy {
namespace {

// Bytes of packed data, before base64, for 100,000 values; the size grows with the root of their number.
constexpr double kBytesAtReference = 190'000;
constexpr double kReferenceValues = 100'000;
constexpr int kMaxAttempts = 4;
constexpr std::size_t kMinBuckets = 64;

double byte_budget(const Dataset& dataset, std::size_t metrics) {
  const double values = static_cast<double>(dataset.size()) * static_cast<double>(metrics);
  return kBytesAtReference * std::sqrt(std::max(1.0, values / kReferenceValues));
}

PackedBranch pack_with(const Dataset& dataset, const ShownLayout& layout, const Partition& partition,
                       const std::vector<std::vector<std::uint32_t>>& drawn) {
  PackedBranch packed;
  packed.builds = pack_builds(dataset, partition);
  for (std::size_t m = 0; m < layout.metrics.size(); ++m) {
    const HistorySeries* series = dataset.series(m);
    if (series == nullptr) {
      packed.series.emplace_back();
    } else if (series->type == MetricType::label) {
      packed.series.push_back(pack_labels(dataset, partition, *series, drawn[m]));
    } else {
      packed.series.push_back(pack_numbers(dataset, partition, *series, layout.metrics[m].unit));
    }
  }
  return packed;
}

std::size_t size_of(const PackedBranch& packed) {
  std::size_t bytes = packed.builds.size();
  for (const std::string& series : packed.series) {
    bytes += series.size();
  }
  return bytes;
}

// Thins out until the branch fits its budget: how many bytes a bucket takes is known only after packing.
PackedBranch pack_branch(const Dataset& dataset, const ShownLayout& layout) {
  std::vector<std::vector<std::uint32_t>> drawn(layout.metrics.size());
  std::size_t present = 0;
  for (std::size_t m = 0; m < layout.metrics.size(); ++m) {
    const HistorySeries* series = dataset.series(m);
    present += series != nullptr ? 1 : 0;
    if (series != nullptr && series->type == MetricType::label) {
      drawn[m] = drawn_labels(label_counts(dataset, *series, 0));
    }
  }
  const double budget = byte_budget(dataset, present);
  // A bucket takes six bytes or so per metric; one attempt more is cheap, a page twice as large is not.
  auto buckets = static_cast<std::size_t>(budget / 6 / static_cast<double>(std::max<std::size_t>(present, 1)));
  PackedBranch packed;
  for (int attempt = 0; attempt < kMaxAttempts; ++attempt) {
    buckets = std::max(buckets, kMinBuckets);
    const Partition partition = make_partition(dataset, buckets);
    packed = pack_with(dataset, layout, partition, drawn);
    const auto size = static_cast<double>(size_of(packed));
    if (size <= budget || partition.exact_from <= kMinBuckets) {
      break;
    }
    buckets = static_cast<std::size_t>(static_cast<double>(partition.exact_from) * budget / size * 0.92);
  }
  packed.name = dataset.history().branch;
  packed.data = branch_json(dataset, layout, drawn);
  return packed;
}

}  // namespace

ReportResult write_report(const ReportRequest& request, const std::filesystem::path& directory) {
  std::vector<const HistorySeries*> series;
  for (const HistorySeries& one : request.history->series) {
    series.push_back(&one);
  }
  const ShownLayout layout = lay_out(request.metrics, series, request.layout, request.thresholds);
  const Dataset dataset(*request.history, layout.metrics);
  std::vector<PackedBranch> branches;
  branches.push_back(pack_branch(dataset, layout));
  const std::string page = render_page(request, layout, dataset, branches);

  ReportResult result;
  result.path = directory / "index.html";
  result.bytes = page.size();
  write_file_atomically(result.path, page);
  return result;
}

}  // namespace unentropy
