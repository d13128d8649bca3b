// What kind of project a directory holds, and what can be measured in it: the table behind `init`.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace unentropy {

// A way to get a metric. Which of several works here and now is found out by trying them, the first that does is taken.
struct Proposal {
  std::string_view key;
  std::string_view base;  // `"$ref": …`, or the unit of a metric without a template
  std::string_view name;
  std::vector<std::string_view> commands;
};

struct ProjectKind {
  std::string_view id;                    // as `--type` takes it
  std::string_view name;                  // as people call it
  std::vector<std::string_view> markers;  // globs of files that only such a project has
  std::string_view languages;             // of `loc`
  std::string_view sources;               // a glob of its source files
  std::vector<Proposal> proposals;        // besides lines of code
};

const std::vector<ProjectKind>& project_kinds();
const ProjectKind* find_project_kind(std::string_view id);
std::vector<std::string> project_kind_ids();

// The kinds whose markers lie in the directory or up to two levels below it, in the order of the table. Hidden folders,
// and those where tools put what they fetch or build, are not entered; links are not followed.
std::vector<const ProjectKind*> detect_project(const std::filesystem::path& directory);

}  // namespace unentropy
