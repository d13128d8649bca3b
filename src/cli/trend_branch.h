// Which commit a branch stood at, at a given time.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/environment.h"
#include "base/process.h"

namespace unentropy {

// The commits of a branch along first parents, read from git once, when the first one is asked for.
class TrendBranch {
 public:
  TrendBranch(std::string name, std::filesystem::path directory, const Environment& environment, ProcessRunner& runner)
      : name_(std::move(name)), directory_(std::move(directory)), environment_(environment), runner_(runner) {}

  // The newest whose committer date is not after `at`. Throws `Error` (usage) if there is none; of kind `not_found`
  // where the branch cannot be read at all: no repository, a shallow one, no such branch.
  const std::string& commit_at(Instant at);

 private:
  struct Commit {
    Instant earliest{};  // committer date, or that of a newer commit if it is earlier
    std::string id;
  };
  std::string git(std::vector<std::string> arguments) const;
  void read();

  std::string name_;
  std::filesystem::path directory_;
  const Environment& environment_;
  ProcessRunner& runner_;
  std::vector<Commit> commits_;  // newest first
};

}  // namespace unentropy
