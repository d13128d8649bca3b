// The built-in collectors: what `@collect NAME …` in a configuration and `unentropy collect NAME …` at a terminal
// share. One table says which there are and which options they take; parsing, did-you-mean and help read it.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.h"

namespace unentropy {

enum class OptionArity {
  flag,  // `--details`
  once,  // `--type branch`; may be given once
  many,  // `--exclude a b --exclude c`; takes every token up to the next option
};

struct OptionSpec {
  char short_name = 0;  // 0: none
  std::string_view name = {};
  OptionArity arity = OptionArity::once;
  std::string_view value_name = {};            // `NAME`; empty for flags
  std::vector<std::string_view> choices = {};  // empty: any text
  std::string_view default_text = {};          // as help shows it; empty: none
  std::string_view description = {};
  int effort = 0;  // what it adds to that of the collector
};

struct CollectorSpec {
  std::string_view name = {};
  std::string_view summary;    // one line
  std::string_view arguments;  // as help shows them: `[path…]`
  std::size_t min_arguments = 0;
  std::size_t max_arguments = 0;
  std::vector<OptionSpec> options;
  // How long it takes beside the others: what takes longest is begun first. Below 0: what another has read already
  // may spare it the work, so that it comes last.
  int effort = 0;
};

// All collectors, in the order of the documentation.
const std::vector<CollectorSpec>& collector_specs();
const CollectorSpec* find_collector(std::string_view name);

// What several runs of collectors share: trees that were walked, reports that were parsed. Safe to use from
// several threads.
class RunCache;
std::shared_ptr<RunCache> make_run_cache();

// Where and under which limits a collector runs.
struct CollectContext {
  std::filesystem::path base_directory;     // paths and globs are taken from here
  std::filesystem::path working_directory;  // and from here if nothing is found there
  std::vector<std::string> sources;         // normalised patterns; empty: not configured
  const Clock& clock;
  std::optional<Milliseconds> timeout = std::nullopt;
  std::function<bool()> interrupted = {};  // called from several threads
  // Set for commands that a stranger may have written: every path must then lie inside this directory and be
  // reached through no symbolic link.
  std::optional<std::filesystem::path> confined_to = std::nullopt;
  std::shared_ptr<RunCache> cache = nullptr;  // absent: nothing is shared
  // Counts the commands that may have written files since the cache was made: what is walked is shared only within
  // one epoch.
  std::size_t epoch = 0;
};

// A breakdown of the value, for `--details` and for JSON. Cells of one column are all texts or all numbers.
struct DetailTable {
  std::string name;  // `languages`
  std::vector<std::string> columns;
  std::vector<std::vector<std::variant<std::string, double>>> rows;
};

struct CollectorResult {
  double value = 0;  // finite
  std::vector<std::string> notices;
  std::vector<DetailTable> details;  // filled by the collectors that have any
  bool show_details = false;         // the caller was asked to print them
};

// Runs `tokens[0]` with the rest as its arguments and options. Throws `Error`: usage for a wrong command, not_found,
// denied and io for files, corrupt for a file that is not of its format, unavailable at the time limit or when
// interrupted.
CollectorResult run_collector(const std::vector<std::string>& tokens, const CollectContext& context);

// Throws as `run_collector` does for a wrong command, without touching any file.
void check_collector(const std::vector<std::string>& tokens);

// What follows `@collect` in a metric's command, split into tokens; nothing if the command is for the shell.
// Throws `Error` (usage) for an unterminated quote.
std::optional<std::vector<std::string>> collector_tokens(std::string_view command);

// A table as lines of text, columns aligned, for a terminal or a log.
std::string render_table(const DetailTable& table);

}  // namespace unentropy
