// `count`: files, or matches of a regular expression in them.
#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <re2/re2.h>
#include <unistd.h>

#include "base/error.h"
#include "base/text.h"
#include "collect/exclusions.h"
#include "collect/paths.h"
#include "collect/registry.h"
#include "collect/threads.h"

namespace unentropy {

namespace {

constexpr std::size_t kPiece = 4U << 20;
constexpr std::size_t kBinaryProbe = 8000;

enum class What { matches, lines };

std::unique_ptr<RE2> compile(const std::string& pattern, bool ignore_case) {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_case_sensitive(!ignore_case);
  // Nothing matches across lines, so that searching takes linear time.
  options.set_never_nl(true);
  options.set_encoding(is_utf8(pattern) ? RE2::Options::EncodingUTF8 : RE2::Options::EncodingLatin1);
  if (const RE2 alone(pattern, options); !alone.ok()) {
    throw Error(ErrorKind::usage, fmt::format("{} is no regular expression: {}", in_ticks(pattern), alone.error()),
                "the syntax is that of RE2");
  }
  // `^` and `$` mean lines.
  return std::make_unique<RE2>("(?m:" + pattern + ")", options);
}

std::uint64_t count_in(const RE2& regex, std::string_view text, What what) {
  const re2::StringPiece piece(text.data(), text.size());
  std::uint64_t count = 0;
  std::size_t at = 0;
  while (at <= text.size()) {
    re2::StringPiece match;
    if (!regex.Match(piece, at, text.size(), RE2::UNANCHORED, &match, 1)) break;
    const auto begin = static_cast<std::size_t>(match.data() - text.data());
    const std::size_t end = begin + match.size();
    // Behind the last line end there is no further line.
    if (begin == text.size() && (text.empty() || text.back() == '\n')) break;
    if (what == What::lines) {
      ++count;
      const std::size_t line_end = text.find('\n', end);
      if (line_end == std::string_view::npos) break;
      at = line_end + 1;
    } else {
      if (!match.empty()) ++count;
      at = match.empty() ? end + 1 : end;
    }
  }
  return count;
}

// A file, piece by piece; a piece ends with a line unless that is longer than the buffer.
class Searcher {
 public:
  Searcher(const RE2& regex, What what, const Watch& watch) : regex_(regex), what_(what), watch_(watch) {}

  std::uint64_t count(const InputFile& file) {
    watch_.check();
    const UniqueFd fd = open_input(file.path, file.shown);
    std::uint64_t count = 0;
    std::size_t have = 0;
    for (bool first = true;; first = false) {
      const std::size_t got = fill(fd.get(), have, file.shown);
      const std::string_view text(buffer_.data(), got);
      if (first && text.substr(0, kBinaryProbe).find('\0') != std::string_view::npos) return 0;
      if (got < buffer_.size()) return count + count_in(regex_, text, what_);
      const std::size_t line_end = text.rfind('\n');
      const std::size_t cut = line_end == std::string_view::npos ? got : line_end + 1;
      count += count_in(regex_, text.substr(0, cut), what_);
      have = got - cut;
      std::memmove(buffer_.data(), buffer_.data() + cut, have);
      watch_.check();
    }
  }

 private:
  // Reads until the buffer is full or the file at its end.
  std::size_t fill(int fd, std::size_t have, std::string_view shown) {
    while (have < buffer_.size()) {
      const ssize_t got = ::read(fd, buffer_.data() + have, buffer_.size() - have);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) throw system_error(errno, fmt::format("cannot read {}", in_ticks(shown)));
      if (got == 0) break;
      have += static_cast<std::size_t>(got);
    }
    return have;
  }

  const RE2& regex_;
  What what_;
  const Watch& watch_;
  std::vector<char> buffer_ = std::vector<char>(kPiece);
};

std::uint64_t count_in_files(const CollectorRun& run, const std::vector<InputFile>& files) {
  const std::unique_ptr<RE2> regex = compile(*run.command.value("regex"), run.command.has("ignore-case"));
  const What what = run.command.has("lines") ? What::lines : What::matches;
  const std::size_t workers = std::min(hardware_threads(), files.size() / 16 + 1);
  std::atomic<std::size_t> next = 0;
  std::atomic<std::uint64_t> sum = 0;
  run_workers(workers, [&](std::size_t) {
    Searcher searcher(*regex, what, run.watch);
    for (std::size_t i = next++; i < files.size(); i = next++) sum += searcher.count(files[i]);
  });
  return sum;
}

CollectorResult collect_count(const CollectorRun& run) {
  CollectorResult result;
  for (const std::string_view option : {"lines", "ignore-case"}) {
    if (run.command.has(option) && !run.command.has("regex")) {
      throw Error(ErrorKind::usage, fmt::format("option `--{}` of `count` needs `--regex`", option),
                  "without a pattern files are counted");
    }
  }
  const Exclusions exclusions(run.command.values("exclude"));
  // Folders as `loc` sees them, without what is ignored; globs as they match.
  const std::vector<FileGroup> groups = reached_files(run, run.command.arguments(), Folders::searched, result.notices);
  if (!run.command.has("regex") && exclusions.empty()) {
    for (const FileGroup& group : groups) result.value += static_cast<double>(group.size());
    return result;
  }
  std::vector<InputFile> files = listed(groups);
  if (!exclusions.empty()) {
    std::erase_if(files, [&](const InputFile& file) {
      const std::string_view path = file.relative;
      const std::size_t slash = path.rfind('/');
      const std::string_view folder = slash == std::string_view::npos ? "" : path.substr(0, slash + 1);
      return exclusions.covers_folder(folder) || exclusions.covers_file(folder, path.substr(folder.size()));
    });
  }
  const std::uint64_t count = run.command.has("regex") ? count_in_files(run, files) : files.size();
  result.value = static_cast<double>(count);
  return result;
}

}  // namespace

Collector count_collector() {
  return {{"count",
           "files, or matches of a regular expression in them",
           "[path…]",
           0,
           1000,
           {{.short_name = 'r',
             .name = "regex",
             .value_name = "PATTERN",
             .description = "count matches of this pattern (RE2 syntax, line by line) instead of files",
             .effort = 1},
            {.name = "lines", .arity = OptionArity::flag, .description = "count lines that match instead of matches"},
            {.short_name = 'i', .name = "ignore-case", .arity = OptionArity::flag, .description = "match either case"},
            {.short_name = 'e',
             .name = "exclude",
             .arity = OptionArity::many,
             .value_name = "PATTERN",
             .description = "leave out files and folders of this name, or what this glob matches"}}},
          collect_count};
}

}  // namespace unentropy
