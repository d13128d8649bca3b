#include "cli/commands.h"

#include <algorithm>
#include <cstdio>
#include <exception>

#include <CLI/CLI.hpp>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/text.h"
#include "base/version.h"
#include "cli/error_codes.h"
#include "cli/help.h"
#include "cli/process_hygiene.h"
#include "github/build_context.h"

namespace unentropy {
namespace {

constexpr std::string_view kSeeHelp = "`unentropy --help` lists the commands";

struct ParsedLine {
  std::map<std::string, std::string> flags;
  std::map<std::string, std::string> typed;  // name → its alias, where that was typed
  std::vector<std::string> arguments;
  bool help = false;
};

std::vector<std::string> flag_names(const CommandSpec& command) {
  std::vector<std::string> names = {"--help"};
  for (const std::string_view name : command.inputs) {
    const InputSpec& spec = input_spec(name);
    if (spec.exposure == Exposure::environment_only) continue;
    names.push_back("--" + std::string(spec.name));
    if (!spec.alias.empty()) names.push_back(flag_of(spec.alias));
  }
  return names;
}

Error unknown_option(const CommandSpec& command, const std::string& typed) {
  const std::string name = typed.substr(0, typed.find('='));
  for (const std::string_view input : command.inputs) {
    if (input_spec(input).exposure == Exposure::environment_only && name == "--" + std::string(input)) {
      return Error(ErrorKind::usage, "`" + name + "` is not an option, because other processes can read a command line",
                   "set the variable `" + own_variable(input) + "`");
    }
  }
  const auto close = nearest(name, flag_names(command));
  return Error(ErrorKind::usage, "`" + single_line(name, 60) + "` is no option of `" + std::string(command.name) + "`",
               close ? "did you mean `" + *close + "`?"
                     : "`unentropy " + std::string(command.name) + " --help` lists the options");
}

ParsedLine parse_line(const CommandSpec& command, std::vector<std::string> words) {
  ParsedLine parsed;
  CLI::App app;
  app.set_help_flag();
  app.allow_extras();
  if (command.style == ArgumentStyle::verbatim) app.prefix_command();
  app.add_flag("--help,-h", parsed.help);
  for (const std::string_view name : command.inputs) {
    const InputSpec& spec = input_spec(name);
    if (spec.exposure == Exposure::environment_only) continue;
    std::string names = "--" + std::string(spec.name);
    if (!spec.alias.empty()) {
      const std::string alias = flag_of(spec.alias);
      names += "," + alias;
      const bool is_typed = std::any_of(words.begin(), words.end(), [&](const std::string& word) {
        return word == alias || word.starts_with(alias + "=");
      });
      if (is_typed) parsed.typed.emplace(name, alias);
    }
    std::string& value = parsed.flags[std::string(name)];
    if (spec.kind == InputKind::boolean) {
      app.add_flag(names + "{true}", value)->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
    } else {
      app.add_option(names, value)->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
    }
  }
  std::reverse(words.begin(), words.end());  // as CLI11 wants it
  try {
    app.parse(words);
  } catch (const CLI::ParseError& error) {
    throw Error(ErrorKind::usage, "reading the command line: " + single_line(error.what()),
                "`unentropy " + std::string(command.name) + " --help` lists the options");
  }
  parsed.arguments = app.remaining();
  if (parsed.arguments.empty()) return parsed;
  for (const std::string& word : parsed.arguments) {
    if (word.size() > 1 && word.starts_with('-')) throw unknown_option(command, word);
    if (command.style == ArgumentStyle::verbatim) break;
  }
  const std::string& word = parsed.arguments.front();
  if (command.style == ArgumentStyle::none) {
    throw Error(ErrorKind::usage,
                "`" + std::string(command.name) + "` takes no argument: `" + single_line(word, 60) + "`",
                "`unentropy " + std::string(command.name) + " --help` lists the options");
  }
  return parsed;
}

const CommandSpec& find_command(const std::string& name) {
  std::vector<std::string> names;
  for (const CommandSpec& command : command_specs()) {
    if (command.name == name) return command;
    names.emplace_back(command.name);
  }
  const auto close = nearest(name, names);
  throw Error(ErrorKind::usage, "`" + single_line(name, 60) + "` is no command",
              close ? "did you mean `" + *close + "`?" : std::string(kSeeHelp));
}

// Every variable that can carry a credential, whichever command runs.
std::vector<std::string> secret_variables() {
  std::vector<std::string> names;
  for (const InputSpec& spec : input_specs()) {
    if (spec.exposure != Exposure::environment_only) continue;
    const auto variables = input_variables(spec);
    names.insert(names.end(), variables.begin(), variables.end());
  }
  return names;
}

// The terminal that the log goes to; nothing where a line cannot be drawn again: in a file, in CI (some systems give
// their jobs a terminal), at a terminal that knows no control sequences.
std::optional<TerminalSize> redrawable_terminal(const Environment& environment) {
  const std::string kind = environment.get_nonempty("TERM").value_or("dumb");
  if (kind == "dumb" || environment.get_nonempty("CI") || ::isatty(STDERR_FILENO) == 0) return std::nullopt;
  TerminalSize size;
  winsize window{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &window) == 0 && window.ws_row > 1 && window.ws_col > 1) {
    size.rows = window.ws_row;
    size.columns = window.ws_col;
  }
  return size;
}

int dispatch(const std::vector<std::string>& arguments, Environment environment, Printer& printer) {
  const std::string first = arguments.empty() ? "" : arguments.front();
  if (first == "--version" || first == "-V") {
    printer.data("unentropy " + std::string(version()) + "\n");
    return kExitDone;
  }
  if (first.empty() || first == "--help" || first == "-h" || first == "help") {
    if (first == "help" && arguments.size() > 1) {
      printer.table(command_help(find_command(arguments[1])));
    } else {
      printer.table(general_help());
    }
    return kExitDone;
  }
  if (first.starts_with('-')) {
    const auto close = nearest(first, {"--version", "--help"});
    throw Error(ErrorKind::usage, "`" + single_line(first, 60) + "` is no option",
                close ? "did you mean `" + *close + "`?" : std::string(kSeeHelp));
  }
  const CommandSpec& command = find_command(first);
  const ParsedLine parsed = parse_line(command, {arguments.begin() + 1, arguments.end()});
  if (parsed.help) {
    printer.table(command_help(command));
    return kExitDone;
  }

  InputValues inputs(command.inputs, parsed.flags, environment, parsed.typed);
  for (const std::string_view name : command.inputs) printer.mask(inputs.secret(name));
  for (const std::string& name : secret_variables()) environment.erase(name);
  if (inputs.flag("quiet")) printer.set_loudness(Loudness::quiet);
  if (inputs.flag("verbose")) printer.set_loudness(Loudness::verbose);
  SystemClock clock;
  Deadline deadline;
  SystemProcessRunner runner([&deadline] { return interruption_requested() || deadline.reached(); });
  CommandContext context{std::move(inputs),
                         parsed.arguments,
                         std::move(environment),
                         std::filesystem::current_path(),
                         printer,
                         clock,
                         runner,
                         interruption_requested,
                         deadline};
  return command.run(context);
}

// The inputs of a command that needs the storage; in the order in which help lists them.
std::vector<std::string_view> with_storage(std::vector<std::string_view> before,
                                           const std::vector<std::string_view>& after) {
  before.insert(before.end(),
                {"storage-type", "s3-endpoint", "s3-bucket", "s3-region", "s3-access-key-id", "s3-secret-access-key",
                 "s3-session-token", "s3-allow-http", "s3-addressing", "s3-ca-file"});
  before.insert(before.end(), after.begin(), after.end());
  return before;
}

}  // namespace

