#include "history/read.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <limits>
#include <optional>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "history/rows.h"

namespace unentropy {
namespace {

// Columns are dense; a file with very many builds and very many metrics that never meet must not fill the memory.
constexpr std::size_t kMaxCells = 40'000'000;
constexpr std::size_t kMaxLabelBytes = 64U << 20;

struct StringHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};
template <typename Value>
using StringMap = std::unordered_map<std::string, Value, StringHash, std::equal_to<>>;

// The branch with the newest build; empty without any.
std::string newest_branch(const BuildScan& scan) {
  if (scan.builds.empty()) return "";
  return scan.branches[std::max_element(scan.builds.begin(), scan.builds.end(), is_older)->branch].name;
}

// Oldest first. Names of branches are bounded, so two that differ in the file may be one here.
std::vector<BuildRow> builds_of(const BuildScan& scan, const std::string& branch) {
  std::vector<std::uint8_t> wanted;
  for (const HistoryBranch& one : scan.branches) wanted.push_back(one.name == branch ? 1 : 0);
  std::vector<BuildRow> builds;
  std::copy_if(scan.builds.begin(), scan.builds.end(), std::back_inserter(builds),
               [&](const BuildRow& build) { return wanted[build.branch] != 0; });
  std::sort(builds.begin(), builds.end(), is_older);
  return builds;
}

struct Definition {
  MetricType type = MetricType::numeric;
  std::string unit;
  std::string description;
};

StringMap<Definition> read_definitions(const Database& database) {
  StringMap<Definition> definitions;
  Statement rows = database.prepare("SELECT id, type, unit, description FROM metric_definitions");
  while (rows.step()) {
    definitions.insert_or_assign(std::string(rows.text(0)),
                                 Definition{parse_metric_type(rows.text(1)).value_or(MetricType::numeric),
                                            bounded_text(rows.text(2)), bounded_text(rows.text(3))});
  }
  return definitions;
}

// Scatters rows of metric_values into columns.
class Columns {
 public:
  Columns(const Database& database, const std::vector<BuildRow>& builds)
      : database_(database),
        builds_(builds),
        index_(builds),
        definitions_(read_definitions(database)),
        has_value_(builds.size(), 0) {}

  // Columns: build_id, metric_id, value_numeric, value_label.
  void add(Statement& rows) {
    while (rows.step()) {
      const std::int64_t build_id = rows.integer(0);
      if (build_id != last_build_id_ || !last_position_) {
        last_build_id_ = build_id;
        last_position_ = index_.find(build_id);
      }
      if (last_position_) put(*last_position_, rows);
    }
  }

  // Leaves out the builds that have no value. The series are ordered by key.
  void finish(HistoryData& data) && {
    std::vector<HistorySeries> series;
    for (Column& column : columns_) {
      keep_with_value(column.series.numbers);
      keep_with_value(column.series.label_indexes);
      series.push_back(std::move(column.series));
    }
    keep_with_value(data.builds);
    std::sort(series.begin(), series.end(), [](const auto& a, const auto& b) { return a.metric_key < b.metric_key; });
    data.series = std::move(series);
  }

 private:
  struct Column {
    HistorySeries series;
    StringMap<std::uint32_t> label_numbers;
    std::size_t next = 0;  // the column that followed this one the last time
  };

  void put(std::size_t position, Statement& rows) {
    const bool is_number = rows.is_number(2);
    if (!is_number && rows.is_null(3)) return;
    Column& column = find_column(rows.text(1), is_number ? MetricType::numeric : MetricType::label);
    // After a change of type the values of the other type stay in the file and have no place in the column.
    if (is_number != (column.series.type == MetricType::numeric)) return;
    if (is_number) {
      column.series.numbers[position] = rows.real(2);
    } else {
      column.series.label_indexes[position] = label_number(column, rows.text(3));
    }
    has_value_[position] = 1;
  }

  // Builds tend to hold the same metrics in the same order, so the next column is usually known without a look-up.
  Column& find_column(std::string_view key, MetricType type_of_value) {
    std::size_t number = 0;
    if (!columns_.empty()) number = columns_[last_column_].next;
    if (columns_.empty() || keys_[number] != key) {
      const auto found = numbers_.find(key);
      number = found != numbers_.end() ? found->second : add_column(key, type_of_value);
      columns_[last_column_].next = number;
    }
    last_column_ = number;
    return columns_[number];
  }

  std::size_t add_column(std::string_view key, MetricType type_of_value) {
    if ((columns_.size() + 1) * builds_.size() > kMaxCells) {
      throw database_.error(ErrorKind::corrupt, fmt::format("it has more than {} metrics in {} builds of one branch",
                                                            columns_.size(), builds_.size()));
    }
    Column column;
    column.series.metric_key = bounded_text(key);
    column.series.type = type_of_value;
    if (const auto found = definitions_.find(key); found != definitions_.end()) {
      column.series.type = found->second.type;
      column.series.unit = found->second.unit;
      column.series.description = found->second.description;
    }
    if (column.series.type == MetricType::numeric) {
      column.series.numbers.assign(builds_.size(), std::numeric_limits<double>::quiet_NaN());
    } else {
      column.series.label_indexes.assign(builds_.size(), HistorySeries::kNoLabel);
    }
    columns_.push_back(std::move(column));
    keys_.emplace_back(key);
    numbers_.emplace(key, columns_.size() - 1);
    return columns_.size() - 1;
  }

