#include "cli/import_summary.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "base/text.h"
#include "cli/run_tables.h"

namespace unentropy {
namespace {

using Rows = std::vector<std::vector<std::string>>;

constexpr std::size_t kListed = 30;  // of each table

}  // namespace

void ImportSummary::Counts::add(Taken taken) {
  if (taken == Taken::inserted) ++inserted;
  if (taken == Taken::unchanged) ++unchanged;
  if (taken == Taken::replaced) ++replaced;
  if (taken == Taken::conflict) ++conflicts;
}

void ImportSummary::add(Taken taken, const std::string& source, const std::string& metric, bool names_commit,
                        Instant at) {
  ++records_;
  if (taken == Taken::of_removed) {
    ++of_removed_;
    return;
  }
  if (taken == Taken::without_a_value) {
    ++without_value_;
    return;
  }
  ++(names_commit ? given_ : resolved_);
  all_.add(taken);
  sources_[source.empty() ? "(an export)" : single_line(source, 64)].add(taken);
  metrics_[metric].add(taken);
  first_ = std::min(first_.value_or(at), at);
  last_ = std::max(last_.value_or(at), at);
}

std::string ImportSummary::table(const std::string& title, const std::map<std::string, Counts>& rows) {
  Rows lines = {{title, "inserted", "unchanged", "replaced", "conflicts"}};
  for (const auto& [name, counts] : rows) {
    if (lines.size() > kListed) {
      lines.push_back({fmt::format("and {} more", rows.size() - kListed)});
      break;
    }
    lines.push_back({name, std::to_string(counts.inserted), std::to_string(counts.unchanged),
                     std::to_string(counts.replaced), std::to_string(counts.conflicts)});
  }
  return rows.empty() ? std::string() : "\n" + aligned_columns(lines);
}

std::string ImportSummary::text() const {
  std::vector<std::string> reasons;
  if (without_commit_ > 0) reasons.push_back(fmt::format("no commit that old: {}", without_commit_));
  if (of_removed_ > 0) reasons.push_back(fmt::format("build removed for good: {}", of_removed_));
  Rows lines = {{"records", std::to_string(records_)},
                {"inserted", std::to_string(all_.inserted)},
                {"unchanged", std::to_string(all_.unchanged)},
                {"replaced", std::to_string(all_.replaced)},
                {"conflicts", std::to_string(all_.conflicts)},
                {"skipped", std::to_string(skipped()) + (reasons.empty() ? "" : "  " + join(reasons, ", "))},
                {"invalid", std::to_string(invalid_)}};
  if (without_value_ > 0) lines.push_back({"no value", std::to_string(without_value_)});
  if (first_) {
    lines.push_back({"commits", fmt::format("{} given, {} resolved", given_, resolved_)});
    lines.push_back({"instants", format_instant(*first_) + " to " + format_instant(*last_)});
  }
  return aligned_columns(lines) + table("source", sources_) + table("metric", metrics_);
}

}  // namespace unentropy