int exit_code_of(ErrorKind kind) { return error_code(to_string(kind)).exit_code; }

void refuse(Printer& printer, const std::vector<InputProblem>& problems) {
  if (problems.empty()) return;
  for (std::size_t i = 0; i + 1 < problems.size(); ++i) printer.error(problems[i].message, problems[i].hint);
  throw Error(ErrorKind::usage, problems.back().message, problems.back().hint);
}

const std::vector<CommandSpec>& command_specs() {
  static const std::vector<CommandSpec> commands = {
      {"track", ArgumentStyle::none, "", "measure this checkout and add it to the history",
       "Downloads the history, measures the checkout as the configuration says, adds one build, uploads the history "
       "again and writes the report. With sqlite-artifact and sqlite-local the history is a local file and only "
       "measuring and reporting happen.",
       with_storage({}, {"artifact-download", "artifact-name", "artifact-branch-filter", "config-file", "database-key",
                         "report-dir", "timeout", "retry-attempts", "github-token", "on-corrupt", "allow-dirty",
                         "allow-untrusted-commands", "json", "verbose", "quiet"}),
       run_track},
      {"gate", ArgumentStyle::none, "", "hold this checkout to the limits of the configuration",
       "Measures the checkout, compares it with the build of the nearest ancestor on the reference branch, and says "
       "which limits of `qualityGate` hold: as a table, as JSON, as Markdown, in a workflow also as job summary and as "
       "a comment on the pull request. The history is only read.",
       with_storage({"quality-gate-mode"},
                    {"artifact-name", "artifact-branch-filter", "config-file", "database-key", "enable-pr-comment",
                     "pr-comment-marker", "max-pr-comment-metrics", "output-file", "markdown-file", "timeout",
                     "retry-attempts", "github-token", "allow-untrusted-commands", "verbose", "quiet"}),
       run_gate},
      {"init",
       ArgumentStyle::none,
       "",
       "write a configuration that fits this project",
       "Finds out what kind of project this is, tries what can be measured in it, and writes a configuration with the "
       "metrics that work here and now. Storage is s3, artifact or local. At a terminal it asks; in CI, or with "
       "standard input from a file, it does not. Nothing that is there is replaced without `--force`.",
       {"storage-type", "project-type", "workflows", "dry-run", "force", "config-file", "quiet"},
       run_init},
      {"test",
       ArgumentStyle::none,
       "",
       "measure this checkout and store nothing",
       "Measures the checkout as the configuration says and prints value and time of each metric, or why it failed. "
       "Exits with 4 if any metric failed.",
       {"config-file", "allow-untrusted-commands", "json", "verbose", "quiet"},
       run_test},
      {"collect",
       ArgumentStyle::verbatim,
       "COLLECTOR [ARGUMENT…]",
       "run one built-in collector and print its number",
       "Runs a collector as `@collect` in a configuration does and prints the number alone. Options of this command "
       "come before the collector's name; what follows belongs to the collector.",
       {"config-file", "json", "quiet"},
       run_collect,
       collectors_help},
      {"sources",
       ArgumentStyle::none,
       "",
       "list the files that `sources` matches",
       "Lists what the patterns of `sources` in the configuration match: the files that `loc` counts when it is given "
       "no "
       "path.",
       {"absolute", "loc", "sort", "config-file", "json", "quiet"},
       run_sources},
      {"verify",
       ArgumentStyle::none,
       "",
       "check the configuration and nothing else",
       "Reads the configuration and reports every problem with its position. Exits with 0 for a valid file, warnings "
       "included, and with 2 otherwise.",
       {"config-file", "quiet"},
       run_verify},
      {"doctor", ArgumentStyle::none, "", "check configuration and storage before the first run",
       "Checks the configuration, then tries everything a run will need of the storage: connection, credentials, "
       "reading, writing, deleting, conditional uploads, copies, speed. Prints one verdict per check. Writes only "
       "below "
       "DATABASE-KEY.doctor/ and takes it away again. Exits with 0 if a run would be safe.",
       with_storage({}, {"config-file", "database-key", "timeout", "retry-attempts", "json", "verbose", "quiet"}),
       run_doctor},
      {"status", ArgumentStyle::none, "", "say how the stored history is",
       "Reads the history and what lies beside it, and prints the last builds, size, age, backup, run records that are "
       "not in the history yet, layout, and what is known of the store's conditional uploads. Writes nothing.",
       with_storage({}, {"config-file", "database-key", "timeout", "retry-attempts", "json", "verbose", "quiet"}),
       run_status},
      {"merge", ArgumentStyle::files, "FILE…", "put the builds of other histories into this one",
       "Adds every build and value of the given histories (SQLite files: a downloaded artifact, a copy from another "
       "provider, a file of another tool) to the configured storage, or with `--into` to a local file. What is there "
       "already stays; merging the same file again changes nothing.",
       with_storage({"into"},
                    {"config-file", "database-key", "timeout", "retry-attempts", "on-corrupt", "verbose", "quiet"}),
       run_merge},
      {"artifact",
       ArgumentStyle::files,
       "download",
       "fetch the history that a workflow stored as an artifact",
       "Finds the newest artifact of a successful run of the branch, never one of a fork, checks and unpacks it, and "
       "adds its builds to the local file `database-key`, which is made if it is not there. Builds that runs without "
       "success have stored since are added, too. Exits with 5 if no run has stored one yet, and with 3 if one could "
       "not be read.",
       {"artifact-name", "artifact-branch-filter", "database-key", "retry-attempts", "github-token", "verbose",
        "quiet"},
       run_artifact},
      {"export", ArgumentStyle::none, "", "print every build and value of a history",
       "Prints the whole history, all branches and events, one measurement per line: as JSON, from which `import` "
       "makes "
       "the same history again, or as CSV for spreadsheets. Writes nothing to the storage.",
       with_storage({"db", "export-format", "output"},
                    {"config-file", "database-key", "timeout", "retry-attempts", "verbose", "quiet"}),
       run_export},
      {"import", ArgumentStyle::files, "FILE…|seed-workflow", "add measurements that were made elsewhere",
       "Adds the measurements of files with one JSON object per line: `metric_id`, `timestamp`, `value_numeric` or "
       "`value_label`, and optionally `commit_sha`, `branch`, `source`, `run_id`, `run_number`, `metadata`. They go to "
       "the configured storage, or with `--into` to a local file. A record that is invalid, for which there is no "
       "commit, or which contradicts the history is reported and left out; with `--strict` nothing is imported then. "
       "Importing a file again changes nothing. `seed-workflow` prints a workflow that makes the first artifact of a "
       "history from a database, or writes it to `--output`.",
       with_storage({"into", "trend-branch", "strict", "replace", "dry-run", "output", "force"},
                    {"artifact-name", "config-file", "database-key", "timeout", "retry-attempts", "on-corrupt",
                     "verbose", "quiet"}),
       run_import},
      {"report", ArgumentStyle::none, "", "draw a history as a page, or print it as data",
       "Reads the history from a file (`--db`) or from the storage, writes nothing to it, and makes the report: one "
       "HTML "
       "file that needs no network, or the values of one branch as JSON, CSV or a Markdown table. Without a "
       "configuration every metric of the history is drawn.",
       with_storage({"db"}, {"database-key", "config-file", "branch", "format", "report-dir", "output", "timeout",
                             "retry-attempts", "verbose", "quiet"}),
       run_report},
      {"preview",
       ArgumentStyle::none,
       "",
       "show how the report will look",
       "Draws the report of the configuration with invented values, which are the same at every run and are marked as "
       "invented, or with `--db` the report of a history. At a terminal the page is opened in a browser.",
       {"db", "config-file", "branch", "output", "force", "no-open", "verbose", "quiet"},
       run_preview},
  };
  return commands;
}

int run_command_line(const std::vector<std::string>& arguments, Environment environment) {
  forbid_inspection();
  wipe_environment(secret_variables());
  catch_signals();
  Printer::Options options;
  options.workflow = runs_in_workflow(environment);
  options.terminal = redrawable_terminal(environment);
  options.data_look = TerminalLook::of(STDOUT_FILENO, environment);
  options.log_look = TerminalLook::of(STDERR_FILENO, environment);
  Printer printer(options);
  int code = kExitDone;
  try {
    code = dispatch(arguments, std::move(environment), printer);
  } catch (const Error& error) {
    printer.error(error);
    code = exit_code_of(error.kind());
  } catch (const std::exception& error) {
    printer.error("internal error: " + single_line(error.what()), "please report this with the command you ran");
    code = exit_code_of(ErrorKind::internal);
  }
  printer.finish();
  return code;
}

}  // namespace unentropy
