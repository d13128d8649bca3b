#include "github/gate_comment.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "base/text.h"
#include "github/runner_files.h"
#include "model/format.h"

namespace unentropy {
namespace {

constexpr std::size_t kShownCommit = 10;
constexpr std::chrono::hours kStale{14 * 24};

// How much is shown; what does not fit is cut here, least important first.
struct Budget {
  std::size_t folded = 0;      // rows
  std::size_t open = 0;        // rows
  std::size_t text = 200;      // code points of a name or a reason
  std::size_t violations = 0;  // listed
};

std::string plural(std::size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string_view icon(const GateRow& row) {
  if (!row.status) return row.now ? "" : "⚠️";
  switch (*row.status) {
    case VerdictStatus::pass:
      return "✅";
    case VerdictStatus::fail:
      return row.blocking_failure() ? "❌" : "⚠️";
    case VerdictStatus::unknown:
      return "❔";
  }
  return "";
}

std::string unit_of(const Metric& metric) { return metric.unit ? std::string(to_string(*metric.unit)) : ""; }

bool is_violation(const GateRow& row) { return row.status == VerdictStatus::fail; }
bool has_changed(const GateRow& row) { return row.difference && *row.difference != 0; }

class Page {
 public:
  explicit Page(const GateFeedback& feedback) : feedback_(feedback) {
    for (const GateRow& row : feedback.verdict.rows) {
      if (is_violation(row)) violations_.push_back(&row);
      if (row.threshold || has_changed(row)) {
        open_.push_back(&row);
      } else if (!row.now) {
        unmeasured_.push_back(&row);
      } else if (row.difference) {
        ++unchanged_;
      } else {
        folded_.push_back(&row);
      }
    }
    std::stable_partition(violations_.begin(), violations_.end(),
                          [](const GateRow* r) { return r->blocking_failure(); });
    // Thresholds first, in the order of the configuration.
    std::stable_partition(open_.begin(), open_.end(), [](const GateRow* r) { return r->threshold.has_value(); });
  }

  std::string fitting() {
    budget_.open = std::min(open_.size(), feedback_.max_metrics);
    budget_.folded = std::min(folded_.size(), feedback_.max_metrics);
    budget_.violations = violations_.size() + unmeasured_.size();
    for (;;) {
      std::string text = draw();
      if (utf16_length(text) <= feedback_.max_units) return text;
      if (budget_.folded > 0) {
        budget_.folded /= 2;
      } else if (budget_.open > 0) {
        budget_.open /= 2;
      } else if (budget_.text > 20) {
        budget_.text /= 2;
      } else if (budget_.violations > 0) {
        budget_.violations /= 2;
      } else {
        return headline();
      }
    }
  }

 private:
  std::string name(const GateRow& row) const {
    const std::string shown = escape_markdown(single_line(row.metric.name, std::min<std::size_t>(budget_.text, 80)));
    if (row.metric.name == row.metric.key || shown.empty()) return "`" + row.metric.key + "`";
    return shown + " (`" + row.metric.key + "`)";
  }

  std::string value(const MetricValue& value, const Metric& metric) const {
    if (const double* number = std::get_if<double>(&value)) return format_value(*number, unit_of(metric));
    return escape_markdown(single_line(std::get<std::string>(value), std::min<std::size_t>(budget_.text, 60)));
  }

  std::string before(const GateRow& row) const {
    if (!row.baseline) return "–";
    std::string text = format_value(row.baseline->value, unit_of(row.metric));
    if (row.baseline->commit_sha != feedback_.baseline.commit_sha) text += " of " + commit(row.baseline->commit_sha);
    return text;
  }

  std::string commit(const std::string& sha) const {
    const bool is_id = !sha.empty() && sha.find_first_not_of("0123456789abcdef") == std::string::npos;
    if (!is_id) return escape_markdown(single_line(sha, kShownCommit));
    const std::string code = "`" + sha.substr(0, kShownCommit) + "`";
    return feedback_.repository_url.empty() ? code
                                            : "[" + code + "](" + feedback_.repository_url + "/commit/" + sha + ")";
  }

  std::string headline() const {
    switch (feedback_.verdict.status) {
      case VerdictStatus::pass:
        return "## ✅ Quality gate passed\n";
      case VerdictStatus::fail:
        return feedback_.mode == GateMode::hard ? "## ❌ Quality gate failed\n"
                                                : "## ❌ Quality gate failed, without stopping the job\n";
      case VerdictStatus::unknown:
        return "## ⚠️ Quality gate has no verdict\n";
    }
    return "";
  }

  std::string comparison() const {
    const Baseline& baseline = feedback_.baseline;
    if (!baseline.unreadable_reason.empty()) {
      return "The history could not be read: " + message_markdown(baseline.unreadable_reason) +
             ". Limits that need no baseline were checked all the same.";
    }
    if (baseline.commit_sha.empty()) {
      return "Nothing to compare with yet: " + message_markdown(baseline.missing_reason) +
             ". Limits that need no baseline were checked; the others start to count with the first build of " +
             escape_markdown(baseline.reference_branch) + ".";
    }
    std::string text = "Compared with " + commit(baseline.commit_sha) + " of " +
                       format_instant(baseline.timestamp).substr(0, 10) + " on " +
                       escape_markdown(baseline.reference_branch);
    if (baseline.distance) text += ", " + where(*baseline.distance);
    if (feedback_.now - baseline.timestamp > kStale) {
      const auto days = std::chrono::duration_cast<std::chrono::hours>(feedback_.now - baseline.timestamp).count() / 24;
      text += fmt::format(", {} days old", days);
    }
    text += ".";
    if (!baseline.note.empty()) text += " " + message_markdown(sentence(baseline.note));
    return text;
  }

 public:
  static std::string where(int distance) {
    if (distance == 0) return "the commit that this change is made onto";
    return fmt::format("{} before the one that this change is made onto",
                       plural(static_cast<std::size_t>(distance), "commit"));
  }

 private:
  std::string violation(const GateRow& row) const {
    std::string text =
        fmt::format("- {} **{}**: {}.", icon(row), name(row), message_markdown(single_line(row.message, budget_.text)));
    if (!row.now) return text + "\n";
    if (row.baseline) text += " Was " + before(row) + ", now " + value(*row.now, row.metric) + ".";
    if (!row.limit.empty()) text += " Limit: " + escape_markdown(row.limit) + ".";
    return text + "\n";
  }

  std::string problems() const {
    std::string text;
    std::size_t left = budget_.violations;
    const auto list = [&](std::string_view title, const std::vector<const GateRow*>& rows, const auto& line) {
      if (rows.empty()) return;
      text += fmt::format("\n### {}\n\n", title);
      const std::size_t shown = std::min(left, rows.size());
      left -= shown;
      for (std::size_t i = 0; i < shown; ++i) text += line(*rows[i]);
      if (shown < rows.size()) text += fmt::format("- and {} more, see the log\n", rows.size() - shown);
    };
    list("Violations", violations_, [this](const GateRow& row) { return violation(row); });
    list("Not measured", unmeasured_, [this](const GateRow& row) {
      return fmt::format("- ⚠️ {}: {}\n", name(row), message_markdown(single_line(row.message, budget_.text)));
    });
    return text;
  }

  std::string row_text(const GateRow& row) const {
    const std::string now = row.now ? value(*row.now, row.metric) : "not measured";
    std::string change = "–";
    if (row.difference && row.baseline) {
      change = format_change(row.baseline->value, row.baseline->value + *row.difference, unit_of(row.metric));
    }
    std::string limit = escape_markdown(row.limit);
    if (row.status == VerdictStatus::unknown) {
      // Why there is none at all has been said above.
      const bool known = feedback_.baseline.commit_sha.empty() && row.message.starts_with("no baseline");
      const std::string why =
          known ? "no baseline" : single_line(row.message, std::min<std::size_t>(budget_.text, 100));
      limit += (limit.empty() ? "" : "; ") + escape_markdown(why);
    }
    return fmt::format("| {} | {} | {} | {} | {} | {} |\n", icon(row), name(row), before(row), now, change, limit);
  }

  std::string table(const std::vector<const GateRow*>& rows, std::size_t count) const {
    if (count == 0) return "";
    std::string text = "\n| | Metric | Base | Now | Δ | Limit |\n| --- | --- | ---: | ---: | ---: | --- |\n";
    for (std::size_t i = 0; i < count; ++i) text += row_text(*rows[i]);
    return text;
  }

  std::string draw() const {
    const GateVerdict& verdict = feedback_.verdict;
    std::string text = headline() + "\n" + escape_markdown(sentence(verdict.message)) + " " + comparison() + "\n";
    for (const std::string& note : feedback_.notes) text += "\n" + message_markdown(sentence(note)) + "\n";
    text += problems();
    text += table(open_, budget_.open);
    const std::size_t dropped = open_.size() - budget_.open + folded_.size() - budget_.folded;
    text += "\n" + gate_counts(verdict);
    if (unchanged_ > 0) text += fmt::format("; {} without a limit unchanged", plural(unchanged_, "metric"));
    text += ".";
    if (dropped > 0) {
      text += fmt::format(" {} left out here; all of them are in the file of results{}.",
                          dropped == 1 ? "1 row is" : fmt::format("{} rows are", dropped),
                          feedback_.run_url.empty() ? "" : " of [the run](" + feedback_.run_url + ")");
    }
    text += "\n";
    if (budget_.folded > 0) {
      text += fmt::format("\n<details><summary>{}</summary>\n", plural(folded_.size(), "other metric"));
      text += table(folded_, budget_.folded) + "\n</details>\n";
    }
    return text + footer();
  }

  std::string footer() const {
    std::string text = fmt::format(
        "\n<details><summary>About this gate</summary>\n\nMode {}, reference branch {}, {} to "
        "choose a baseline from.",
        to_string(feedback_.mode), escape_markdown(feedback_.baseline.reference_branch),
        plural(static_cast<std::size_t>(feedback_.baseline.builds_considered), "build"));
    return text + "\n\n</details>\n";
  }

  static std::string sentence(std::string text) {
    if (text.empty()) return text;
    if (text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
    return text.ends_with('.') ? text : text + ".";
  }

  const GateFeedback& feedback_;
  std::vector<const GateRow*> violations_;
  std::vector<const GateRow*> open_;
  std::vector<const GateRow*> unmeasured_;
  std::vector<const GateRow*> folded_;
  std::size_t unchanged_ = 0;
  Budget budget_;
};

}  // namespace

std::string gate_counts(const GateVerdict& verdict) {
  std::vector<std::string> parts = {fmt::format("{} passed", verdict.passed),
                                    fmt::format("{} failed", verdict.failed - verdict.warned)};
  if (verdict.warned > 0) parts.push_back(plural(verdict.warned, "warning"));
  if (verdict.unknown > 0) parts.push_back(fmt::format("{} unknown", verdict.unknown));
  return join(parts, ", ");
}

std::string baseline_text(const Baseline& baseline) {
  std::string text =
      fmt::format("{} of {} on {}", utf8_prefix(single_line(baseline.commit_sha), kShownCommit),
                  format_instant(baseline.timestamp).substr(0, 10), single_line(baseline.reference_branch, 60));
  if (baseline.distance) text += ", " + Page::where(*baseline.distance);
  if (!baseline.note.empty()) text += " (" + single_line(baseline.note) + ")";
  return text;
}

std::string gate_markdown(const GateFeedback& feedback) { return Page(feedback).fitting(); }

}  // namespace unentropy
