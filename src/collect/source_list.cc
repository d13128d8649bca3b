#include "collect/source_list.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <optional>

#include "base/error.h"
#include "collect/file_counter.h"
#include "collect/paths.h"
#include "collect/run_cache.h"
#include "collect/threads.h"

namespace unentropy {

namespace {

void count_lines(std::vector<SourceFile>& files, const CollectContext& context, const Tree& tree, const Watch& watch) {
  constexpr std::size_t kWorthAThread = 64;
  std::atomic<std::size_t> next = 0;
  run_workers(std::min(hardware_threads(), files.size() / kWorthAThread + 1), [&](std::size_t) {
    FileCounter counter(watch);
    for (std::size_t i = next++; i < files.size(); i = next++) {
      const std::string shown = (context.base_directory / files[i].path).string();
      const auto counted =
          counter.count(tree.root.get(), files[i].path.c_str(), shown, [](const Language&) { return true; });
      if (!counted) continue;
      files[i].language = counted->language->name;
      files[i].lines = counted->lines;
    }
  });
}

}  // namespace

SourceList list_sources(const CollectContext& context, SourceDetail detail) {
  if (context.sources.empty()) {
    throw Error(ErrorKind::usage, "the configuration has no `sources`", "for example `\"sources\": [\"src/**\"]`");
  }
  const CollectorCommand command({"loc"});
  const Watch watch(context.clock, context.timeout, context.interrupted);
  RunCache cache;
  SourceList list;
  const auto tree = source_tree({command, context, cache, watch}, TreeOptions::Ignored::skipped, list.notices);
  list.files.reserve(tree->files.size());
  for (const Tree::File& file : tree->files) list.files.push_back({tree->path(file), {}, {}});
  std::sort(list.files.begin(), list.files.end(),
            [](const SourceFile& a, const SourceFile& b) { return a.path < b.path; });
  if (detail == SourceDetail::lines) count_lines(list.files, context, *tree, watch);
  return list;
}

}  // namespace unentropy
