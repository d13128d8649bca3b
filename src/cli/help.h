// Help texts, drawn from the tables, at most 80 columns wide.
#pragma once

#include <string>
#include <string_view>

#include "cli/commands.h"

namespace unentropy {

std::string general_help();
std::string command_help(const CommandSpec& command);

// Breaks at spaces so that no line is longer than `width`; every line is indented by `indent`.
std::string wrap(std::string_view text, std::size_t indent, std::size_t width = 80);

}  // namespace unentropy
