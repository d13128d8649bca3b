// What `gate` found, for machines and for a terminal.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "model/phase.h"
#include "model/sample.h"
#include "model/verdict.h"

namespace unentropy {

struct GateResult {
  int exit_code = 0;
  std::string error_code;  // empty: none; a name of the table in cli/error_codes.h
  std::string error_message;
  std::string error_hint;

  GateMode mode = GateMode::soft;
  GateVerdict verdict;
  Baseline baseline;
  int max_age_days = 90;
  std::vector<MetricOutcome> outcomes;
  std::vector<std::string> notes;
  std::string comment_url;             // empty: there is none
  std::filesystem::path results_file;  // absolute; empty: none was written
  Instant started{};
  Milliseconds duration{0};

  std::size_t collected() const;
  std::string error_line() const;  // message and hint
};

// The file of results; docs/reference/quality-gate.md describes it. Ends with a line end. With `most_bytes`, metrics
// without threshold are left out if it would be longer, and it says so.
std::string gate_json(const GateResult& result, std::optional<std::size_t> most_bytes = {});

// Name and value of every output, in the order of the documentation; all of them, on failure too.
std::vector<std::pair<std::string, std::string>> gate_action_outputs(const GateResult& result);

// One aligned line per row, then the verdict.
std::string gate_table(const GateResult& result);

}  // namespace unentropy
