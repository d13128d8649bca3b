#include "history/rows.h"

#include <algorithm>
#include <array>
#include <limits>
#include <tuple>

#include "base/text.h"

namespace unentropy {
namespace {

constexpr std::array<std::string_view, 4> kVisibleEvents{"push", "import", "schedule", "workflow_dispatch"};
constexpr std::size_t kMaxTextBytes = 1024;
constexpr std::uint32_t kNowhere = std::numeric_limits<std::uint32_t>::max();

}  // namespace

bool is_visible_event(std::string_view event_name) {
  return std::find(kVisibleEvents.begin(), kVisibleEvents.end(), event_name) != kVisibleEvents.end();
}

std::string bounded_text(std::string_view text) {
  if (text.size() > kMaxTextBytes) {
    std::size_t end = kMaxTextBytes;
    while (end > kMaxTextBytes - 4 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    text = text.substr(0, end);
  }
  return is_utf8(text) ? std::string(text) : to_valid_utf8(text);
}

bool is_older(const BuildRow& a, const BuildRow& b) {
  return std::tie(a.timestamp, a.run_number, a.id) < std::tie(b.timestamp, b.run_number, b.id);
}

BuildIndex::BuildIndex(const std::vector<BuildRow>& builds) {
  if (builds.empty()) return;
  const auto [lowest, highest] =
      std::minmax_element(builds.begin(), builds.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  first_id_ = lowest->id;
  // Ids are nearly without gaps in files of ours; another writer may choose any 64-bit number.
  const std::uint64_t span = static_cast<std::uint64_t>(highest->id) - static_cast<std::uint64_t>(lowest->id);
  if (span / 8 < builds.size() + 1000) {
    dense_.assign(static_cast<std::size_t>(span) + 1, kNowhere);
    for (std::size_t i = 0; i < builds.size(); ++i) {
      dense_[static_cast<std::size_t>(builds[i].id - first_id_)] = static_cast<std::uint32_t>(i);
    }
    return;
  }
  sorted_.reserve(builds.size());
  for (std::size_t i = 0; i < builds.size(); ++i) sorted_.push_back({builds[i].id, static_cast<std::uint32_t>(i)});
  std::sort(sorted_.begin(), sorted_.end(), [](const Entry& a, const Entry& b) { return a.id < b.id; });
}

std::optional<std::size_t> BuildIndex::find(std::int64_t id) const {
  if (!dense_.empty()) {
    const std::uint64_t offset = static_cast<std::uint64_t>(id) - static_cast<std::uint64_t>(first_id_);
    if (offset >= dense_.size() || dense_[offset] == kNowhere) return std::nullopt;
    return dense_[offset];
  }
  const auto found = std::lower_bound(sorted_.begin(), sorted_.end(), id,
                                      [](const Entry& entry, std::int64_t key) { return entry.id < key; });
  if (found == sorted_.end() || found->id != id) return std::nullopt;
  return found->position;
}

}  // namespace unentropy
