#include "collect/paths.h"

#include <cerrno>
#include <optional>
#include <unordered_set>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/glob.h"
#include "base/text.h"

namespace unentropy {

namespace {

fs::path absolute(const fs::path& directory, const std::string& argument) {
  std::error_code ignored;
  fs::path path = fs::absolute(directory / argument, ignored).lexically_normal();
  // A trailing slash would make the system follow a link.
  if (!path.has_filename() && path.has_relative_path()) path = path.parent_path();
  return path;
}

// The directories in which arguments are looked up, best first.
std::vector<fs::path> search_directories(const CollectContext& context) {
  std::vector<fs::path> result{context.base_directory};
  std::error_code ignored;
  if (!fs::equivalent(context.base_directory, context.working_directory, ignored)) {
    result.push_back(context.working_directory);
  }
  return result;
}

void check_confinement(const CollectContext& context, const fs::path& path, std::string_view shown) {
  if (!context.confined_to || is_inside_without_links(*context.confined_to, path)) return;
  throw Error(ErrorKind::denied,
              fmt::format("{} lies outside {}, or a symbolic link leads to it", in_ticks(shown),
                          in_ticks(context.confined_to->string())),
              "commands that come from a pull request may only read the checkout");
}

std::string notice_of_working_directory(std::string_view shown, const CollectContext& context) {
  return fmt::format("{} is not in {}, where the configuration lies, and was taken from the working directory {}",
                     in_ticks(shown), in_ticks(context.base_directory.string()),
                     in_ticks(context.working_directory.string()));
}

[[noreturn]] void fail_missing(const CollectContext& context, std::string_view problem) {
  std::vector<std::string> places;
  for (const fs::path& directory : search_directories(context)) places.push_back(in_ticks(directory.string()));
  throw Error(ErrorKind::not_found, std::string(problem),
              fmt::format("looked in {}; it may have to be built first", join(places, " and ")));
}

std::optional<LocatedPath> look_up(const fs::path& path, std::string_view shown) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
    throw system_error(errno, fmt::format("cannot read {}", in_ticks(shown)));
  }
  if (S_ISLNK(status.st_mode)) {
    throw Error(ErrorKind::usage, fmt::format("{} is a symbolic link, and those are not followed", in_ticks(shown)),
                "name what it points to");
  }
  if (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode)) {
    throw Error(ErrorKind::usage, fmt::format("{} is neither a file nor a folder", in_ticks(shown)));
  }
  return LocatedPath{path, S_ISDIR(status.st_mode)};
}

std::optional<LocatedPath> locate_if_there(const CollectorRun& run, const std::string& argument,
                                           std::vector<std::string>& notices) {
  bool first = true;
  for (const fs::path& directory : search_directories(run.context)) {
    if (auto found = look_up(absolute(directory, argument), argument)) {
      check_confinement(run.context, found->path, argument);
      if (!first) notices.push_back(notice_of_working_directory(argument, run.context));
      return found;
    }
    first = false;
  }
  return std::nullopt;
}

// `out/lib/*.so` parts into the folder `out/lib` and the pattern `*.so`.
struct SplitPattern {
  std::string folder;  // empty: the directory of the search
  std::string pattern;
};

SplitPattern split_pattern(std::string_view text) {
  const bool is_absolute = text.starts_with('/');
  std::vector<std::string> folder;
  std::vector<std::string> rest;
  for (const std::string_view part : split(text, '/')) {
    if (part.empty() || part == ".") continue;
    const bool literal =
        rest.empty() && !has_glob_characters(part) && part.find_first_of("()\\") == std::string_view::npos;
    (literal ? folder : rest).emplace_back(part);
  }
  return {(is_absolute ? "/" : "") + join(folder, "/"), join(rest, "/")};
}

std::string joined(const std::string& folder, std::string_view path) {
  std::string text = folder;
  if (!text.empty() && !text.ends_with('/')) text += '/';
  return text.append(path);
}

std::string_view to_string(TreeOptions::Ignored ignored) {
  return ignored == TreeOptions::Ignored::skipped ? "skipped" : "included";
}

std::string tree_key(const CollectorRun& run, const fs::path& root, std::string_view kind) {
  return fmt::format("{} {} {}", run.context.epoch, kind, root.string());
}

// All files below `root`. If another metric has walked it without what is ignored, only that is walked.
std::vector<std::shared_ptr<const Tree>> all_files(const CollectorRun& run, const fs::path& root) {
  const auto main = run.cache.trees.find(tree_key(run, root, to_string(TreeOptions::Ignored::skipped)), run.watch);
  if (!main) return {shared_tree(run, root, TreeOptions::Ignored::included)};
  return {main, run.cache.trees.get(tree_key(run, root, "ignored"), run.watch,
                                    [&] { return walk_ignored(*main, root, run.watch); })};
}

