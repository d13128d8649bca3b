// Reference pages, man pages and completions, drawn from the tables that the program itself runs by.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/inputs.h"

namespace unentropy {

struct ReferenceFile {
  std::string name;  // relative to the directory that is asked for, for example `unentropy-track.1`
  std::string text;
};

struct ActionFile {
  std::string_view title;
  std::string_view uses;  // what a workflow writes, for example `OWNER/unentropy@main`
  std::string text;       // of its action.yml
};

// Pages of docs/reference, in Markdown. `actions_page` throws `Error` (usage) where a description is missing.
std::string commands_page();
std::string actions_page(const std::vector<ActionFile>& actions);
std::string errors_page();

// For section 1: `unentropy.1` and one per command.
std::vector<ReferenceFile> man_pages();

// `unentropy.bash`, `_unentropy` (zsh) and `unentropy.fish`.
std::vector<ReferenceFile> completions();

// The values that an option takes, as far as they can be listed.
const std::vector<std::string_view>& listed_values(const InputSpec& spec);
// `--storage-type`, `--storage`: every spelling of an option; none for what no command line may carry.
std::vector<std::string> spellings(const InputSpec& spec);
// Up to the end of the first sentence, without its full stop.
std::string first_sentence(std::string_view text);

}  // namespace unentropy
