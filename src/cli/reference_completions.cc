#include <fmt/format.h>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/reference.h"
#include "collect/collector.h"

namespace unentropy {
namespace {

std::string command_names() {
  std::vector<std::string> names;
  for (const CommandSpec& command : command_specs()) names.emplace_back(command.name);
  return join(names, " ");
}

std::string collector_names() {
  std::vector<std::string> names;
  for (const CollectorSpec& spec : collector_specs()) names.emplace_back(spec.name);
  return join(names, " ");
}

std::string values_of(const InputSpec& spec) {
  return join(std::vector<std::string>(listed_values(spec).begin(), listed_values(spec).end()), " ");
}

// The inputs of a command that its command line takes.
std::vector<const InputSpec*> options_of(const CommandSpec& command) {
  std::vector<const InputSpec*> options;
  for (const std::string_view name : command.inputs) {
    const InputSpec& spec = input_spec(name);
    if (spec.exposure == Exposure::flag) options.push_back(&spec);
  }
  return options;
}

// Text inside single quotes of a POSIX shell and of zsh.
std::string in_quotes(std::string_view text) { return "'" + replace_all(text, "'", "'\\''") + "'"; }

// fish knows \' and \\ inside of single quotes.
std::string fish_quoted(std::string_view text) {
  return "'" + replace_all(replace_all(text, "\\", "\\\\"), "'", "\\'") + "'";
}

// -- bash

std::string bash_values(const CommandSpec& command) {
  std::string text;
  for (const InputSpec* spec : options_of(command)) {
    if (spec->kind == InputKind::boolean) continue;
    std::vector<std::string> patterns;
    for (const std::string& name : spellings(*spec)) {
      patterns.push_back(fmt::format("'{} {}'", command.name, name));
    }
    const std::string values = values_of(*spec);
    std::string answer = "return";  // any text
    if (spec->kind == InputKind::path) answer = "_unentropy_files \"$current\"; return";
    if (!values.empty()) answer = fmt::format("_unentropy_words \"$current\" {}; return", in_quotes(values));
    text += fmt::format("    {}) {} ;;\n", join(patterns, " | "), answer);
  }
  return text;
}

std::string bash_words(const CommandSpec& command) {
  std::vector<std::string> options = {"--help"};
  for (const InputSpec* spec : options_of(command)) {
    for (const std::string& name : spellings(*spec)) options.push_back(name);
  }
  std::string rest = "''";
  if (command.style == ArgumentStyle::files) rest = "files";
  if (command.style == ArgumentStyle::verbatim) rest = in_quotes(collector_names());
  return fmt::format("    {}) options={} rest={} ;;\n", command.name, in_quotes(join(options, " ")), rest);
}

std::string bash_completion() {
  std::string text = R"(# bash completion for unentropy

_unentropy_words() { mapfile -t COMPREPLY < <(compgen -W "$2" -- "$1"); }
_unentropy_files() {
  compopt -o filenames 2>/dev/null
  mapfile -t COMPREPLY < <(compgen -f -- "$1")
}

_unentropy() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} options rest
  COMPREPLY=()
)";
  text += fmt::format(
      "  if [ \"$COMP_CWORD\" -le 1 ] || {{ [ \"$COMP_CWORD\" -eq 2 ] && [ \"$previous\" = help ]; "
      "}}; then\n    _unentropy_words \"$current\" {}\n    return\n  fi\n",
      in_quotes(command_names() + " help --help --version"));
  text += R"(  # `--option=value` arrives as three words.
  if [ "$previous" = = ]; then
    previous=${COMP_WORDS[COMP_CWORD - 2]}
  elif [ "$current" = = ]; then
    current=
  fi
  case "${COMP_WORDS[1]} $previous" in
)";
  for (const CommandSpec& command : command_specs()) text += bash_values(command);
  text += "  esac\n  case ${COMP_WORDS[1]} in\n";
  for (const CommandSpec& command : command_specs()) text += bash_words(command);
  return text + R"(    *) return ;;
  esac
  case $current in
    -*) _unentropy_words "$current" "$options" ;;
    *) if [ "$rest" = files ]; then _unentropy_files "$current"; else _unentropy_words "$current" "$rest"; fi ;;
  esac
}
complete -F _unentropy unentropy
)";
}