// Gathers files without repeating one.
class FileCollector {
 public:
  enum class Arguments { one, several };

  FileCollector(const CollectorRun& run, Folders folders, Arguments arguments)
      : run_(run), folders_(folders), arguments_(arguments) {}

  void add_literal(const LocatedPath& found, const std::string& shown) {
    if (!found.is_directory) {
      FileGroup group{found.path, shown, shown, nullptr, {}};
      if (is_new(group, 0)) groups_.push_back(std::move(group));
      return;
    }
    if (folders_ == Folders::refused) {
      throw Error(ErrorKind::usage, fmt::format("{} is a folder", in_ticks(shown)),
                  fmt::format("name the files in it, for example `{}/*`", single_line(shown)));
    }
    std::vector<std::shared_ptr<const Tree>> trees;
    if (folders_ == Folders::searched) {
      trees = {shared_tree(run_, found.path, TreeOptions::Ignored::skipped)};
    } else {
      trees = all_files(run_, found.path);
    }
    for (const auto& tree : trees) add({found.path, shown, "", tree, {}}, [](std::string_view) { return true; });
  }

  // Whether anything matched.
  bool add_matches(const fs::path& directory, const std::string& argument) {
    const SplitPattern parts = split_pattern(argument);
    const fs::path root = absolute(directory, parts.folder.empty() ? "." : parts.folder);
    struct stat status {};
    if (::lstat(root.c_str(), &status) != 0 || S_ISLNK(status.st_mode) || !S_ISDIR(status.st_mode)) return false;
    check_confinement(run_.context, root, argument);
    const Glob glob(parts.pattern);
    // `**` matches each file itself; a folder that it matches stands for nothing more.
    const bool folders_match = folders_ == Folders::expanded && !parts.pattern.ends_with("**");
    const auto is_wanted = [&](std::string_view path) {
      return glob.matches(path) || (folders_match && folder_matches(glob, path));
    };
    bool any = false;
    for (const auto& tree : matching_trees(root, parts.pattern, glob)) {
      any = add({root, parts.folder, parts.folder, tree, {}}, is_wanted) || any;
    }
    return any;
  }

  void add_sources(std::vector<std::string>& notices) {
    const auto ignored = folders_ == Folders::searched ? TreeOptions::Ignored::skipped : TreeOptions::Ignored::included;
    add({run_.context.base_directory, "", "", source_tree(run_, ignored, notices), {}},
        [](std::string_view) { return true; });
  }

  std::vector<FileGroup> take() { return std::move(groups_); }

 private:
  // Whether there was any wanted file.
  template <typename IsWanted>
  bool add(FileGroup group, const IsWanted& is_wanted) {
    bool any = false;
    std::string path;
    for (std::uint32_t i = 0; i < group.tree->files.size(); ++i) {
      const Tree::File& file = group.tree->files[i];
      path = group.tree->directories[file.directory];
      path += group.tree->name(file);
      if (!is_wanted(path)) continue;
      any = true;
      group.files.push_back(i);
      if (!is_new(group, group.files.size() - 1)) group.files.pop_back();
    }
    groups_.push_back(std::move(group));
    return any;
  }

  // One argument reaches no file twice.
  bool is_new(const FileGroup& group, std::size_t index) {
    return arguments_ == Arguments::one || seen_.insert(group.at(index).path.string()).second;
  }

  // Only a pattern with `**` needs the whole tree; that one is worth sharing.
  std::vector<std::shared_ptr<const Tree>> matching_trees(const fs::path& root, const std::string& pattern,
                                                          const Glob& glob) const {
    if (pattern.find("**") != std::string::npos || folders_ == Folders::expanded) {
      // Reports come in one order, whatever other metrics there are; sums have none.
      if (folders_ == Folders::refused) return {shared_tree(run_, root, TreeOptions::Ignored::included)};
      return all_files(run_, root);
    }
    TreeOptions options;
    options.enter = [&](std::string_view folder) { return glob.could_match_below(folder); };
    options.accept = [&](std::string_view file) { return glob.matches(file); };
    return {std::make_shared<const Tree>(walk_tree(root, options, run_.watch))};
  }

  static bool folder_matches(const Glob& glob, std::string_view path) {
    for (std::size_t slash = path.find('/'); slash != std::string_view::npos; slash = path.find('/', slash + 1)) {
      if (glob.matches(path.substr(0, slash))) return true;
    }
    return false;
  }

  const CollectorRun& run_;
  Folders folders_;
  Arguments arguments_;
  std::vector<FileGroup> groups_;
  std::unordered_set<std::string> seen_;
};

