#include "cli/help.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.h"

namespace unentropy {
namespace {

using ::testing::HasSubstr;

void expect_narrow(const std::string& text) {
  for (const std::string_view line : split(text, '\n')) EXPECT_LE(line.size(), 80U) << line;
}

TEST(Help, FitsEightyColumns) {
  expect_narrow(general_help());
  for (const CommandSpec& command : command_specs()) expect_narrow(command_help(command));
}

TEST(Help, NamesEveryOptionWithDefaultAndVariable) {
  for (const CommandSpec& command : command_specs()) {
    // Where a line is broken does not matter here.
    std::string text;
    const std::string help = command_help(command);
    for (const std::string_view line : split(help, '\n')) text += std::string(trim(line)) + " ";
    for (const std::string_view name : command.inputs) {
      const InputSpec& spec = input_spec(name);
      EXPECT_THAT(text, HasSubstr(own_variable(name)));
      if (spec.exposure == Exposure::environment_only) continue;
      EXPECT_THAT(text, HasSubstr("--" + std::string(name)));
      EXPECT_THAT(text,
                  HasSubstr(spec.default_text.empty() ? "No default." : "Default: " + std::string(spec.default_text)));
    }
  }
}

TEST(Help, ListsEveryCommandAndExitCode) {
  const std::string text = general_help();
  for (const CommandSpec& command : command_specs())
    EXPECT_THAT(text, HasSubstr("  " + std::string(command.name) + " "));
  for (const char* code : {"  0  ", "  1  ", "  2  ", "  3  ", "  4  ", "  130  "}) EXPECT_THAT(text, HasSubstr(code));
}

TEST(Help, WrapBreaksAtSpaces) { EXPECT_EQ(wrap("aa bb cc", 2, 7), "  aa bb\n  cc\n"); }

}  // namespace
}  // namespace unentropy
