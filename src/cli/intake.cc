#include "cli/intake.h"

#include <algorithm>
#include <variant>

namespace unentropy {
namespace {

// Written at once.
constexpr std::size_t kBatch = 5'000;

std::string key_of(const BuildContext& build, const std::string& metric) {
  return build.commit_sha + '\0' + build.run_id + '\0' + metric;
}

bool is_same_build(const RecordedBuild& a, const RecordedBuild& b) {
  return a.build.commit_sha == b.build.commit_sha && a.build.run_id == b.build.run_id &&
         a.build.run_attempt == b.build.run_attempt && a.build.timestamp == b.build.timestamp &&
         a.build.branch == b.build.branch && a.build.run_number == b.build.run_number &&
         a.build.event_name == b.build.event_name && a.first_record == b.first_record;
}

}  // namespace

Intake::Intake(const History* standing, bool replaces, std::filesystem::path scratch, Clock& clock)
    : standing_(standing),
      replaces_(replaces),
      clock_(clock),
      kept_(History::open(scratch, OpenMode::create, Verification::header_and_layout, Durability::cached)) {}

const Intake::Known& Intake::known(const std::string& commit_sha, const std::string& run_id,
                                   std::optional<Known>& last) const {
  if (last && last->commit_sha == commit_sha && last->run_id == run_id) return *last;
  last = Known{commit_sha, run_id, std::nullopt, false};
  if (standing_ != nullptr) {
    last->build = standing_->standing(commit_sha, run_id);
    last->is_removed = !last->build && standing_->is_removed(commit_sha, run_id);
  }
  return *last;
}

bool Intake::is_one_that_unentropy_imported(const Measurement& measurement, const BuildContext& build) {
  if (standing_ == nullptr || measurement.foreign_run_id.empty()) return false;
  const Known& found = known(build.commit_sha, measurement.foreign_run_id, last_foreign_);
  return found.build && found.build->has_time && found.build->build.timestamp == build.timestamp;
}

std::optional<Place> Intake::said_before(const BuildContext& build, const std::string& metric) {
  if (const auto found = values_.find(key_of(build, metric)); found != values_.end()) return found->second;
  if (!has_written_) return std::nullopt;
  const std::optional<StandingBuild> written = kept_.standing(build.commit_sha, build.run_id);
  if (!written) return std::nullopt;
  const auto found = written->values.find(metric);
  return found == written->values.end() ? std::nullopt : std::optional(found->second);
}

Intake::Verdict Intake::take(Measurement measurement) {
  if (const auto* tombstone = std::get_if<Tombstone>(&measurement.content)) {
    batch_.tombstones.push_back(*tombstone);
    has_news_ = true;
    return {Taken::without_a_value, {}, false};
  }
  auto recorded = std::get<RecordedBuild>(std::move(measurement.content));
  if (is_one_that_unentropy_imported(measurement, recorded.build)) recorded.build.run_id = measurement.foreign_run_id;
  const Known& there = known(recorded.build.commit_sha, recorded.build.run_id, last_);
  if (there.is_removed) return {Taken::of_removed, {}, false};
  if (measurement.of_a_history) {
    has_news_ = true;  // which of it is, the history finds out by itself
  } else if (there.build && there.build->has_time) {
    recorded.build = there.build->build;  // a value more does not change what is said of the build
  }
  if (recorded.metrics.empty()) {
    keep(std::move(recorded));
    return {Taken::without_a_value, {}, false};
  }
  const RecordedMetric& metric = recorded.metrics.front();
  const Place offered{metric.value, origin_of(recorded, {})};
  const std::optional<Place> before = said_before(recorded.build, metric.key);
  const Place* found = before ? &*before : nullptr;
  if (found == nullptr && there.build) {
    const auto stands = there.build->values.find(metric.key);
    if (stands != there.build->values.end()) found = &stands->second;
  }
  Verdict verdict{Taken::inserted, {}, before.has_value()};
  if (found != nullptr && found->value == metric.value) {
    verdict.taken = Taken::unchanged;
  } else if (found != nullptr && offered.origin > found->origin) {
    verdict.taken = Taken::replaced;  // as a later attempt replaces an earlier one
  } else if (found != nullptr && replaces_ && !before) {
    verdict.taken = Taken::replaced;
    if (there.build->has_time) recorded.build = there.build->build;
    recorded.build.run_attempt = (found->origin ? found->origin->attempt : kForeignAttempt) + 1;
    recorded.first_record.reset();
  } else if (found != nullptr) {
    const bool is_outdated = offered.origin && found->origin > offered.origin;
    return {is_outdated ? Taken::unchanged : Taken::conflict, found->value, before.has_value()};
  }
  has_news_ = has_news_ || verdict.taken != Taken::unchanged;
  keep(std::move(recorded));
  return verdict;
}

void Intake::keep(RecordedBuild recorded) {
  for (const RecordedMetric& metric : recorded.metrics) {
    const Place offered{metric.value, origin_of(recorded, {})};
    const auto [value, is_new] = values_.try_emplace(key_of(recorded.build, metric.key), offered);
    if (!is_new && value->second.origin < offered.origin) value->second = offered;
  }
  if (!batch_.builds.empty() && is_same_build(batch_.builds.back(), recorded)) {
    auto& metrics = batch_.builds.back().metrics;
    std::move(recorded.metrics.begin(), recorded.metrics.end(), std::back_inserter(metrics));
  } else {
    batch_.builds.push_back(std::move(recorded));
  }
  if (values_.size() + batch_.builds.size() >= kBatch) flush();
}

void Intake::flush() {
  if (batch_.builds.empty() && batch_.tombstones.empty()) return;
  kept_.fold(batch_, clock_.now());
  batch_ = {};
  values_.clear();
  has_written_ = true;
}

bool Intake::finish() {
  flush();
  kept_.close();
  return has_news_;
}

}  // namespace unentropy
