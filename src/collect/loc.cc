// `loc`: lines of code, counted on all processors.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"
#include "collect/exclusions.h"
#include "collect/file_counter.h"
#include "collect/file_facts.h"
#include "collect/languages.h"
#include "collect/paths.h"
#include "collect/registry.h"
#include "collect/threads.h"

namespace unentropy {

namespace {

struct Group {
  std::uint64_t files = 0;
  LineCounts lines;

  Group& operator+=(const Group& other) {
    files += other.files;
    lines += other.lines;
    return *this;
  }
};

// Of files, which mostly come one folder after the other.
class Totals {
 public:
  Totals() = default;
  Totals(Totals&&) = default;  // what a map holds stays where it is
  Totals& operator=(Totals&&) = default;

  void add(const CountedFile& file, std::string_view directory) {
    const Group one{1, file.lines};
    languages_[static_cast<std::size_t>(file.language - languages().data())] += one;
    if (last_ == nullptr || last_->first != directory) {
      last_ = &*by_directory_.try_emplace(std::string(directory)).first;
    }
    last_->second += one;
  }
  void add(const Totals& other) {
    for (std::size_t i = 0; i < languages_.size(); ++i) languages_[i] += other.languages_[i];
    for (const auto& [directory, group] : other.by_directory_) by_directory_[directory] += group;
  }

  // By name: a language may have several rows in the table.
  std::map<std::string_view, Group> by_language() const {
    std::map<std::string_view, Group> groups;
    for (std::size_t i = 0; i < languages_.size(); ++i) {
      if (languages_[i].files > 0) groups[languages()[i].name] += languages_[i];
    }
    return groups;
  }
  // By the first part of the path; `.` for files at the top.
  const std::map<std::string, Group>& by_directory() const { return by_directory_; }

 private:
  std::vector<Group> languages_ = std::vector<Group>(languages().size());
  std::map<std::string, Group> by_directory_;
  std::pair<const std::string, Group>* last_ = nullptr;  // of `by_directory_`, the one that was added to last
};

std::string_view top_directory(std::string_view folder) {
  return folder.empty() ? "." : folder.substr(0, folder.find('/'));
}

// Counts the files of a tree with several threads. The result does not depend on which thread counts what.
class TreeCount {
 public:
  TreeCount(const CollectorRun& run, const std::shared_ptr<const Tree>& tree, const fs::path& root,
            const Exclusions& exclusions, FileCounter::Wanted wanted)
      : run_(run), tree_(*tree), root_(root.string() + "/"), wanted_(std::move(wanted)) {
    if (run.cache.files) facts_ = &run.cache.files->of(tree, root, run.context.epoch);
    for (std::size_t i = 0; i < tree_.files.size(); ++i) {
      const Tree::File& file = tree_.files[i];
      const std::string& folder = tree_.directories[file.directory];
      if (!exclusions.empty()) {
        if (folder_excluded(exclusions, file.directory) || exclusions.covers_file(folder, tree_.name(file))) continue;
      }
      const FileFact* const fact = facts_ != nullptr ? (*facts_)[i] : nullptr;
      if (fact != nullptr && fact->state() == FileFact::State::known) {
        add(totals_, file, fact->counted());
      } else if (const Language* language = language_of_name(tree_.name(file));
                 language == nullptr || wanted_(*language)) {
        files_.push_back(i);
      }
    }
  }

  Totals run() {
    constexpr std::size_t kWorthAThread = 64;
    const std::size_t workers = std::min(hardware_threads(), files_.size() / kWorthAThread + 1);
    if (!files_.empty()) run_workers(workers, [this](std::size_t) { work(); });
    if (failure_) throw Error(*failure_);
    return std::move(totals_);
  }

 private:
  static constexpr std::size_t kBatch = 16;

  bool folder_excluded(const Exclusions& exclusions, std::uint32_t directory) {
    if (directory != last_directory_) {
      last_directory_ = directory;
      last_excluded_ = exclusions.covers_folder(tree_.directories[directory]);
    }
    return last_excluded_;
  }

  void work() {
    FileCounter counter(run_.watch);
    Totals totals;
    std::vector<std::size_t> theirs;
    for (std::size_t begin = next_.fetch_add(kBatch); begin < files_.size(); begin = next_.fetch_add(kBatch)) {
      const std::size_t end = std::min(begin + kBatch, files_.size());
      for (std::size_t i = begin; i < end; ++i) {
        if (!count(counter, files_[i], totals)) theirs.push_back(files_[i]);
      }
    }
    for (const std::size_t index : theirs) {
      while (!count(counter, index, totals)) {
        std::this_thread::sleep_for(std::chrono::microseconds(200));
        run_.watch.check();
      }
    }
    const std::lock_guard lock(mutex_);
    totals_.add(totals);
  }

  void add(Totals& totals, const Tree::File& file, const std::optional<CountedFile>& counted) const {
    if (!counted || !wanted_(*counted->language)) return;
    totals.add(*counted, top_directory(tree_.directories[file.directory]));
  }

