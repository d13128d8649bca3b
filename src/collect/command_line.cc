#include "collect/command_line.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"

namespace unentropy {

namespace {

bool is_separator(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

[[noreturn]] void fail(std::string message, std::string hint = {}) {
  throw Error(ErrorKind::usage, std::move(message), std::move(hint));
}

std::string option_list(const CollectorSpec& spec) {
  std::vector<std::string> names;
  for (const OptionSpec& option : spec.options) names.push_back(fmt::format("`--{}`", option.name));
  return join(names, ", ");
}

// Names of an earlier tool that never measured anything.
std::string_view successor_of(std::string_view name) {
  if (name == "coverage-json") return "coverage-istanbul";
  if (name == "coverage-xml") return "coverage-cobertura` or `coverage-clover";
  return {};
}

const CollectorSpec& collector_named(std::string_view name) {
  if (const CollectorSpec* spec = find_collector(name)) return *spec;
  std::vector<std::string> names;
  for (const CollectorSpec& spec : collector_specs()) names.emplace_back(spec.name);
  std::string hint;
  if (const std::string_view successor = successor_of(name); !successor.empty()) {
    hint = fmt::format("use `{}`", successor);
  } else if (const auto near = nearest(name, names)) {
    hint = fmt::format("did you mean `{}`?", *near);
  } else {
    hint = "there are: " + join(names, ", ");
  }
  fail(fmt::format("unknown collector {}", in_ticks(name)), hint);
}

// A dash begins an option, except alone and in front of a number (`--fallback -1`).
bool looks_like_option(std::string_view token) {
  return token.size() > 1 && token.front() == '-' && !parse_double(token).has_value();
}

}  // namespace

std::vector<std::string> split_command(std::string_view text) {
  std::vector<std::string> tokens;
  std::string token;
  bool in_token = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\'' || c == '"') {
      const std::size_t close = text.find(c, i + 1);
      if (close == std::string_view::npos) {
        fail(fmt::format("the quote {} at character {} of the command is not closed", c == '"' ? "`\"`" : "`'`", i + 1),
             "quotes have no escape; close it, or quote with the other kind");
      }
      token += text.substr(i + 1, close - i - 1);
      in_token = true;
      i = close;
    } else if (is_separator(c)) {
      if (in_token) tokens.push_back(std::exchange(token, {}));
      in_token = false;
    } else {
      token += c;
      in_token = true;
    }
  }
  if (in_token) tokens.push_back(std::move(token));
  return tokens;
}

std::optional<std::vector<std::string>> collector_tokens(std::string_view command) {
  constexpr std::string_view kMarker = "@collect";
  const std::string_view text = trim(command);
  if (!text.starts_with(kMarker)) return std::nullopt;
  const std::string_view rest = text.substr(kMarker.size());
  if (!rest.empty() && trim(rest.substr(0, 1)) == rest.substr(0, 1)) return std::nullopt;
  return split_command(rest);
}

class CollectorCommand::Parser {
 public:
  Parser(CollectorCommand& command, const std::vector<std::string>& tokens) : command_(command), tokens_(tokens) {}

  void run() {
    if (tokens_.empty()) fail("`@collect` names no collector", "for example `@collect loc src`");
    command_.spec_ = &collector_named(tokens_.front());
    for (next_ = 1; next_ < tokens_.size();) {
      const std::string& token = tokens_[next_++];
      if (token == "--") {
        take_rest();
      } else if (token.starts_with("--")) {
        take_long(token);
      } else if (looks_like_option(token)) {
        take_short(token);
      } else {
        command_.arguments_.push_back(token);
      }
    }
    check_arguments();
  }

 private:
  const CollectorSpec& spec() const { return *command_.spec_; }

  void take_rest() {
    command_.arguments_.insert(command_.arguments_.end(), tokens_.begin() + static_cast<std::ptrdiff_t>(next_),
                               tokens_.end());
    next_ = tokens_.size();
  }

  void take_long(std::string_view token) {
    const std::string_view body = token.substr(2);
    const std::size_t equals = body.find('=');
    const std::string_view name = body.substr(0, equals);
    const auto found = std::find_if(spec().options.begin(), spec().options.end(),
                                    [&](const OptionSpec& option) { return option.name == name; });
    if (found == spec().options.end()) unknown_option(token.substr(0, name.size() + 2));
    if (equals == std::string_view::npos) return take_values(*found, std::nullopt);
    take_values(*found, std::string(body.substr(equals + 1)));
  }

