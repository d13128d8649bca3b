// From the arguments of a collector to files: the base directory first, the working directory if nothing is found
// there, globs expanded, each path once.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "collect/registry.h"
#include "collect/tree.h"

namespace unentropy {

// A path that exists.
struct LocatedPath {
  std::filesystem::path path;  // absolute
  bool is_directory = false;   // else a regular file
};

// A literal path. Throws `Error`: not_found if it is in neither directory, usage if it is a symbolic link or neither
// file nor folder, denied if the run is confined and it lies outside. A notice is added if it is taken from the
// working directory.
LocatedPath locate(const CollectorRun& run, const std::string& argument, std::vector<std::string>& notices);

// A regular file that an argument names, and the name that messages give it.
struct InputFile {
  std::filesystem::path path;  // absolute
  std::string shown;
  std::string relative;  // to the folder that was named; to the base directory for globs and single files
};

// All files of `arguments`, which are paths of files and globs, each once, in the order of the arguments and then of
// their names. Throws as `locate` does; a folder, and a glob without match, are errors too.
std::vector<InputFile> input_files(const CollectorRun& run, const std::vector<std::string>& arguments,
                                   std::vector<std::string>& notices);

// What folders do among the arguments.
enum class Folders {
  refused,
  expanded,  // stand for all files in them, and so do those that a glob matches
  searched,  // stand for the files in them that no ignore file names
};

// Files that an argument reaches: some of those of a tree, or a single one. There may be a million of them, so that
// their paths are put together only for those who need them.
struct FileGroup {
  std::filesystem::path root;        // absolute: the folder of the tree, or the single file
  std::string shown;                 // the name that messages give the root
  std::string relative;              // `InputFile::relative` of the root; empty: names count from it
  std::shared_ptr<const Tree> tree;  // null: a single file
  std::vector<std::uint32_t> files;  // indexes into those of the tree

  std::size_t size() const { return tree ? files.size() : 1; }
  InputFile at(std::size_t index) const;
};

std::vector<InputFile> listed(const std::vector<FileGroup>& groups);

// As `input_files`, but folders may be among them; without arguments, the files of `sources`.
std::vector<FileGroup> reached_files(const CollectorRun& run, const std::vector<std::string>& arguments,
                                     Folders folders, std::vector<std::string>& notices);

// The tree below `root`, walked once per run and epoch.
std::shared_ptr<const Tree> shared_tree(const CollectorRun& run, const std::filesystem::path& root,
                                        TreeOptions::Ignored ignored);

// The files of `sources`, below the base directory. Adds a notice for each positive pattern without a match. Throws
// `Error` (usage) if there are no `sources`; `collector` is for the message.
std::shared_ptr<const Tree> source_tree(const CollectorRun& run, TreeOptions::Ignored ignored,
                                        std::vector<std::string>& notices);

// Tells a file from every other, and from itself after a change.
std::string file_identity(const UniqueFd& file, std::string_view shown);

// Regular files are opened without following a link and without blocking. Throws `Error`.
UniqueFd open_input(const std::filesystem::path& path, std::string_view shown);

}  // namespace unentropy
