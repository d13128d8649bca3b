// `unentropy collect NAME …`: one built-in collector, its number alone on standard output.
#include <cctype>
#include <cmath>
#include <cstdint>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/text.h"
#include "cli/help.h"
#include "cli/project.h"
#include "cli/run_outputs.h"
#include "collect/collector.h"

namespace unentropy {
namespace {

using Json = nlohmann::ordered_json;

// Counts without a fraction.
Json number_json(double value) {
  constexpr double kLargestExact = 9007199254740992.0;
  if (std::trunc(value) == value && std::fabs(value) <= kLargestExact) return static_cast<std::int64_t>(value);
  return value;
}

Json cell_json(const std::variant<std::string, double>& cell) {
  if (const double* number = std::get_if<double>(&cell)) return number_json(*number);
  return to_valid_utf8(std::get<std::string>(cell));
}

Json details_json(const std::vector<DetailTable>& tables) {
  Json json = Json::object();
  for (const DetailTable& table : tables) {
    Json& rows = json[table.name] = Json::array();
    for (const auto& cells : table.rows) {
      Json row;
      for (std::size_t i = 0; i < cells.size() && i < table.columns.size(); ++i) {
        row[table.columns[i]] = cell_json(cells[i]);
      }
      rows.push_back(std::move(row));
    }
  }
  return json;
}

std::string result_json(std::string_view collector, const CollectorResult& result) {
  Json json{{"collector", collector}, {"value", number_json(result.value)}};
  json["notices"] = Json::array();
  for (const std::string& notice : result.notices) json["notices"].push_back(to_valid_utf8(notice));
  json["details"] = details_json(result.details);
  return json.dump(2) + "\n";
}

std::string option_line(const OptionSpec& option) {
  std::string line = option.short_name != 0 ? fmt::format("  -{}, --{}", option.short_name, option.name)
                                            : fmt::format("  --{}", option.name);
  if (!option.value_name.empty()) line += fmt::format(" {}", option.value_name);
  if (option.arity == OptionArity::many) line += "…";
  return line + "\n";
}

std::string as_sentence(std::string text) {
  text.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(text.front())));
  return text;
}

std::string option_description(const OptionSpec& option) {
  std::string text(option.description);
  if (!option.choices.empty()) {
    text += ": " + join(std::vector<std::string>(option.choices.begin(), option.choices.end()), ", ");
  }
  text += ".";
  if (!option.default_text.empty()) text += fmt::format(" Default: {}.", option.default_text);
  return wrap(as_sentence(std::move(text)), 6);
}

std::string collector_help(const CollectorSpec& spec) {
  std::string text = fmt::format("Usage: unentropy collect {} [OPTION…] {}\n\n{}\n", spec.name, spec.arguments,
                                 wrap(as_sentence(std::string(spec.summary) + "."), 0));
  text += "Options:\n";
  for (const OptionSpec& option : spec.options) text += option_line(option) + option_description(option);
  return text + "  --json[=FILE]\n" +
         wrap("The whole result as JSON, on standard output instead of the number or in FILE beside it.", 6);
}

// What belongs to this command though it stands behind the collector's name, where one would type it.
struct Line {
  std::vector<std::string> tokens;  // for the collector
  bool help = false;
  std::string json;  // a file, `-` or nothing
};

Line read_line(const std::vector<std::string>& words) {
  Line line;
  for (auto word = words.begin(); word != words.end(); ++word) {
    if (*word == "--") {
      line.tokens.insert(line.tokens.end(), word, words.end());
      break;
    }
    if (*word == "--help" || *word == "-h") {
      line.help = true;
    } else if (*word == "--json") {
      line.json = "-";
    } else if (word->starts_with("--json=")) {
      line.json = word->substr(7);
    } else {
      line.tokens.push_back(*word);
    }
  }
  return line;
}

CollectContext context_of(CommandContext& context) {
  CollectContext where{context.working_directory, context.working_directory, {}, context.clock};
  where.interrupted = context.interrupted;
  // A configuration is optional here; without one there are no `sources`.
  std::error_code ignored;
  const bool has_config = context.inputs.text("config-file") ||
                          std::filesystem::exists(context.working_directory / "unentropy.json", ignored);
  if (has_config) {
    Project project = load_project(context);
    where.sources = std::move(project.config.sources);
    where.base_directory = std::move(project.base_directory);
  }
  return where;
}

}  // namespace

std::string collectors_help() {
  std::string text = "Collectors (`unentropy collect NAME --help` says more):\n";
  for (const CollectorSpec& spec : collector_specs()) text += fmt::format("  {:<18}  {}\n", spec.name, spec.summary);
  return text;
}

int run_collect(CommandContext& context) {
  if (context.arguments.empty()) {
    std::vector<std::string> names;
    for (const CollectorSpec& spec : collector_specs()) names.emplace_back(spec.name);
    throw Error(ErrorKind::usage, "`collect` needs the name of a collector", "there are " + join(names, ", "));
  }
  const Line line = read_line(context.arguments);
  if (line.help && !line.tokens.empty()) {
    if (const CollectorSpec* spec = find_collector(line.tokens.front())) {
      context.printer.table(collector_help(*spec));
      return kExitDone;
    }
  }
  check_collector(line.tokens);
  const CollectorResult result = run_collector(line.tokens, context_of(context));
  for (const std::string& notice : result.notices) context.printer.notice(notice);
  if (result.show_details) {
    for (const DetailTable& table : result.details) context.printer.progress(render_table(table));
  }
  const std::string file = line.json.empty() ? context.inputs.text_or("json", "") : line.json;
  if (!file.empty()) write_json(context, file, result_json(line.tokens.front(), result));
  if (file != "-") context.printer.data(shortest_digits(result.value) + "\n");
  return kExitDone;
}

}  // namespace unentropy
