#include "history/testing/generate.h"

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "base/clock.h"
#include "history/layout.h"
#include "history/sqlite.h"

namespace unentropy::testing {
namespace {

// SplitMix64: the same numbers on every machine, unlike the distributions of <random>.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    state_ += 0x9E3779B97F4A7C15U;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31U);
  }
  std::int64_t below(std::int64_t bound) {
    return static_cast<std::int64_t>(next() % static_cast<std::uint64_t>(bound));
  }

 private:
  std::uint64_t state_;
};

struct Kind {
  std::string_view prefix;
  std::optional<std::string_view> unit;
  double start;
  double step;
};
constexpr std::array<Kind, 5> kKinds{{
    {"coverage", "percent", 80.0, 0.01},
    {"bundle-size", "bytes", 1'000'000.0, 1024.0},
    {"build-time", "duration", 90.0, 0.25},
    {"lines", "integer", 20'000.0, 4.0},
    {"complexity", std::nullopt, 12.0, 0.125},
}};
constexpr std::array<std::string_view, 5> kLabels{"stable", "beta", "node-20", "node-22", "ubuntu-24.04"};

struct MetricState {
  std::string key;
  bool is_label = false;
  double value = 0;
  double step = 0;
};

std::vector<MetricState> make_metrics(const Database& database, std::int64_t count) {
  std::vector<MetricState> metrics;
  Statement insert =
      database.prepare("INSERT INTO metric_definitions (id, type, unit, description) VALUES (?1, ?2, ?3, ?4)");
  for (std::int64_t i = 0; i < count; ++i) {
    const bool is_label = i % 10 == 9;
    const Kind& kind = kKinds[static_cast<std::size_t>(i) % kKinds.size()];
    MetricState metric{fmt::format("{}-{}", is_label ? "channel" : kind.prefix, i), is_label, kind.start, kind.step};
    insert.bind(1, metric.key).bind(2, std::string_view(is_label ? "label" : "numeric"));
    if (kind.unit && !is_label) {
      insert.bind(3, *kind.unit);
    } else {
      insert.bind_null(3);
    }
    insert.bind(4, fmt::format("Metric number {} of a generated history", i)).run();
    metrics.push_back(std::move(metric));
  }
  return metrics;
}

struct Event {
  std::string branch;
  std::optional<std::string> name;
};

Event draw_event(Random& random, std::int64_t build) {
  const std::int64_t dice = random.below(100);
  if (dice < 72) return {"main", "push"};
  if (dice < 76) return {"main", "schedule"};
  if (dice < 78) return {"main", "workflow_dispatch"};
  if (dice < 80) return {"main", "import"};
  if (dice < 88) return {fmt::format("release/{}", random.below(4)), "push"};
  if (dice < 90) return {"main", std::nullopt};
  return {fmt::format("refs/pull/{}/merge", build), "pull_request"};
}

class Generator {
 public:
  Generator(const Database& database, const HistoryShape& shape)
      : shape_(shape),
        random_(shape.seed),
        metrics_(make_metrics(database, shape.metrics)),
        insert_build_(
            database.prepare("INSERT INTO build_contexts (id, commit_sha, branch, run_id, run_number, event_name, "
                             "timestamp) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")),
        insert_origin_(
            database.prepare("INSERT INTO unentropy_build_origin (build_id, attempt, measured_at, record_id) "
                             "VALUES (?1, 1, ?2, NULL)")),
        insert_value_(database.prepare("INSERT INTO metric_values (metric_id, build_id, value_numeric, value_label) "
                                       "VALUES (?1, ?2, ?3, ?4)")) {}

  void add_build(std::int64_t id) {
    constexpr Milliseconds kInterval = std::chrono::minutes(30);
    const Instant end = std::chrono::sys_days(std::chrono::year(2025) / 6 / 1);
    const Instant timestamp = end - (shape_.builds - id) * kInterval + Milliseconds(random_.below(1'000'000));
    const Event event = draw_event(random_, id);
    const std::string commit =
        fmt::format("{:016x}{:016x}{:08x}", random_.next(), random_.next(), random_.next() & 0xffffffffU);
    insert_build_.bind(1, id).bind(2, commit).bind(3, event.branch).bind(4, std::to_string(9'000'000'000 + id * 7));
    insert_build_.bind(5, id).bind(6, event.name).bind(7, format_instant(timestamp)).run();
    insert_origin_.bind(1, id).bind(2, std::int64_t{timestamp.time_since_epoch().count()}).run();
    for (MetricState& metric : metrics_) add_value(id, metric);
  }

 private:
  void add_value(std::int64_t build_id, MetricState& metric) {
    const std::int64_t dice = random_.below(1000);
    if (dice == 0) return;  // the metric failed
    metric.value += metric.step * static_cast<double>(dice % 9 - 4);
    insert_value_.bind(1, metric.key).bind(2, build_id);
    if (metric.is_label) {
      insert_value_.bind_null(3).bind(4, kLabels[static_cast<std::size_t>(dice) / 10 % kLabels.size()]);
    } else {
      insert_value_.bind(3, metric.value).bind_null(4);
    }
    insert_value_.run();
  }

  HistoryShape shape_;
  Random random_;
  std::vector<MetricState> metrics_;
  Statement insert_build_;
  Statement insert_origin_;
  Statement insert_value_;
};

}  // namespace

void generate_history(const std::filesystem::path& path, const HistoryShape& shape) {
  Database database(path, Access::create, Durability::cached, "generating");
  database.execute("PRAGMA journal_mode=MEMORY; PRAGMA cache_size=-262144");
  database.limit_work(INT64_MAX, std::chrono::hours(1));
  Transaction transaction(database);
  complete_layout(database);
  {
    Generator generator(database, shape);
    for (std::int64_t id = 1; id <= shape.builds; ++id) generator.add_build(id);
  }
  transaction.commit();
  database.close();
}

}  // namespace unentropy::testing
