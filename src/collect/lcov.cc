#include "collect/lcov.h"

#include <algorithm>
#include <cstring>
#include <unordered_map>

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"
#include "collect/numbers.h"

namespace unentropy {

namespace {

constexpr std::size_t kMaxWarnings = 5;

// More than a common line has, three numbers, and than is read at once behind it.
constexpr std::size_t kLookAhead = 64;

// A line number or a branch of at most nine digits, at least one. Returns what is behind it, null if it is no such
// number. In a loop, because neighbouring ones mostly have as many digits.
const char* read_number(const char* text, std::uint32_t& value) {
  value = 0;
  const char* next = text;
  for (; *next >= '0' && *next <= '9' && next < text + 9; ++next) {
    value = value * 10 + static_cast<std::uint32_t>(*next - '0');
  }
  return next == text ? nullptr : next;
}

// `12` or `-` and the end of the line. Returns what is behind it, null if it is anything else.
const char* read_hits(const char* text, bool& covered) {
  const DigitRun digits(text);
  covered = digits.is_positive();
  text += digits.size();
  if (*text == '-') ++text;
  if (*text == '\r') ++text;
  return *text == '\n' ? text + 1 : nullptr;
}

// Takes the text before the next comma off the front of `rest`.
std::string_view take_field(std::string_view& rest) {
  const std::size_t comma = rest.find(',');
  const std::string_view field = rest.substr(0, comma);
  rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
  return field;
}

// At most nine digits and the comma behind them, taken off the front of `rest`; nothing is taken if that is not there.
std::optional<std::uint32_t> take_short_number(std::string_view& rest) {
  constexpr std::size_t kMostDigits = 9;
  std::uint32_t value = 0;
  std::size_t size = 0;
  while (size < rest.size() && size <= kMostDigits && rest[size] >= '0' && rest[size] <= '9') {
    value = value * 10 + static_cast<std::uint32_t>(rest[size++] - '0');
  }
  if (size == 0 || size > kMostDigits || size == rest.size() || rest[size] != ',') return std::nullopt;
  rest.remove_prefix(size + 1);
  return value;
}

// So many are kept of a record before they are packed, which also drops repeated ones.
constexpr std::size_t kMostBranches = 1U << 16;

// Keys of branches: an ordinary one's lies near those of its neighbours, so that a file's pack well; any other's is a
// hash far above them.
constexpr std::uint32_t kBranchesOfLine = 16;
std::uint64_t near_key(std::uint32_t line, std::uint32_t branch) {
  return (std::uint64_t{line} * kBranchesOfLine + branch) << 1U;
}
std::uint64_t far_key(std::string_view text, std::uint32_t line) { return hash_key(text, line) | 1ULL << 63U; }

class LcovParser {
 public:
  explicit LcovParser(InputStream& input) : input_(input), lines_(input), files_(report_) {}

  CoverageReport run() {
    for (;;) {
      if (in_record_) take_common_lines();
      const auto line = lines_.next();
      if (!line) break;
      take(*line);
    }
    if (!any_record_) {
      throw Error(ErrorKind::corrupt, fmt::format("`{}` is not an LCOV file: it has no `SF:` line", input_.shown()),
                  "give the tracefile that `lcov --capture` or the test runner's LCOV reporter writes");
    }
    end_record(End::cut_off);
    if (cut_off_ > kMaxWarnings) {
      report_.warnings.push_back(fmt::format("{} more records have no `end_of_record`", cut_off_ - kMaxWarnings));
    }
    return std::move(report_);
  }

 private:
  enum class End { regular, cut_off };

  // Takes lines while they are as nearly all lines of a tracefile: `DA:` and `BRDA:` with numbers of ordinary size. A
  // line that is any different, or that the buffer may end in, is left to `take`, which makes the same of all of them.
  void take_common_lines() {
    const std::string_view text = lines_.buffered();
    const char* next = text.data();
    const char* const last = next + text.size() - std::min(text.size(), kLookAhead);
    std::uint64_t lines = 0;
    for (const char* behind = nullptr; next < last; next = behind, ++lines) {
      behind = *next == 'D' ? take_common_line(next) : take_common_branch(next);
      if (behind == nullptr) break;
    }
    lines_.skip(static_cast<std::size_t>(next - text.data()), lines);
  }

