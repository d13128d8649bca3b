#include "collect/file_facts.h"

#include <fmt/format.h>

namespace unentropy {

const std::vector<FileFact*>& FileFacts::of(const std::shared_ptr<const Tree>& tree, const fs::path& root,
                                            std::size_t epoch) {
  const std::string prefix = fmt::format("{} {}/", epoch, fs::absolute(root).lexically_normal().string());
  const std::lock_guard lock(mutex_);
  const auto [entry, is_new] = trees_.try_emplace(tree.get());
  Linked& linked = entry->second;
  if (!is_new) return linked.facts;
  linked.tree = tree;
  const std::size_t count = tree->files.size();
  linked.facts.reserve(count);
  for (std::size_t begin = 0; begin < count;) {
    const std::uint32_t directory = tree->files[begin].directory;
    std::size_t end = begin + 1;
    while (end < count && tree->files[end].directory == directory) ++end;
    link_folder(linked, begin, end, folders_[prefix + tree->directories[directory]]);
    begin = end;
  }
  return linked.facts;
}

// Both lists of names are sorted.
void FileFacts::link_folder(Linked& linked, std::size_t begin, std::size_t end, Folder& known) {
  std::size_t other = known.begin;
  for (std::size_t i = begin; i < end; ++i) {
    const std::string_view name = linked.tree->name(linked.tree->files[i]);
    const auto other_name = [&] { return known.in->tree->name(known.in->tree->files[other]); };
    while (other < known.end && other_name() < name) ++other;
    const bool is_known = other < known.end && other_name() == name;
    linked.facts.push_back(is_known ? known.in->facts[other] : &facts_.emplace_back());
  }
  if (end - begin > known.end - known.begin) known = {&linked, begin, end};
}

}  // namespace unentropy
