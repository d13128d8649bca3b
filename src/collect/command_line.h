// The language of `@collect`: tokens and quotes, then options as the collector's table defines them.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collect/collector.h"

namespace unentropy {

// Tokens are separated by spaces, tabs and line ends; `'…'` and `"…"` quote, also in the middle of a token, without
// any escape. An empty quoted token is a token. Throws `Error` (usage) for an unterminated quote.
std::vector<std::string> split_command(std::string_view text);

// A command whose form is right: known options only, each with its value, the right number of arguments.
class CollectorCommand {
 public:
  // `tokens[0]` is the collector's name. Throws `Error` (usage) with a did-you-mean.
  explicit CollectorCommand(const std::vector<std::string>& tokens);

  const CollectorSpec& spec() const { return *spec_; }
  const std::vector<std::string>& arguments() const { return arguments_; }

  bool has(std::string_view option) const { return options_.contains(option); }
  std::optional<std::string> value(std::string_view option) const;  // of an option that is given at most once
  std::vector<std::string> values(std::string_view option) const;   // of a repeatable one

  // `CollectorSpec::effort`, with what the options add.
  int effort() const;

 private:
  class Parser;

  const CollectorSpec* spec_ = nullptr;
  std::vector<std::string> arguments_;
  std::map<std::string_view, std::vector<std::string>, std::less<>> options_;
};

}  // namespace unentropy
