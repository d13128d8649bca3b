#include <algorithm>

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/error_codes.h"
#include "cli/reference.h"

namespace unentropy {
namespace {

constexpr std::string_view kGenerated =
    "<!-- Written by `unentropy_reference pages`, see docs/develop.md: change the tables, not this page. -->\n";

// Text in a cell of a table.
std::string cell(std::string_view text) {
  std::string safe;
  bool quoted = false;
  for (const char c : text) {
    if (c == '`') quoted = !quoted;
    if (c == '|') {
      safe += "\\|";
    } else if (c == '<' && !quoted) {
      safe += "&lt;";
    } else {
      safe += c;
    }
  }
  return safe;
}

std::string quoted(const std::vector<std::string>& words) {
  std::vector<std::string> marked;
  marked.reserve(words.size());
  for (const std::string& word : words) marked.push_back("`" + word + "`");
  return join(marked, ", ");
}

std::string option_row(const InputSpec& spec) {
  std::vector<std::string> names = spellings(spec);
  if (!spec.value_name.empty()) names.front() += " " + std::string(spec.value_name);
  const std::string fallback = spec.default_text.empty() ? "–" : std::string(spec.default_text);
  return fmt::format("| {} | {} | {} | {} |\n", quoted(names), cell(spec.description), cell(fallback),
                     quoted(shown_variables(spec)));
}

std::string command_section(const CommandSpec& command) {
  std::string text =
      fmt::format("\n## {}\n\n```text\nunentropy {} [OPTION…]{}{}\n```\n\n{}\n", command.name, command.name,
                  command.arguments.empty() ? "" : " ", command.arguments, cell(command.description));
  std::string options;
  std::string credentials;
  for (const std::string_view name : command.inputs) {
    const InputSpec& spec = input_spec(name);
    if (spec.exposure == Exposure::flag) {
      options += option_row(spec);
      continue;
    }
    credentials += fmt::format("| {} | {} | {} |\n", spec.name, cell(spec.description), quoted(shown_variables(spec)));
  }
  if (!options.empty()) text += "\n| Option | Meaning | Default | Variables |\n| --- | --- | --- | --- |\n" + options;
  if (!credentials.empty()) {
    text += "\n| Credential, never an option | Meaning | Variables |\n| --- | --- | --- |\n" + credentials;
  }
  if (command.more_help != nullptr) text += "\n```text\n" + command.more_help() + "```\n";
  return text;
}

struct ActionEntry {
  std::string name;
  std::string description;
};

// The entries of one section of an action.yml, which keeps to `  name:` and `    description: text` on lines of
// their own; a test holds the result to a YAML parser's.
std::vector<ActionEntry> entries_of(const ActionFile& action, std::string_view section) {
  std::vector<ActionEntry> entries;
  bool inside = false;
  for (const std::string_view line : split(action.text, '\n')) {
    if (!line.empty() && line.front() != ' ') inside = line == std::string(section) + ":";
    if (!inside) continue;
    constexpr std::string_view kDescription = "    description: ";
    if (line.starts_with("  ") && line.size() > 3 && line[2] != ' ' && line.ends_with(':')) {
      entries.push_back({std::string(line.substr(2, line.size() - 3)), ""});
    } else if (line.starts_with(kDescription) && !entries.empty()) {
      entries.back().description = line.substr(kDescription.size());
    }
  }
  const bool complete = !entries.empty() && std::none_of(entries.begin(), entries.end(), [](const ActionEntry& entry) {
    return entry.description.empty();
  });
  if (!complete) {
    throw Error(
        ErrorKind::usage,
        fmt::format("reading the {} of `{}`: there is none, or one without a description", section, action.title),
        "give each a name and a description on lines of their own");
  }
  return entries;
}

std::string elsewhere(const std::string& name) {
  const auto& specs = input_specs();
  const auto found = std::find_if(specs.begin(), specs.end(), [&](const InputSpec& spec) { return spec.name == name; });
  if (found == specs.end()) return "–";
  return found->exposure == Exposure::flag ? "`--" + name + "`" : "`" + own_variable(name) + "`";
}

}  // namespace

const std::vector<std::string_view>& listed_values(const InputSpec& spec) {
  return spec.choices.empty() ? spec.offered : spec.choices;
}

std::vector<std::string> spellings(const InputSpec& spec) {
  if (spec.exposure == Exposure::environment_only) return {};
  std::vector<std::string> names = {"--" + std::string(spec.name)};
  if (!spec.alias.empty()) names.push_back(flag_of(spec.alias));
  return names;
}

std::string first_sentence(std::string_view text) {
  text = text.substr(0, text.find(". "));
  if (text.ends_with('.')) text.remove_suffix(1);
  return std::string(text);
}

std::string commands_page() {
  std::string text =
      "# Commands\n\n" + std::string(kGenerated) +
      "\nEvery option can also be given as a variable, and to the actions as an input; a flag beats a variable, and "
      "what is\ngiven beats the configuration. Data goes to standard output, everything else to standard error.\n\n"
      "| Command | |\n| --- | --- |\n";
  for (const CommandSpec& command : command_specs()) {
    text += fmt::format("| [{}](#{}) | {} |\n", command.name, command.name, cell(command.summary));
  }
  for (const CommandSpec& command : command_specs()) text += command_section(command);
  text += "\n## Exit codes\n\n| | |\n| --: | --- |\n";
  for (const ExitCode& code : exit_codes()) text += fmt::format("| {} | {} |\n", code.value, cell(code.meaning));
  return text + "\n[errors.md](errors.md) says more about those that are failures.\n";
}

std::string actions_page(const std::vector<ActionFile>& actions) {
  std::string text = "# Actions\n\n" + std::string(kGenerated) +
                     "\nAn input that is empty counts as not given. The last column is what does the same outside of "
                     "the action.\n";
  for (const ActionFile& action : actions) {
    text += fmt::format("\n## {}\n\n`uses: {}`\n\n| Input | Meaning | Elsewhere |\n| --- | --- | --- |\n", action.title,
                        action.uses);
    for (const ActionEntry& entry : entries_of(action, "inputs")) {
      text += fmt::format("| `{}` | {} | {} |\n", entry.name, cell(entry.description), elsewhere(entry.name));
    }
    text += "\n| Output | Meaning |\n| --- | --- |\n";
    for (const ActionEntry& entry : entries_of(action, "outputs")) {
      text += fmt::format("| `{}` | {} |\n", entry.name, cell(entry.description));
    }
  }
  return text + "\n[errors.md](errors.md) lists what `error-code` can be.\n";
}

std::string errors_page() {
  std::string text = "# Error codes\n\n" + std::string(kGenerated) +
                     "\nEvery failure has one of these codes. It stands in the output `error-code` of the actions, as "
                     "`error.code` in the\n[result file](../formats/result.md) and in the results of the gate, and as "
                     "`error_code` in `doctor --json`. The message beside\nit says what was being done, to what, and "
                     "the cause; the hint says what to do.\n\n"
                     "| Code | Exit code | Cause | What to do |\n| --- | --: | --- | --- |\n";
  for (const ErrorCode& code : error_codes()) {
    text += fmt::format("| `{}` | {} | {} | {} |\n", code.name, code.exit_code, cell(code.cause), cell(code.remedy));
  }
  text +=
      "\nThe exit code is that of a run which ends with the failure. Where a failure does no harm, a report that "
      "cannot be drawn\nsay, the run warns and ends with 0.\n\n| Exit code | |\n| --: | --- |\n";
  for (const ExitCode& code : exit_codes()) text += fmt::format("| {} | {} |\n", code.value, cell(code.meaning));
  return text + "\n[Troubleshooting](../guide/troubleshooting.md) goes through them one by one.\n";
}

}  // namespace unentropy
