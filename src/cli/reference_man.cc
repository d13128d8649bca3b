#include <fmt/format.h>

#include "base/text.h"
#include "base/version.h"
#include "cli/commands.h"
#include "cli/error_codes.h"
#include "cli/reference.h"

namespace unentropy {
namespace {

// Text of ours in roff: no character of it is a request or an escape.
std::string roff(std::string_view text) {
  std::string safe = replace_all(text, "\\", "\\e");
  safe = replace_all(safe, "-", "\\-");
  safe = replace_all(safe, "…", "...");
  safe = replace_all(safe, "`", "");
  if (safe.starts_with('.') || safe.starts_with('\'')) safe = "\\&" + safe;
  return safe;
}

// Lines as they are.
std::string verbatim(const std::string& text) {
  std::string block = ".nf\n";
  for (const std::string_view line : split(std::string_view(text).substr(0, text.find_last_not_of('\n') + 1), '\n')) {
    block += line.empty() ? ".sp\n" : roff(line) + "\n";
  }
  return block + ".fi\n";
}

std::string heading(const std::string& page) {
  return fmt::format(".TH {} 1 \"\" \"unentropy {}\" \"User Commands\"\n", roff(page), version());
}

std::string exit_status() {
  std::string text = ".SH EXIT STATUS\n";
  for (const ExitCode& code : exit_codes()) text += fmt::format(".TP\n.B {}\n{}\n", code.value, roff(code.meaning));
  return text;
}

std::string variables_of(const InputSpec& spec) {
  const std::vector<std::string> names = shown_variables(spec);
  return (names.size() == 1 ? "Variable: " : "Variables: ") + join(names, ", ") + ".";
}

std::string option_entry(const InputSpec& spec) {
  std::vector<std::string> names;
  for (const std::string& name : spellings(spec)) {
    names.push_back("\\fB" + roff(name) + "\\fR" +
                    (spec.value_name.empty() ? "" : " \\fI" + roff(spec.value_name) + "\\fR"));
  }
  const std::string fallback =
      spec.default_text.empty() ? "No default." : "Default: " + std::string(spec.default_text) + ".";
  return ".TP\n" + join(names, ", ") + "\n" + roff(spec.description) + "\n" + roff(fallback) + "\n" +
         roff(variables_of(spec)) + "\n";
}

std::string main_page() {
  std::string text = heading("unentropy");
  text +=
      ".SH NAME\nunentropy \\- track how a code base changes\n"
      ".SH SYNOPSIS\n.B unentropy\n.I COMMAND\n[\\fIOPTION\\fR...]\n"
      ".SH DESCRIPTION\nMeasures a checkout, keeps the history in a database of your own, and draws a report.\n"
      "Data goes to standard output, everything else to standard error.\n"
      ".SH COMMANDS\n";
  std::vector<std::string> pages;
  for (const CommandSpec& command : command_specs()) {
    text += fmt::format(".TP\n.B {}\n{}\n", roff(command.name), roff(command.summary));
    pages.push_back(fmt::format(".BR {} (1)", roff("unentropy-" + std::string(command.name))));
  }
  text +=
      ".SH OPTIONS\n.TP\n.B \\-\\-help\nSay what there is; after a command, what it takes.\n"
      ".TP\n.B \\-\\-version\nPrint the version.\n";
  return text + exit_status() + ".SH SEE ALSO\n" + join(pages, ",\n") + "\n";
}

std::string command_page(const CommandSpec& command) {
  const std::string name = "unentropy-" + std::string(command.name);
  std::string text = heading(name);
  text += fmt::format(".SH NAME\n{} \\- {}\n.SH SYNOPSIS\n.B unentropy {}\n[\\fIOPTION\\fR...]", roff(name),
                      roff(command.summary), roff(command.name));
  if (!command.arguments.empty()) text += "\n" + roff(command.arguments);
  text += "\n.SH DESCRIPTION\n" + roff(command.description) + "\n";
  std::string options;
  std::string credentials;
  for (const std::string_view input : command.inputs) {
    const InputSpec& spec = input_spec(input);
    if (spec.exposure == Exposure::flag) {
      options += option_entry(spec);
    } else {
      credentials +=
          fmt::format(".TP\n.B {}\n{}\n{}\n", roff(spec.name), roff(spec.description), roff(variables_of(spec)));
    }
  }
  if (!options.empty()) text += ".SH OPTIONS\nA flag beats a variable.\n" + options;
  if (!credentials.empty()) {
    text += ".SH CREDENTIALS\nVariables or inputs of the action only, never flags.\n" + credentials;
  }
  if (command.more_help != nullptr) text += ".SH MORE\n" + verbatim(command.more_help());
  return text + exit_status() + ".SH SEE ALSO\n.BR unentropy (1)\n";
}

}  // namespace

std::vector<ReferenceFile> man_pages() {
  std::vector<ReferenceFile> pages = {{"unentropy.1", main_page()}};
  for (const CommandSpec& command : command_specs()) {
    pages.push_back({"unentropy-" + std::string(command.name) + ".1", command_page(command)});
  }
  return pages;
}

}  // namespace unentropy
