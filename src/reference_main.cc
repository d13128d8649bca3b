// Writes what is drawn from the tables of the program; see docs/develop.md.
#include <exception>
#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "cli/printer.h"
#include "cli/reference.h"

namespace unentropy {
namespace {

constexpr std::uint64_t kMaxActionBytes = 1 << 20;

constexpr std::string_view kUsage =
    "unentropy_reference man DIR          unentropy.1 and a page for each command\n"
    "unentropy_reference completions DIR  for bash, zsh and fish\n"
    "unentropy_reference pages ROOT       docs/reference/{commands,actions,errors}.md of a checkout\n";

std::vector<ReferenceFile> pages(const std::filesystem::path& root) {
  const std::vector<ActionFile> actions = {
      {"Track metrics", "OWNER/unentropy@main", read_file(root / "action.yml", kMaxActionBytes)},
      {"Quality gate", "OWNER/unentropy/quality-gate@main",
       read_file(root / "quality-gate" / "action.yml", kMaxActionBytes)}};
  return {{"docs/reference/commands.md", commands_page()},
          {"docs/reference/actions.md", actions_page(actions)},
          {"docs/reference/errors.md", errors_page()}};
}

void write(const std::vector<std::string>& arguments, Printer& printer) {
  if (arguments.size() == 1 && arguments.front() == "--help") return printer.data(kUsage);
  std::vector<ReferenceFile> files;
  if (arguments.size() == 2 && arguments.front() == "man") files = man_pages();
  if (arguments.size() == 2 && arguments.front() == "completions") files = completions();
  if (arguments.size() == 2 && arguments.front() == "pages") files = pages(arguments[1]);
  if (files.empty()) {
    throw Error(ErrorKind::usage, "neither man, completions nor pages, or no directory",
                "`unentropy_reference --help` shows the usage");
  }
  for (const ReferenceFile& file : files) {
    write_file_atomically(std::filesystem::path(arguments[1]) / file.name, file.text);
  }
}

}  // namespace
}  // namespace unentropy

int main(int argc, char** argv) {
  unentropy::Printer printer{{}};
  try {
    unentropy::write({argv + 1, argv + argc}, printer);
    return 0;
  } catch (const unentropy::Error& error) {
    printer.error(error);
  } catch (const std::exception& error) {
    printer.error(error.what());
  }
  return 1;
}
