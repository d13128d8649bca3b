// The table of commands: parsing, help and dispatch are drawn from it.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/environment.h"
#include "base/process.h"
#include "cli/deadline.h"
#include "cli/inputs.h"
#include "cli/printer.h"

namespace unentropy {

// Exit codes, the whole list.
inline constexpr int kExitDone = 0;
inline constexpr int kExitGateFailed = 1;
inline constexpr int kExitUsage = 2;
inline constexpr int kExitStorage = 3;  // storage or network; safe to re-run
inline constexpr int kExitNothingCollected = 4;
inline constexpr int kExitNoArtifact = 5;
inline constexpr int kExitInterrupted = 130;

int exit_code_of(ErrorKind kind);

// Prints the problems but the last, which is thrown; nothing where there are none.
void refuse(Printer& printer, const std::vector<InputProblem>& problems);

// What a command works with.
struct CommandContext {
  InputValues inputs;
  std::vector<std::string> arguments;  // positional ones
  Environment environment;             // without our credentials
  std::filesystem::path working_directory;
  Printer& printer;
  Clock& clock;
  ProcessRunner& runner;
  std::function<bool()> interrupted;  // by a signal
  Deadline& deadline;                 // of measuring; the runner of commands obeys it too
};

enum class ArgumentStyle {
  none,
  files,     // one or more, between the options
  verbatim,  // options of ours come first; from the first other word on everything belongs to the command
};

struct CommandSpec {
  std::string_view name;
  ArgumentStyle style;
  std::string_view arguments;  // for the usage line, for example `NAME [ARGUMENT…]`
  std::string_view summary;    // one line
  std::string_view description;
  std::vector<std::string_view> inputs;
  int (*run)(CommandContext&);
  std::string (*more_help)() = nullptr;  // what help says besides, behind the options; lines of 80 columns at most
};

const std::vector<CommandSpec>& command_specs();

// The whole program: `arguments` without the program's name.
int run_command_line(const std::vector<std::string>& arguments, Environment environment);

// Commands, one file each.
int run_init(CommandContext& context);
int run_track(CommandContext& context);
int run_gate(CommandContext& context);
int run_test(CommandContext& context);
int run_collect(CommandContext& context);
std::string collectors_help();
int run_sources(CommandContext& context);
int run_verify(CommandContext& context);
int run_doctor(CommandContext& context);
int run_status(CommandContext& context);
int run_merge(CommandContext& context);
int run_artifact(CommandContext& context);
int run_export(CommandContext& context);
int run_import(CommandContext& context);
int run_report(CommandContext& context);
int run_preview(CommandContext& context);

}  // namespace unentropy