void check_pattern_matches(const std::vector<std::string>& patterns, const Tree& tree,
                           std::vector<std::string>& notices) {
  for (const std::string& pattern : patterns) {
    if (pattern.starts_with('!')) continue;
    const Glob glob(pattern);
    bool any = false;
    for (auto file = tree.files.begin(); !any && file != tree.files.end(); ++file) any = glob.matches(tree.path(*file));
    if (!any) notices.push_back(fmt::format("the pattern {} of `sources` matches no file", in_ticks(pattern)));
  }
}

}  // namespace

LocatedPath locate(const CollectorRun& run, const std::string& argument, std::vector<std::string>& notices) {
  if (auto found = locate_if_there(run, argument, notices)) return *found;
  fail_missing(run.context, fmt::format("{} does not exist", in_ticks(argument)));
}

InputFile FileGroup::at(std::size_t index) const {
  if (!tree) return {root, shown, relative};
  const std::string path = tree->path(tree->files[files[index]]);
  return {root / path, joined(shown, path), joined(relative, path)};
}

std::vector<InputFile> listed(const std::vector<FileGroup>& groups) {
  std::vector<InputFile> files;
  for (const FileGroup& group : groups) {
    for (std::size_t i = 0; i < group.size(); ++i) files.push_back(group.at(i));
  }
  return files;
}

std::vector<FileGroup> reached_files(const CollectorRun& run, const std::vector<std::string>& arguments,
                                     Folders folders, std::vector<std::string>& notices) {
  FileCollector collector(run, folders,
                          arguments.size() > 1 ? FileCollector::Arguments::several : FileCollector::Arguments::one);
  if (arguments.empty()) collector.add_sources(notices);
  for (const std::string& argument : arguments) {
    if (const auto found = locate_if_there(run, argument, notices)) {
      collector.add_literal(*found, argument);
      continue;
    }
    if (!has_glob_characters(argument)) {
      fail_missing(run.context, fmt::format("{} does not exist", in_ticks(argument)));
    }
    bool first = true;
    bool any = false;
    for (const fs::path& directory : search_directories(run.context)) {
      any = collector.add_matches(directory, argument);
      if (any && !first) notices.push_back(notice_of_working_directory(argument, run.context));
      if (any) break;
      first = false;
    }
    if (!any) fail_missing(run.context, fmt::format("no file matches {}", in_ticks(argument)));
  }
  return collector.take();
}

std::vector<InputFile> input_files(const CollectorRun& run, const std::vector<std::string>& arguments,
                                   std::vector<std::string>& notices) {
  return listed(reached_files(run, arguments, Folders::refused, notices));
}

std::shared_ptr<const Tree> shared_tree(const CollectorRun& run, const fs::path& root, TreeOptions::Ignored ignored) {
  return run.cache.trees.get(tree_key(run, root, to_string(ignored)), run.watch, [&] {
    TreeOptions options;
    options.ignored = ignored;
    options.remember_ignored = run.cache.files != nullptr;
    return walk_tree(root, options, run.watch);
  });
}

std::shared_ptr<const Tree> source_tree(const CollectorRun& run, TreeOptions::Ignored ignored,
                                        std::vector<std::string>& notices) {
  const std::vector<std::string>& patterns = run.context.sources;
  if (patterns.empty()) {
    throw Error(ErrorKind::usage, "there is neither a path nor a list of `sources` in the configuration",
                fmt::format("name a path, for example `{} src`, or configure `sources`", run.command.spec().name));
  }
  const std::string key = fmt::format("{} {} sources {}", run.context.epoch, to_string(ignored), join(patterns, "\n"));
  auto tree = run.cache.trees.get(key, run.watch, [&] {
    const PatternList list(patterns);
    TreeOptions options;
    options.ignored = ignored;
    options.named = list.literal_prefixes();
    options.enter = [&](std::string_view folder) { return list.could_accept_below(folder); };
    options.accept = [&](std::string_view file) { return list.accepts(file); };
    return walk_tree(run.context.base_directory, options, run.watch);
  });
  check_pattern_matches(patterns, *tree, notices);
  return tree;
}

std::string file_identity(const UniqueFd& file, std::string_view shown) {
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) throw system_error(errno, fmt::format("cannot read {}", in_ticks(shown)));
  return fmt::format("{} {} {} {}.{}", status.st_dev, status.st_ino, status.st_size, status.st_mtim.tv_sec,
                     status.st_mtim.tv_nsec);
}

UniqueFd open_input(const fs::path& path, std::string_view shown) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
  if (fd < 0) throw system_error(errno, fmt::format("cannot read {}", in_ticks(shown)));
  UniqueFd owner(fd);
  struct stat status {};
  if (::fstat(fd, &status) != 0) throw system_error(errno, fmt::format("cannot read {}", in_ticks(shown)));
  if (!S_ISREG(status.st_mode)) {
    throw Error(ErrorKind::usage, fmt::format("{} is not a regular file", in_ticks(shown)));
  }
  return owner;
}

}  // namespace unentropy