  void take_short(std::string_view token) {
    const auto found = std::find_if(spec().options.begin(), spec().options.end(), [&](const OptionSpec& option) {
      return option.short_name != 0 && option.short_name == token[1];
    });
    if (found == spec().options.end()) unknown_option(token);
    if (token.size() == 2) return take_values(*found, std::nullopt);
    take_values(*found, std::string(token.substr(2)));
  }

  void take_values(const OptionSpec& option, std::optional<std::string> attached) {
    if (option.arity == OptionArity::flag) {
      if (attached) fail(fmt::format("option `--{}` of `{}` takes no value", option.name, spec().name));
      command_.options_[option.name];
      return;
    }
    if (option.arity == OptionArity::once && command_.has(option.name)) {
      fail(fmt::format("option `--{}` of `{}` is given twice", option.name, spec().name), "leave one of them out");
    }
    std::vector<std::string> values;
    if (attached) {
      values.push_back(std::move(*attached));
    } else {
      while (next_ < tokens_.size() && !looks_like_option(tokens_[next_])) {
        values.push_back(tokens_[next_++]);
        if (option.arity == OptionArity::once) break;
      }
    }
    if (values.empty() || (values.size() == 1 && values.front().empty())) {
      fail(fmt::format("option `--{}` of `{}` has no value", option.name, spec().name),
           fmt::format("write `--{} {}`", option.name, option.value_name));
    }
    for (const std::string& value : values) check_choice(option, value);
    std::vector<std::string>& all = command_.options_[option.name];
    all.insert(all.end(), values.begin(), values.end());
  }

  void check_choice(const OptionSpec& option, const std::string& value) const {
    if (option.choices.empty()) return;
    if (std::find(option.choices.begin(), option.choices.end(), value) != option.choices.end()) return;
    const std::vector<std::string> choices(option.choices.begin(), option.choices.end());
    const auto near = nearest(value, choices);
    fail(fmt::format("{} is not a value of option `--{}` of `{}`", in_ticks(value), option.name, spec().name),
         near ? fmt::format("did you mean `{}`?", *near) : "there are: " + join(choices, ", "));
  }

  [[noreturn]] void unknown_option(std::string_view token) const {
    std::string hint;
    if (token == "--help" || token == "-h" || token == "--version") {
      hint = fmt::format("in a metric's command there is no help; run `unentropy collect {} --help` at a terminal",
                         spec().name);
    } else if (spec().options.empty()) {
      hint = fmt::format("`{}` has no options", spec().name);
    } else {
      std::vector<std::string> names;
      for (const OptionSpec& option : spec().options) names.push_back(fmt::format("--{}", option.name));
      const auto near = nearest(token, names);
      hint = near ? fmt::format("did you mean `{}`?", *near) : "there are: " + option_list(spec());
    }
    fail(fmt::format("unknown option {} of `{}`", in_ticks(token), spec().name), hint);
  }

  void check_arguments() const {
    const std::vector<std::string>& arguments = command_.arguments_;
    const std::string synopsis = fmt::format("usage: `{} {}`", spec().name, spec().arguments);
    for (const std::string& argument : arguments) {
      if (argument.empty()) fail(fmt::format("an argument of `{}` is empty", spec().name), synopsis);
    }
    if (arguments.size() < spec().min_arguments) {
      fail(fmt::format("`{}` lacks an argument", spec().name), synopsis);
    }
    if (arguments.size() > spec().max_arguments) {
      fail(fmt::format("`{}` takes no argument {}", spec().name, in_ticks(arguments[spec().max_arguments])), synopsis);
    }
  }

  CollectorCommand& command_;
  const std::vector<std::string>& tokens_;
  std::size_t next_ = 0;
};

CollectorCommand::CollectorCommand(const std::vector<std::string>& tokens) { Parser(*this, tokens).run(); }

std::optional<std::string> CollectorCommand::value(std::string_view option) const {
  const auto found = options_.find(option);
  if (found == options_.end() || found->second.empty()) return std::nullopt;
  return found->second.front();
}

std::vector<std::string> CollectorCommand::values(std::string_view option) const {
  const auto found = options_.find(option);
  return found == options_.end() ? std::vector<std::string>{} : found->second;
}

int CollectorCommand::effort() const {
  int effort = spec().effort;
  for (const OptionSpec& option : spec().options) effort += has(option.name) ? option.effort : 0;
  return effort;
}

void check_collector(const std::vector<std::string>& tokens) { CollectorCommand{tokens}; }

}  // namespace unentropy