  // `DA:12,3`. Returns what is behind the line, null if it is any other.
  const char* take_common_line(const char* next) {
    if (std::memcmp(next, "DA:", 3) != 0) return nullptr;
    std::uint32_t line = 0;
    next = read_number(next + 3, line);
    if (next == nullptr || *next != ',') return nullptr;
    bool covered = false;
    next = read_hits(next + 1, covered);
    if (next != nullptr) file_->lines.add(line, covered);
    return next;
  }

  // `BRDA:12,0,1,3` or `BRDA:12,0,1,-`, likewise.
  const char* take_common_branch(const char* next) {
    if (std::memcmp(next, "BRDA:", 5) != 0) return nullptr;
    std::uint32_t line = 0;
    std::uint32_t branch = 0;
    next = read_number(next + 5, line);
    if (next == nullptr || std::memcmp(next, ",0,", 3) != 0) return nullptr;
    next = read_number(next + 3, branch);
    if (next == nullptr || *next != ',' || branch >= kBranchesOfLine) return nullptr;
    bool covered = false;
    next = read_hits(next + 1, covered);
    if (next != nullptr) add_branch(near_key(line, branch), covered);
    return next;
  }

  void take(std::string_view line) {
    if (line.starts_with("DA:")) return take_line(line.substr(3));
    if (line.starts_with("BRDA:")) return in_record_ ? take_branch(line.substr(5)) : void();
    if (line == "end_of_record") return end_record(End::regular);
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return;
    const std::string_view tag = line.substr(0, colon);
    const std::string_view rest = line.substr(colon + 1);
    if (tag == "SF") return begin_record(trim(rest));
    if (!in_record_) return;
    if (tag == "FN") return take_function(rest);
    if (tag == "FNDA") return take_function_hits(rest);
    if (tag == "FNL") return take_function_line(rest);
    if (tag == "FNA") return take_function_alias(rest);
    if (tag == "LF") return take_summary(lines_summary_.found, rest);
    if (tag == "LH") return take_summary(lines_summary_.covered, rest);
    if (tag == "BRF") return take_summary(branches_summary_.found, rest);
    if (tag == "BRH") return take_summary(branches_summary_.covered, rest);
    if (tag == "FNF") return take_summary(functions_summary_.found, rest);
    if (tag == "FNH") return take_summary(functions_summary_.covered, rest);
  }

  void begin_record(std::string_view path) {
    end_record(End::cut_off);
    any_record_ = true;
    in_record_ = true;
    path_ = path;
    file_ = &files_.at(path);
  }

  void end_record(End end) {
    if (!in_record_) return;
    in_record_ = false;
    add_functions();
    hand_over_branches();
    if (file_->lines.empty()) add_summary(CoverageType::line, lines_summary_);
    if (file_->branches.empty()) add_summary(CoverageType::branch, branches_summary_);
    if (file_->functions.empty()) add_summary(CoverageType::function, functions_summary_);
    lines_summary_ = branches_summary_ = functions_summary_ = {};
    if (end == End::cut_off && ++cut_off_ <= kMaxWarnings) {
      report_.warnings.push_back(fmt::format("the record of `{}` has no `end_of_record`", single_line(path_, 80)));
    }
  }

  void add_summary(CoverageType type, const CoverageCount& count) {
    if (count.found > 0) file_->add_summary(type, count);
  }

  void take_line(std::string_view rest) {
    if (!in_record_) return;
    const auto line = to_count(take_field(rest));
    if (line) file_->lines.add(*line, is_positive(take_field(rest)));
  }

  void take_branch(std::string_view rest) {
    const auto line = to_count(take_field(rest));
    if (!line) return;
    std::string_view numbers = rest;
    const auto block = take_short_number(numbers);
    const auto branch = block == 0U ? take_short_number(numbers) : std::nullopt;
    if (branch && *branch < kBranchesOfLine && numbers.find(',') == std::string_view::npos) {
      add_branch(near_key(*line, *branch), is_positive(numbers));
      return;
    }
    // The branch may be an expression that contains commas; the last field is how often it was taken.
    const std::size_t comma = rest.rfind(',');
    if (comma == std::string_view::npos) return;
    add_branch(far_key(rest.substr(0, comma), *line), is_positive(rest.substr(comma + 1)));
  }

  void add_branch(std::uint64_t key, bool covered) {
    branches_.push_back(key | (covered ? 1U : 0U));
    if (branches_.size() >= kMostBranches) hand_over_branches();
  }

