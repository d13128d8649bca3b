// The verdict as people read it on a pull request and in the job summary: verdict, violations, what changed, the rest
// folded away.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/clock.h"
#include "model/verdict.h"

namespace unentropy {

// In UTF-16 code units. The host refuses a comment of more than 65,536.
inline constexpr std::size_t kMaxCommentUnits = 65'000;

struct GateFeedback {
  const GateVerdict& verdict;
  const Baseline& baseline;
  GateMode mode = GateMode::soft;
  std::vector<std::string> notes = {};  // what else has to be said, one sentence each
  std::string repository_url = {};      // `https://github.com/owner/name`; empty: commits are not linked
  std::string run_url = {};             // empty: there is none
  Instant now{};
  std::size_t max_metrics = 30;  // rows of each table
  std::size_t max_units = kMaxCommentUnits;
};

// Markdown of at most `max_units`. Rows are dropped from the end of the tables first, and the text says how many;
// violations are shortened before any of them is left out. No text from outside acts as Markdown, HTML or a mention.
std::string gate_markdown(const GateFeedback& feedback);

// `1 passed, 2 failed, 1 warning, 3 unknown`
std::string gate_counts(const GateVerdict& verdict);

// The baseline in words, for a log: `abc1234567 of 2025-02-03 on main, 2 commits before this change`.
std::string baseline_text(const Baseline& baseline);

}  // namespace unentropy