// -- zsh

std::string zsh_text(std::string_view text) {
  std::string safe = replace_all(text, "\\", "\\\\");
  safe = replace_all(replace_all(safe, "[", "\\["), "]", "\\]");
  return replace_all(safe, ":", "\\:");
}

std::string zsh_option(const InputSpec& spec) {
  std::string text;
  for (const std::string& name : spellings(spec)) {
    const bool value = spec.kind != InputKind::boolean;
    std::string rule =
        name + (value && name.starts_with("--") ? "=" : "") + "[" + zsh_text(first_sentence(spec.description)) + "]";
    if (value) {
      rule += ":" + zsh_text(spec.value_name) + ":";
      if (!listed_values(spec).empty()) {
        rule += "(" + values_of(spec) + ")";
      } else if (spec.kind == InputKind::path) {
        rule += "_files";
      }
    }
    text += " \\\n        " + in_quotes(rule);
  }
  return text;
}

std::string zsh_completion() {
  std::string text = "#compdef unentropy\n\n_unentropy() {\n  local -a commands\n  commands=(\n";
  for (const CommandSpec& command : command_specs()) {
    text += "    " + in_quotes(std::string(command.name) + ":" + std::string(command.summary)) + "\n";
  }
  text += R"(  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
)";
  for (const CommandSpec& command : command_specs()) {
    text += fmt::format("    {})\n      _arguments '--help[Say what the command takes]'", command.name);
    for (const InputSpec* spec : options_of(command)) text += zsh_option(*spec);
    if (command.style == ArgumentStyle::files) text += " \\\n        '*:file:_files'";
    if (command.style == ArgumentStyle::verbatim) {
      text += fmt::format(" \\\n        '1:collector:({})' '*:argument:_files'", collector_names());
    }
    text += " ;;\n";
  }
  return text + R"(    help) _describe command commands ;;
  esac
}

if [[ $funcstack[1] == _unentropy ]]; then
  _unentropy "$@"
else
  compdef _unentropy unentropy
fi
)";
}

// -- fish

std::string fish_completion() {
  std::string text = "# fish completion for unentropy\n\ncomplete -c unentropy -f\n";
  text += "complete -c unentropy -n __fish_use_subcommand -l help -d 'Say what there is'\n";
  text += "complete -c unentropy -n __fish_use_subcommand -l version -d 'Print the version'\n";
  for (const CommandSpec& command : command_specs()) {
    text += fmt::format("complete -c unentropy -n __fish_use_subcommand -a {} -d {}\n", command.name,
                        fish_quoted(command.summary));
  }
  for (const CommandSpec& command : command_specs()) {
    const std::string start = fmt::format("complete -c unentropy -n '__fish_seen_subcommand_from {}'", command.name);
    for (const InputSpec* spec : options_of(command)) {
      std::string line = start + " -l " + std::string(spec->name);
      if (spec->alias.size() == 1) line += " -s " + std::string(spec->alias);
      if (spec->alias.size() > 1) line += " -l " + std::string(spec->alias);
      if (!listed_values(*spec).empty()) {
        line += " -x -a " + fish_quoted(values_of(*spec));
      } else if (spec->kind == InputKind::path) {
        line += " -r -F";
      } else if (spec->kind != InputKind::boolean) {
        line += " -x";
      }
      text += line + " -d " + fish_quoted(first_sentence(spec->description)) + "\n";
    }
    if (command.style == ArgumentStyle::files) text += start + " -F\n";
    if (command.style == ArgumentStyle::verbatim) text += start + " -a " + fish_quoted(collector_names()) + "\n";
  }
  return text;
}

}  // namespace

std::vector<ReferenceFile> completions() {
  return {
      {"unentropy.bash", bash_completion()}, {"_unentropy", zsh_completion()}, {"unentropy.fish", fish_completion()}};
}

}  // namespace unentropy
