// What became of the records of an import, in numbers.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/clock.h"
#include "cli/intake.h"

namespace unentropy {

class ImportSummary {
 public:
  void add_invalid() { ++records_, ++invalid_; }
  void add_without_commit() { ++records_, ++without_commit_; }
  // `source` may be empty, for a line of a history; `at`: of the measurement.
  void add(Taken taken, const std::string& source, const std::string& metric, bool names_commit, Instant at);

  std::int64_t records() const { return records_; }
  std::int64_t invalid() const { return invalid_; }
  std::int64_t skipped() const { return without_commit_ + of_removed_; }
  std::int64_t conflicts() const { return all_.conflicts; }

  // Aligned lines.
  std::string text() const;

 private:
  struct Counts {
    std::int64_t inserted = 0, unchanged = 0, replaced = 0, conflicts = 0;
    void add(Taken taken);
  };
  static std::string table(const std::string& title, const std::map<std::string, Counts>& rows);

  std::int64_t records_ = 0, invalid_ = 0, without_commit_ = 0, of_removed_ = 0, without_value_ = 0;
  std::int64_t given_ = 0, resolved_ = 0;  // commits
  Counts all_;
  std::map<std::string, Counts> sources_;
  std::map<std::string, Counts> metrics_;
  std::optional<Instant> first_, last_;
};

}  // namespace unentropy
