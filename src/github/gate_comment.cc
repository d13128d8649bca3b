#include "github/gate_comment.h"

#include <algorithm>
#include <set>
#include <vector>

#include <fmt/format.h>

#include "base/text.h"
#include "github/runner_files.h"
#include "model/format.h"

namespace unentropy {
namespace {

std::string_view icon(const GateRow& row) {
  if (!row.status) return row.now ? "" : "⚠️";
  switch (*row.status) {
    case VerdictStatus::pass:
      return "✅";
    case VerdictStatus::fail:
      return row.blocking_failure() ? "❌" : "⚠️";
    case VerdictStatus::unknown:
      return "➖";
  }
  return "";
}

std::string heading(const GateVerdict& verdict) {
  switch (verdict.status) {
    case VerdictStatus::pass:
      return "## ✅ Quality gate passed";
    case VerdictStatus::fail:
      return "## ❌ Quality gate failed";
    case VerdictStatus::unknown:
      return "## ⚠️ Quality gate could not decide";
  }
  return "";
}

std::string unit_name(const Metric& metric) { return metric.unit ? std::string(to_string(*metric.unit)) : ""; }

std::string name_cell(const Metric& metric) {
  const std::string name = escape_markdown(std::string(utf8_prefix(metric.name, 80)));
  return metric.name == metric.key || name.empty() ? escape_markdown(metric.key)
                                                   : name + " (" + escape_markdown(metric.key) + ")";
}

std::string value_cell(const GateRow& row) {
  if (!row.now) return "failed";
  if (const double* number = std::get_if<double>(&*row.now)) return format_value(*number, unit_name(row.metric));
  return escape_markdown(std::string(utf8_prefix(std::get<std::string>(*row.now), 60)));
}

std::string base_cell(const GateRow& row, const Baseline& baseline) {
  if (!row.baseline) return "N/A";
  std::string cell = format_value(row.baseline->value, unit_name(row.metric));
  if (row.baseline->commit_sha != baseline.commit_sha) {
    cell += " (of " + escape_markdown(row.baseline->commit_sha.substr(0, 7)) + ")";
  }
  return cell;
}

std::string change_cell(const GateRow& row) {
  if (!row.difference) return "N/A";
  if (*row.difference == 0) return "-";
  std::string cell = format_delta(*row.difference, unit_name(row.metric));
  if (row.relative_percent && unit_name(row.metric) != "percent") {
    cell += " (" + format_delta(*row.relative_percent, "percent") + ")";
  }
  return cell;
}

std::string table_row(const GateRow& row, const Baseline& baseline) {
  return fmt::format("| {} {} | {} | {} | {} | {} |\n", icon(row), name_cell(row.metric), base_cell(row, baseline),
                     value_cell(row), change_cell(row), escape_markdown(row.limit));
}

constexpr std::string_view kTableHead =
    "| Metric | Base | Pull request | Δ | Limit |\n| --- | ---: | ---: | ---: | --- |\n";

std::string violations(const GateVerdict& verdict) {
  std::string text;
  for (const bool blocking : {true, false}) {
    for (const GateRow& row : verdict.rows) {
      if (row.status != VerdictStatus::fail || row.blocking_failure() != blocking) continue;
      text += fmt::format("- {} {}: {}\n", icon(row), name_cell(row.metric),
                          escape_markdown(std::string(utf8_prefix(row.message, 200))));
    }
  }
  return text.empty() ? text : "\n### Violations\n\n" + text;
}

std::string failures(const GateVerdict& verdict) {
  std::string text;
  std::set<std::string> seen;
  for (const GateRow& row : verdict.rows) {
    if (row.now || row.status || !seen.insert(row.metric.key).second) continue;
    text += fmt::format("- ⚠️ {}: {}\n", name_cell(row.metric),
                        escape_markdown(std::string(utf8_prefix(row.message, 200))));
  }
  return text.empty() ? text : "\n### Not measured\n\n" + text;
}

std::string compared_with(const Baseline& baseline, const CommentOptions& options) {
  const std::string branch = escape_markdown(baseline.reference_branch);
  if (!baseline.unreadable_reason.empty()) {
    return "The history could not be read, so nothing was compared: " + escape_markdown(baseline.unreadable_reason) +
           "\n";
  }
  if (baseline.commit_sha.empty()) {
    const std::string why = baseline.missing_reason.empty() ? "there is no build yet" : baseline.missing_reason;
    return fmt::format(
        "There is nothing on {} to compare with: {}. The values below become visible to later pull "
        "requests once a build of {} is recorded.\n",
        branch, escape_markdown(why), branch);
  }
  const std::string short_sha = escape_markdown(baseline.commit_sha.substr(0, 7));
  const std::string commit = options.commit_url_prefix.empty()
                                 ? short_sha
                                 : fmt::format("[{}]({}{})", short_sha, options.commit_url_prefix, baseline.commit_sha);
  std::string text = fmt::format("Compared with {} on {}, recorded {}", commit, branch,
                                 format_instant(baseline.timestamp).substr(0, 10));
  if (baseline.distance)
    text += fmt::format(", {} {} away", *baseline.distance, *baseline.distance == 1 ? "commit" : "commits");
  return text + ".\n";
}

// The text with the first `first` rows of the first table and the first `second` rows of the folded one.
class Renderer {
 public:
  Renderer(const GateVerdict& verdict, const Baseline& baseline, const CommentOptions& options)
      : verdict_(verdict), baseline_(baseline), options_(options) {
    for (const GateRow& row : verdict.rows) {
      if (row.threshold) {
        judged_.push_back(&row);
      } else if (row.now && (row.difference.value_or(0) != 0 || !row.baseline)) {
        tracked_.push_back(&row);
      } else if (row.now) {
        ++unchanged_;
      }
    }
  }
  std::size_t judged() const { return judged_.size(); }
  std::size_t tracked() const { return tracked_.size(); }