  // False if another metric is counting the file right now.
  bool count(FileCounter& counter, std::size_t index, Totals& totals) {
    const Tree::File& file = tree_.files[index];
    const std::string path = tree_.path(file);
    std::optional<CountedFile> counted;
    try {
      if (facts_ == nullptr) {
        counted = counter.count(tree_.root.get(), path.c_str(), root_ + path, wanted_);
      } else if (!count_shared(counter, path, *(*facts_)[index], counted)) {
        return false;
      }
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::unavailable) throw;
      remember_failure(index, error);
    }
    add(totals, file, counted);
    return true;
  }

  bool count_shared(FileCounter& counter, const std::string& path, FileFact& fact,
                    std::optional<CountedFile>& counted) {
    if (!fact.claim()) {
      if (fact.state() != FileFact::State::known) return false;
      counted = fact.counted();
      return true;
    }
    try {
      // Whoever asks next may want other languages.
      counted = counter.count(tree_.root.get(), path.c_str(), root_ + path, [](const Language&) { return true; });
    } catch (...) {
      fact.give_up();
      throw;
    }
    if (counted) fact.set_size(counted->bytes);
    fact.put(counted);
    return true;
  }

  // Of several unreadable files always the same one is named.
  void remember_failure(std::size_t index, const Error& error) {
    const std::lock_guard lock(mutex_);
    if (failure_ && failed_index_ < index) return;
    failure_ = error;
    failed_index_ = index;
  }

  const CollectorRun& run_;
  const Tree& tree_;
  std::string root_;
  FileCounter::Wanted wanted_;
  const std::vector<FileFact*>* facts_ = nullptr;  // of the tree's files; null: nothing is shared
  std::vector<std::size_t> files_;                 // still to be counted: indexes into those of the tree
  std::uint32_t last_directory_ = UINT32_MAX;
  bool last_excluded_ = false;
  std::atomic<std::size_t> next_ = 0;
  std::mutex mutex_;
  Totals totals_;
  std::optional<Error> failure_;
  std::size_t failed_index_ = 0;
};

FileCounter::Wanted wanted_languages(const CollectorRun& run) {
  const auto list = run.command.value("language");
  if (!list) return [](const Language&) { return true; };
  return [names = languages_named(*list)](const Language& language) {
    return std::find(names.begin(), names.end(), language.name) != names.end();
  };
}

Totals count_file(const CollectorRun& run, const fs::path& path, const std::string& shown,
                  const FileCounter::Wanted& wanted) {
  const UniqueFd directory(::open(path.parent_path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!directory) throw system_error(errno, fmt::format("cannot read {}", in_ticks(shown)));
  Totals totals;
  FileCounter counter(run.watch);
  const auto counted = counter.count(directory.get(), path.filename().c_str(), shown, wanted);
  if (counted) totals.add(*counted, ".");
  return totals;
}

std::vector<std::variant<std::string, double>> row_of(std::string_view name, const Group& group) {
  const auto number = [](std::uint64_t count) { return static_cast<double>(count); };
  return {std::string(name), number(group.files), number(group.lines.code), number(group.lines.comment),
          number(group.lines.blank)};
}

// Most code first.
template <typename Map>
DetailTable table_of(std::string name, std::string column, const Map& groups) {
  std::vector<std::pair<std::string, Group>> sorted(groups.begin(), groups.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a.second.lines.code > b.second.lines.code; });
  DetailTable table{std::move(name), {std::move(column), "files", "code", "comment", "blank"}, {}};
  for (const auto& [key, group] : sorted) table.rows.push_back(row_of(key, group));
  return table;
}

CollectorResult collect_loc(const CollectorRun& run) {
  CollectorResult result;
  const FileCounter::Wanted wanted = wanted_languages(run);
  const Exclusions exclusions(run.command.values("exclude"));
  Totals totals;
  const auto count_tree = [&](const std::shared_ptr<const Tree>& tree, const fs::path& root) {
    return TreeCount(run, tree, root, exclusions, wanted).run();
  };
  if (run.command.arguments().empty()) {
    const auto tree = source_tree(run, TreeOptions::Ignored::skipped, result.notices);
    totals = count_tree(tree, run.context.base_directory);
  } else {
    const std::string& argument = run.command.arguments().front();
    const LocatedPath found = locate(run, argument, result.notices);
    if (found.is_directory) {
      totals = count_tree(shared_tree(run, found.path, TreeOptions::Ignored::skipped), found.path);
    } else {
      totals = count_file(run, found.path, argument, wanted);
    }
  }
  std::uint64_t code = 0;
  const auto by_language = totals.by_language();
  for (const auto& [language, group] : by_language) code += group.lines.code;
  result.value = static_cast<double>(code);
  result.details.push_back(table_of("languages", "language", by_language));
  result.details.push_back(table_of("directories", "directory", totals.by_directory()));
  result.show_details = run.command.has("details");
  return result;
}

}  // namespace

Collector loc_collector() {
  return {{"loc",
           "lines of code: neither blank nor comment only",
           "[path]",
           0,
           1,
           {{.short_name = 'l',
             .name = "language",
             .value_name = "NAME",
             .description = "count only these languages: names, extensions or short forms, joined by commas"},
            {.short_name = 'e',
             .name = "exclude",
             .arity = OptionArity::many,
             .value_name = "PATTERN",
             .description = "leave out files and folders of this name, or what this glob matches"},
            {.name = "details", .arity = OptionArity::flag, .description = "print tables by language and folder"}},
           2},
          collect_loc};
}

}  // namespace unentropy