  void hand_over_branches() {
    file_->branches.add_all(branches_);
    branches_.clear();
  }

  // `line,name` or `line,end,name`. A name that begins with digits and a comma does not exist in any language.
  void take_function(std::string_view rest) {
    const auto line = to_count(take_field(rest));
    if (!line) return;
    const std::size_t comma = rest.find(',');
    if (comma != std::string_view::npos && to_count(rest.substr(0, comma))) rest.remove_prefix(comma + 1);
    add_place(hash_key(rest), *line, false);
  }

  void take_function_hits(std::string_view rest) {
    const bool covered = is_positive(take_field(rest));
    hits_.push_back({hash_key(rest), 0, covered});
  }

  void take_function_line(std::string_view rest) {
    const auto index = to_count(take_field(rest));
    const auto line = to_count(take_field(rest));
    if (index && line) function_lines_[*index] = *line;
  }

  void take_function_alias(std::string_view rest) {
    const auto index = to_count(take_field(rest));
    if (!index) return;
    const bool covered = is_positive(take_field(rest));
    const auto line = function_lines_.find(*index);
    add_place(hash_key(rest), line == function_lines_.end() ? 0 : line->second, covered);
  }

  struct Function {
    std::uint64_t name = 0;
    std::uint32_t line = 0;
    bool covered = false;
  };

  void add_place(std::uint64_t name, std::uint32_t line, bool covered) { places_.push_back({name, line, covered}); }

  // Hits name a function only; the lines come from the places of the same record.
  void add_functions() {
    const auto by_name = [](const Function& a, const Function& b) { return a.name < b.name; };
    std::sort(places_.begin(), places_.end(), by_name);
    std::sort(hits_.begin(), hits_.end(), by_name);
    for (const Function& place : places_) add_function(place, place.covered);
    for (std::size_t i = 0; i < hits_.size(); ++i) {
      const bool more_of_the_name = i + 1 < hits_.size() && hits_[i + 1].name == hits_[i].name;
      if (more_of_the_name) {
        hits_[i + 1].covered = hits_[i + 1].covered || hits_[i].covered;
        continue;
      }
      const Function& hit = hits_[i];
      const auto [begin, end] = std::equal_range(places_.begin(), places_.end(), hit, by_name);
      if (begin == end) add_function(hit, hit.covered);
      for (auto place = begin; place != end; ++place) {
        if (hit.covered) add_function(*place, true);
      }
    }
    file_->functions.add_all(functions_);
    functions_.clear();
    places_.clear();
    hits_.clear();
    function_lines_.clear();
  }

  void add_function(const Function& function, bool covered) {
    functions_.push_back(hash_key(std::string_view(), function.name + function.line) | (covered ? 1U : 0U));
  }

  static void take_summary(std::uint64_t& number, std::string_view rest) {
    const auto value = to_count(trim(rest));
    if (value) number = *value;
  }

  InputStream& input_;
  LineReader lines_;
  CoverageReport report_;
  CoverageFiles files_;
  FileCoverage* file_ = nullptr;
  std::string path_;
  bool any_record_ = false;
  bool in_record_ = false;
  std::size_t cut_off_ = 0;
  CoverageCount lines_summary_;
  CoverageCount branches_summary_;
  CoverageCount functions_summary_;
  // Of the record: keys with their marks, and functions that are not yet joined with their hits.
  std::vector<std::uint64_t> branches_;
  std::vector<std::uint64_t> functions_;
  std::vector<Function> places_;
  std::vector<Function> hits_;
  std::unordered_map<std::uint32_t, std::uint32_t> function_lines_;
};

}  // namespace

CoverageReport parse_lcov(InputStream& input) { return LcovParser(input).run(); }

const CoverageFormat& lcov_format() {
  static const CoverageFormat kFormat{
      "LCOV", parse_lcov, {CoverageType::line, CoverageType::branch, CoverageType::function}};
  return kFormat;
}

namespace {

CollectorResult collect_lcov(const CollectorRun& run) { return collect_coverage(run, &lcov_format()); }

}  // namespace

Collector coverage_lcov_collector() {
  return {coverage_spec("coverage-lcov", "test coverage from LCOV files", lcov_format().types), collect_lcov};
}

}  // namespace unentropy