  std::uint32_t label_number(Column& column, std::string_view raw) {
    if (const auto found = column.label_numbers.find(raw); found != column.label_numbers.end()) return found->second;
    label_bytes_ += raw.size();
    if (label_bytes_ > kMaxLabelBytes) {
      throw database_.error(ErrorKind::corrupt,
                            fmt::format("it has more than {} MiB of labels in one branch", kMaxLabelBytes >> 20U));
    }
    const auto number = static_cast<std::uint32_t>(column.series.labels.size());
    column.series.labels.push_back(bounded_text(raw));
    column.label_numbers.emplace(raw, number);
    return number;
  }

  template <typename Item>
  void keep_with_value(std::vector<Item>& items) const {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (has_value_[i] == 0) continue;
      if (kept != i) items[kept] = std::move(items[i]);
      ++kept;
    }
    items.resize(kept);
  }

  const Database& database_;
  const std::vector<BuildRow>& builds_;
  BuildIndex index_;
  StringMap<Definition> definitions_;
  std::vector<std::uint8_t> has_value_;
  std::vector<Column> columns_;
  std::vector<std::string> keys_;  // of `columns_`, as they are in the file
  StringMap<std::size_t> numbers_;
  std::int64_t last_build_id_ = 0;
  std::optional<std::size_t> last_position_;
  std::size_t last_column_ = 0;
  std::size_t label_bytes_ = 0;
};

// A scan of a whole table beats looking rows up from about a quarter of them on.
bool few(const std::vector<BuildRow>& builds, std::int64_t total) {
  return static_cast<std::int64_t>(builds.size()) * 4 < total;
}

std::vector<HistoryBuild> read_builds(const Database& database, const std::vector<BuildRow>& rows, std::int64_t total) {
  std::vector<HistoryBuild> builds(rows.size());
  const auto fill = [&](std::size_t position, const Statement& row) {
    builds[position] = {rows[position].id,         bounded_text(row.text(1)), bounded_text(row.text(2)),
                        rows[position].run_number, bounded_text(row.text(3)), rows[position].timestamp};
  };
  constexpr std::string_view kColumns = "SELECT id, commit_sha, run_id, event_name FROM build_contexts ";
  if (few(rows, total)) {
    Statement one = database.prepare(std::string(kColumns) + "WHERE id = ?1");
    for (std::size_t i = 0; i < rows.size(); ++i) {
      one.bind(1, rows[i].id);
      if (one.step()) fill(i, one);
      one.reset();
    }
    return builds;
  }
  const BuildIndex index(rows);
  Statement all = database.prepare(std::string(kColumns) + "NOT INDEXED");
  while (all.step()) {
    if (const auto position = index.find(all.integer(0))) fill(*position, all);
  }
  return builds;
}

}  // namespace

BuildScan scan_builds(const Database& database) {
  BuildScan scan;
  StringMap<std::uint32_t> numbers;
  // A scan of the table: an index would reach every row on its own.
  Statement rows =
      database.prepare("SELECT id, branch, event_name, timestamp, run_number FROM build_contexts NOT INDEXED");
  while (rows.step()) {
    ++scan.total;
    if (!is_visible_event(rows.text(2))) continue;
    const std::optional<Instant> timestamp = parse_instant(rows.text(3));
    if (!timestamp) continue;  // it has no place on an axis of time
    BuildRow build{rows.integer(0), *timestamp, rows.integer(4), 0};
    const std::string_view branch = rows.text(1);
    auto number = numbers.find(branch);
    if (number == numbers.end()) {
      number = numbers.emplace(branch, static_cast<std::uint32_t>(scan.branches.size())).first;
      scan.branches.push_back({bounded_text(branch), 0});
    }
    build.branch = number->second;
    ++scan.branches[build.branch].builds;
    scan.builds.push_back(build);
  }
  return scan;
}

HistoryData load_history(const Database& database, const BuildScan& scan, const std::string& branch) {
  HistoryData data;
  data.total_builds = scan.total;
  data.branch = branch.empty() ? newest_branch(scan) : branch;
  const std::vector<BuildRow> builds = builds_of(scan, data.branch);
  data.builds = read_builds(database, builds, scan.total);
  Columns columns(database, builds);
  constexpr std::string_view kColumns = "SELECT build_id, metric_id, value_numeric, value_label FROM metric_values ";
  if (few(builds, scan.total)) {
    Statement of_build = database.prepare(std::string(kColumns) + "WHERE build_id = ?1");
    for (const BuildRow& build : builds) {
      of_build.bind(1, build.id);
      columns.add(of_build);
    }
  } else {
    Statement all = database.prepare(std::string(kColumns) + "NOT INDEXED");
    columns.add(all);
  }
  std::move(columns).finish(data);
  data.branches = scan.branches;
  std::sort(data.branches.begin(), data.branches.end(), [](const HistoryBranch& a, const HistoryBranch& b) {
    return std::tie(b.builds, a.name) < std::tie(a.builds, b.name);
  });
  return data;
}

}  // namespace unentropy
