#include "history/absorb.h"

#include <fmt/format.h>

#include "base/error.h"
#include "history/write.h"

namespace unentropy {
namespace {

class Absorption {
 public:
  Absorption(const Source& theirs, const Source& mine, Damage damage)
      : theirs_(theirs), damage_(damage), difference_(theirs, mine), writer_(mine.database) {}

  AbsorbReport run(Instant now) {
    attempt([&] {
      for (const Tombstone& tombstone : difference_.tombstones()) writer_.remove(tombstone);
    });
    attempt([&] { definitions(); });
    std::vector<std::int64_t> ids;
    attempt([&] { ids = build_ids(theirs_.database); });
    for (const std::int64_t id : ids) attempt([&] { build(id); });
    // A record of which something may be missing must be folded again.
    if (unreadable_ == 0) attempt([&] { records(now); });
    if (unreadable_ > 0) {
      report_.warnings.push_back(fmt::format("{} parts of it are damaged and were left out", unreadable_));
    }
    for (std::string& warning : difference_.warnings()) report_.warnings.push_back(std::move(warning));
    return std::move(report_);
  }

 private:
  template <typename Part>
  void attempt(const Part& part) {
    try {
      part();
    } catch (const Error& error) {
      if (damage_ == Damage::refuse || error.kind() != ErrorKind::corrupt) throw;
      ++unreadable_;
    }
  }

  void definitions() {
    Statement rows = theirs_.database.prepare(
        theirs_.has_origins ? "SELECT d.id, d.type, d.unit, d.description, o.type_at, o.unit_at, o.description_at FROM "
                              "metric_definitions d LEFT JOIN unentropy_metric_origin o ON o.metric_id = d.id"
                            : "SELECT id, type, unit, description, NULL, NULL, NULL FROM metric_definitions");
    const auto time = [&rows](int column) {
      return rows.is_null(column) ? std::nullopt : std::optional(rows.integer(column));
    };
    while (rows.step()) {
      writer_.write_definition({std::string(rows.text(0)), rows.optional_text(1), rows.optional_text(2),
                                rows.optional_text(3), time(4), time(5), time(6)},
                               report_.warnings);
    }
  }

  void build(std::int64_t id) {
    for (const RecordedBuild& recorded : difference_.of_build(id)) {
      const RecordReport written =
          writer_.write(recorded, recorded.first_record.value_or(""), BuildWriter::Definitions::as_they_stand);
      if (!written.existed_before) ++report_.builds_added;
      report_.values_written += static_cast<std::int64_t>(recorded.metrics.size());
    }
  }

  void records(Instant now) {
    if (!theirs_.has_origins) return;
    Statement rows = theirs_.database.prepare("SELECT name FROM unentropy_record WHERE folded_at <> 0");
    while (rows.step()) {
      const std::string name(rows.text(0));
      if (!writer_.contains_record(name)) writer_.add_record(name, now);
    }
  }

  Source theirs_;
  Damage damage_;
  Difference difference_;
  BuildWriter writer_;
  AbsorbReport report_;
  std::int64_t unreadable_ = 0;
};

}  // namespace

AbsorbReport absorb_history(const Source& theirs, const Source& mine, Instant now, Damage damage) {
  return Absorption(theirs, mine, damage).run(now);
}

}  // namespace unentropy
