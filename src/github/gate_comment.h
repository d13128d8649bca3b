// The quality gate's words on a pull request: one Markdown text for the comment and the job summary.
#pragma once

#include <cstddef>
#include <string>

#include "model/threshold.h"
#include "model/verdict.h"

namespace unentropy {

inline constexpr std::string_view kDefaultCommentMarker = "<!-- unentropy-quality-gate -->";

// The host refuses a comment above 65,536 characters; we stay below, counted in UTF-16 units.
inline constexpr std::size_t kMaxCommentUnits = 65'000;

struct CommentOptions {
  std::string marker{kDefaultCommentMarker};  // the first line
  GateMode mode = GateMode::soft;
  std::size_t max_metrics = 30;  // rows of the first table
  std::size_t max_units = kMaxCommentUnits;
  std::string commit_url_prefix;  // `https://github.com/o/r/commit/`; empty: commits are not linked
  std::string full_result;        // where the whole result is, for example `the job summary`
};

// Verdict first, then violations, the table of metrics with thresholds, metrics that failed, the folded rest, a folded
// footer. When it is too long, rows of the tables are dropped from the end, never a violation, and the text says so.
std::string gate_comment(const GateVerdict& verdict, const Baseline& baseline, const CommentOptions& options);

}  // namespace unentropy
