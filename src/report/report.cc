#include "report/report.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/file.h"
#include "report/buckets.h"
#include "report/dataset.h"
#include "report/pack.h"
#include "report/page.h"
#include "report/statistics.h"

namespace unentropy {
namespace {

// Bytes of packed data, before base64, for 100,000 values, and the power of their number with which it grows.
constexpr double kBytesAtReference = 150'000;
constexpr double kReferenceValues = 100'000;
constexpr double kGrowth = 0.7;
// What the branch that the page opens with may take if there are others.
constexpr double kMainShare = 0.6;
constexpr double kMinBranchBytes = 6'000;
// By how much of the whole the other branches may exceed their part: the newest builds of each are never thinned out,
// and a slightly larger page is better than one that lacks a branch.
constexpr double kOverdraft = 0.05;
constexpr int kMaxAttempts = 4;
constexpr std::size_t kMinBuckets = 64;
constexpr std::size_t kMaxOtherBranches = 100;

double byte_budget(double values) {
  return kBytesAtReference * std::pow(std::max(1.0, values / kReferenceValues), kGrowth);
}

void pack_into(PackedBranch& packed, const Dataset& dataset, const ShownLayout& layout, const Partition& partition,
               const std::vector<std::vector<std::uint32_t>>& drawn) {
  packed.series.clear();
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
}

std::size_t size_of(const PackedBranch& packed) {
  std::size_t bytes = packed.builds.size();
  for (const std::string& series : packed.series) {
    bytes += series.size();
  }
  return bytes;
}

// Whether the figures of the manifest are paid for out of a branch's budget.
enum class Figures { extra, included };

// The figures are not packed; they count like bytes before base64.
double figures_size(const PackedBranch& packed) { return static_cast<double>(packed.data.size()) * 0.75; }

// Thins out until the branch fits its budget: how many bytes a bucket takes is known only after packing.
PackedBranch pack_branch(const Dataset& dataset, const ShownLayout& layout, double budget, Figures figures) {
  std::vector<std::vector<std::uint32_t>> drawn(layout.metrics.size());
  std::size_t present = 1;
  for (std::size_t m = 0; m < layout.metrics.size(); ++m) {
    const HistorySeries* series = dataset.series(m);
    present += series != nullptr ? 1 : 0;
    if (series != nullptr && series->type == MetricType::label) {
      drawn[m] = drawn_labels(label_counts(dataset, *series, 0));
    }
  }
  PackedBranch packed;
  packed.name = dataset.history().branch;
  packed.data = branch_json(dataset, layout, drawn);
  if (figures == Figures::included) budget = std::max(budget - figures_size(packed), 1.0);
  // A bucket takes six bytes or so per metric; one attempt more is cheap, a page twice as large is not.
  auto buckets = static_cast<std::size_t>(budget / 6 / static_cast<double>(present));
  for (int attempt = 0; attempt < kMaxAttempts; ++attempt) {
    buckets = std::max(buckets, kMinBuckets);
    const Partition partition = make_partition(dataset, buckets);
    pack_into(packed, dataset, layout, partition, drawn);
    const auto size = static_cast<double>(size_of(packed));
    if (size <= budget || partition.exact_from <= kMinBuckets) {
      break;
    }
    buckets = static_cast<std::size_t>(static_cast<double>(partition.exact_from) * budget / size * 0.92);
  }
  return packed;
}

// Values that the page stands for, all branches together.
double values_of(const ReportRequest& request, const ShownLayout& layout) {
  auto builds = static_cast<double>(request.history->builds.size());
  if (request.load_branch) {
    double all = 0;
    for (const HistoryBranch& branch : request.history->branches) {
      all += static_cast<double>(branch.builds);
    }
    builds = std::max(builds, all);
  }
  return builds * static_cast<double>(std::max<std::size_t>(layout.metrics.size(), 1));
}

// Appends what fits into `bytes`, each branch by its share of the builds, or exceeds them by at most `overdraft`.
void add_other_branches(const ReportRequest& request, const ShownLayout& layout, double bytes, double overdraft,
                        PackedBranches& branches) {
  double builds_left = 0;
  for (const HistoryBranch& branch : request.history->branches) {
    builds_left += branch.name == request.history->branch ? 0 : static_cast<double>(branch.builds);
  }
  for (const HistoryBranch& branch : request.history->branches) {
    if (branch.name == request.history->branch) {
      continue;
    }
    const double share = static_cast<double>(branch.builds) / std::max(builds_left, 1.0);
    builds_left -= static_cast<double>(branch.builds);
    if (branches.shown.size() > kMaxOtherBranches || bytes < kMinBranchBytes) {
      ++branches.left_out;
      continue;
    }
    const HistoryData history = request.load_branch(branch.name);
    const Dataset dataset(history, layout.metrics);
    if (dataset.size() == 0) {
      continue;
    }
    PackedBranch packed = pack_branch(dataset, layout, std::max(bytes * share, kMinBranchBytes), Figures::included);
    const double size = static_cast<double>(size_of(packed)) + figures_size(packed);
    if (size > bytes + overdraft) {
      ++branches.left_out;
      continue;
    }
    bytes -= size;
    branches.shown.push_back(std::move(packed));
  }
}

}  // namespace

ReportResult write_report(const ReportRequest& request, const std::filesystem::path& directory) {
  const HistoryData& history = *request.history;
  const ShownLayout layout = lay_out(request.metrics, history.series, request.layout, request.thresholds);
  const Dataset dataset(history, layout.metrics);

  ReportResult result;
  const bool others = request.load_branch && history.branches.size() > 1;
  const double budget = byte_budget(values_of(request, layout));
  PackedBranches branches;
  branches.shown.push_back(pack_branch(dataset, layout, others ? budget * kMainShare : budget, Figures::extra));
  if (others) {
    const double left = budget - static_cast<double>(size_of(branches.shown.front()));
    add_other_branches(request, layout, std::max(left, budget * (1 - kMainShare)), budget * kOverdraft, branches);
  }
  if (branches.left_out > 0) {
    result.warnings.push_back(
        fmt::format("the report has no room for {} of {} branches; the least active were left out", branches.left_out,
                    branches.shown.size() + branches.left_out));
  }
  const std::string page = render_page(request, layout, dataset, branches);
  result.path = directory / "index.html";
  result.bytes = page.size();
  write_file_atomically(result.path, page);
  return result;
}

}  // namespace unentropy
