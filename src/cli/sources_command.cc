// `unentropy sources`: the files that `sources` of the configuration matches.
#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/text.h"
#include "cli/project.h"
#include "cli/run_outputs.h"
#include "collect/source_list.h"

namespace unentropy {
namespace {

void require_good_inputs(const CommandContext& context) {
  const auto& problems = context.inputs.problems();
  if (!problems.empty()) throw Error(ErrorKind::usage, problems.front().message, problems.front().hint);
}

// One line, whatever the name is made of.
std::string shown(const CommandContext& context, const SourceFile& file, const std::filesystem::path& base) {
  const std::string path = context.inputs.flag("absolute") ? (base / file.path).string() : file.path;
  return printable(replace_all(path, "\n", "\\x0a"));
}

std::string listing(const CommandContext& context, const SourceList& list, const std::filesystem::path& base) {
  std::string text;
  if (!context.inputs.flag("loc")) {
    for (const SourceFile& file : list.files) text += shown(context, file, base) + "\n";
    return text;
  }
  std::uint64_t total = 0;
  for (const SourceFile& file : list.files) total += file.lines.code;
  const std::size_t width = std::to_string(total).size();
  for (const SourceFile& file : list.files) {
    text += fmt::format("{:>{}}  {}\n", file.lines.code, width, shown(context, file, base));
  }
  return text + fmt::format("{:>{}}  total of {} file{}\n", total, width, list.files.size(),
                            list.files.size() == 1 ? "" : "s");
}

std::string list_json(const SourceList& list) {
  using Json = nlohmann::ordered_json;
  Json files = Json::array();
  LineCounts total;
  for (const SourceFile& file : list.files) {
    total += file.lines;
    files.push_back({{"path", to_valid_utf8(file.path)},
                     {"language", file.language.empty() ? Json(nullptr) : Json(file.language)},
                     {"code", file.lines.code},
                     {"comment", file.lines.comment},
                     {"blank", file.lines.blank}});
  }
  const Json json{
      {"files", files},
      {"total", {{"files", files.size()}, {"code", total.code}, {"comment", total.comment}, {"blank", total.blank}}}};
  return json.dump(2) + "\n";
}

}  // namespace

int run_sources(CommandContext& context) {
  require_good_inputs(context);
  const Project project = load_project(context);
  if (project.config.unknown_storage_type) return kExitUsage;
  CollectContext where{project.base_directory, context.working_directory, project.config.sources, context.clock};
  where.interrupted = context.interrupted;
  const bool by_loc = context.inputs.text("sort") == "loc";
  const auto json = context.inputs.text("json");
  const bool counts = by_loc || json || context.inputs.flag("loc");
  SourceList list = list_sources(where, counts ? SourceDetail::lines : SourceDetail::paths);
  for (const std::string& notice : list.notices) context.printer.notice(notice);
  if (by_loc) {
    std::stable_sort(list.files.begin(), list.files.end(),
                     [](const SourceFile& a, const SourceFile& b) { return a.lines.code > b.lines.code; });
  }
  if (json) write_json(context, *json, list_json(list));
  if (json != "-") context.printer.data(listing(context, list, project.base_directory));
  return kExitDone;
}

}  // namespace unentropy