  std::string text(std::size_t first, std::size_t second) const {
    std::string text = options_.marker + "\n" + heading(verdict_) + "\n\n" + escape_markdown(verdict_.message) + ". " +
                       compared_with(baseline_, options_) + violations(verdict_);
    if (!judged_.empty()) {
      text += "\n" + std::string(kTableHead);
      for (std::size_t i = 0; i < first; ++i) text += table_row(*judged_[i], baseline_);
      text += left_out(judged_.size() - first);
      text += fmt::format("\n{} passed, {} failed, {} warned, {} unknown\n", verdict_.passed,
                          verdict_.failed - verdict_.warned, verdict_.warned, verdict_.unknown);
    }
    text += failures(verdict_);
    if (!tracked_.empty() || unchanged_ > 0) {
      text +=
          fmt::format("\n<details><summary>Metrics without threshold: {} changed or new, {} unchanged</summary>\n\n",
                      tracked_.size(), unchanged_);
      if (second > 0) text += kTableHead;
      for (std::size_t i = 0; i < second; ++i) text += table_row(*tracked_[i], baseline_);
      text += left_out(tracked_.size() - second) + "\n</details>\n";
    }
    text += fmt::format(
        "\n<details><summary>About this check</summary>\n\nMode: {}. Reference branch: {}. Builds that "
        "qualify as baseline: {}. Made by Unentropy.\n\n"
        "</details>\n",
        to_string(options_.mode), escape_markdown(baseline_.reference_branch), baseline_.builds_considered);
    return text;
  }

 private:
  std::string left_out(std::size_t count) const {
    if (count == 0) return "";
    std::string text = fmt::format("\n{} more {} left out", count, count == 1 ? "row was" : "rows were");
    if (!options_.full_result.empty()) text += "; the whole result is in " + escape_markdown(options_.full_result);
    return text + ".\n";
  }

  const GateVerdict& verdict_;
  const Baseline& baseline_;
  const CommentOptions& options_;
  std::vector<const GateRow*> judged_;
  std::vector<const GateRow*> tracked_;
  std::size_t unchanged_ = 0;
};

}  // namespace

std::string gate_comment(const GateVerdict& verdict, const Baseline& baseline, const CommentOptions& options) {
  const Renderer renderer(verdict, baseline, options);
  std::size_t first = std::min(renderer.judged(), options.max_metrics);
  std::size_t second = std::min(renderer.tracked(), options.max_metrics);
  const std::size_t budget = std::min(options.max_units, kMaxCommentUnits);
  for (;;) {
    std::string text = renderer.text(first, second);
    if (utf16_length(text) <= budget || (first == 0 && second == 0)) return text;
    // The folded table goes first, halving because each rendering is linear in the rows.
    if (second > 0) {
      second /= 2;
    } else {
      first /= 2;
    }
  }
}

}  // namespace unentropy
