// A folder of files for tests of collectors, and collectors run in it.
#pragma once

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "collect/collector.h"
#include "collect/command_line.h"

namespace unentropy::testing {

// What a failing collector said.
struct Failure {
  ErrorKind kind;
  std::string message;
  std::string hint;
};

class Workspace {
 public:
  Workspace() : directory_(fs::temp_directory_path()) {}

  const fs::path& path() const { return directory_.path(); }
  fs::path operator/(std::string_view name) const { return path() / name; }

  fs::path write(std::string_view name, std::string_view text) const {
    const fs::path file = path() / name;
    fs::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
    return file;
  }

  CollectContext context() const { return {path(), path(), sources, clock_}; }

  CollectorResult run(std::string_view command) const { return run_collector(split_command(command), context()); }
  double value(std::string_view command) const { return run(command).value; }

  // Nothing if the command succeeded.
  std::optional<Failure> failure(std::string_view command) const {
    try {
      run(command);
    } catch (const Error& error) {
      return Failure{error.kind(), error.message(), error.hint()};
    }
    return std::nullopt;
  }
  std::string message(std::string_view command) const {
    const auto failed = failure(command);
    return failed ? failed->message : "no failure";
  }
  std::string hint(std::string_view command) const {
    const auto failed = failure(command);
    return failed ? failed->hint : "no failure";
  }

  std::vector<std::string> sources;

 private:
  TempDir directory_;
  SystemClock clock_;
};

}  // namespace unentropy::testing
