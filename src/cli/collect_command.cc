// `unentropy collect NAME …`: one built-in collector, its number alone on standard output.
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/text.h"
#include "cli/project.h"
#include "cli/run_outputs.h"
#include "collect/collector.h"

namespace unentropy {
namespace {

nlohmann::ordered_json details_json(const std::vector<DetailTable>& tables) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  for (const DetailTable& table : tables) {
    auto& rows = json[table.name] = nlohmann::ordered_json::array();
    for (const auto& cells : table.rows) {
      nlohmann::ordered_json row;
      for (std::size_t i = 0; i < cells.size() && i < table.columns.size(); ++i) {
        std::visit([&](const auto& cell) { row[table.columns[i]] = cell; }, cells[i]);
      }
      rows.push_back(std::move(row));
    }
  }
  return json;
}

}  // namespace

int run_collect(CommandContext& context) {
  if (context.arguments.empty()) {
    std::vector<std::string> names;
    for (const CollectorSpec& spec : collector_specs()) names.emplace_back(spec.name);
    throw Error(ErrorKind::usage, "`collect` needs the name of a collector", "there are " + join(names, ", "));
  }
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
  const CollectorResult result = run_collector(context.arguments, where);
  for (const std::string& notice : result.notices) context.printer.notice(notice);
  if (result.show_details) {
    for (const DetailTable& table : result.details) context.printer.progress(render_table(table));
  }
  if (context.inputs.text("json")) {
    nlohmann::ordered_json json{{"collector", context.arguments.front()}, {"value", result.value}};
    json["notices"] = result.notices;
    json["details"] = details_json(result.details);
    write_json(context, json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n");
    if (context.inputs.text("json") == "-") return kExitDone;
  }
  context.printer.data(shortest_digits(result.value) + "\n");
  return kExitDone;
}

}  // namespace unentropy
