#include "cli/help.h"

#include <fmt/format.h>

#include "base/text.h"
#include "base/version.h"
#include "cli/error_codes.h"

namespace unentropy {
namespace {

std::string variables_sentence(const InputSpec& spec) {
  const std::vector<std::string> names = shown_variables(spec);
  return (names.size() == 1 ? "Variable: " : "Variables: ") + join(names, ", ") + ".";
}

std::string option_help(const InputSpec& spec) {
  std::string flag = fmt::format("  --{}", spec.name);
  if (!spec.value_name.empty()) flag += fmt::format(" {}", spec.value_name);
  if (!spec.alias.empty()) {
    flag += fmt::format(", {}{}{}", flag_of(spec.alias), spec.value_name.empty() ? "" : " ", spec.value_name);
  }
  const std::string fallback =
      spec.default_text.empty() ? "No default." : fmt::format("Default: {}.", spec.default_text);
  return flag + "\n" + wrap(spec.description, 6) + wrap(fallback + " " + variables_sentence(spec), 6);
}

}  // namespace

std::string wrap(std::string_view text, std::size_t indent, std::size_t width) {
  std::string wrapped;
  std::string line(indent, ' ');
  bool empty = true;
  for (const std::string_view word : split(text, ' ')) {
    if (word.empty()) continue;
    if (!empty && line.size() + 1 + word.size() > width) {
      wrapped += line + "\n";
      line.assign(indent, ' ');
      empty = true;
    }
    if (!empty) line += ' ';
    line += word;
    empty = false;
  }
  return wrapped + line + "\n";
}

std::string general_help() {
  std::string text = wrap(
      "unentropy tracks how a code base changes: it measures a checkout, keeps the history in a "
      "database of your own, and draws a report.",
      0);
  text += "\nUsage: unentropy COMMAND [OPTION…]\n       unentropy COMMAND --help\n       unentropy --version\n";
  text += "\nCommands:\n";
  for (const CommandSpec& command : command_specs()) {
    text += fmt::format("  {:<10} {}\n", command.name, command.summary);
  }
  text += "\nExit codes:\n";
  for (const ExitCode& code : exit_codes()) text += fmt::format("  {:<3}  {}\n", code.value, code.meaning);
  text += "\n" + wrap(
                     "Results go to standard output, everything else to standard error. At a terminal verdicts have "
                     "colours unless NO_COLOR is set, and text is ASCII where the locale is not UTF-8.",
                     0);
  return text;
}

std::string command_help(const CommandSpec& command) {
  std::string text = fmt::format("Usage: unentropy {} [OPTION…]{}{}\n\n", command.name,
                                 command.arguments.empty() ? "" : " ", command.arguments);
  text += wrap(command.description, 0);
  std::string options;
  std::string credentials;
  for (const std::string_view name : command.inputs) {
    const InputSpec& spec = input_spec(name);
    if (spec.exposure == Exposure::environment_only) {
      credentials +=
          fmt::format("  {}\n{}", spec.name, wrap(fmt::format("{} {}", spec.description, variables_sentence(spec)), 6));
    } else {
      options += option_help(spec);
    }
  }
  if (!options.empty()) {
    text += "\nOptions (in a workflow also as inputs of the action; a flag beats a variable):\n" + options;
  }
  if (!credentials.empty()) {
    text += "\nCredentials (variables or inputs of the action only, never flags):\n" + credentials;
  }
  if (command.more_help != nullptr) text += "\n" + command.more_help();
  return text;
}

}  // namespace unentropy
