#include "cli/terminal_look.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "cli/testing/transcript.h"

namespace unentropy {
namespace {

constexpr TerminalLook kColour{.colour = true, .ascii = false};
constexpr TerminalLook kAscii{.colour = false, .ascii = true};

TEST(TerminalLook, LabelsAreColouredWithTheirColon) {
  EXPECT_EQ(for_terminal("error: it broke\n  hint: mend it\n", kColour),
            "\x1b[1;31merror:\x1b[0m it broke\n  \x1b[36mhint:\x1b[0m mend it\n");
  EXPECT_EQ(for_terminal("unentropy.json:3:7: warning: odd\n", kColour),
            "unentropy.json:3:7: \x1b[1;33mwarning:\x1b[0m odd\n");
}

TEST(TerminalLook, VerdictsAreColouredInTheirColumnAlone) {
  EXPECT_EQ(for_terminal("upload    done       0.3 s  all is done\n", kColour),
            "upload    \x1b[32mdone\x1b[0m       0.3 s  all is done\n");
  EXPECT_EQ(for_terminal("  lines  failed: it failed\n  ok-files  3\n", kColour),
            "  lines  \x1b[31mfailed:\x1b[0m it failed\n  ok-files  3\n");
  EXPECT_EQ(for_terminal("nothing failed: all passed, no error: fine\n", kColour),
            "nothing failed: all passed, no error: fine\n");
}

TEST(TerminalLook, OurSymbolsHaveAsciiForms) {
  EXPECT_EQ(for_terminal("Größe ≤ 2 kB … 1–3 → ∞", kAscii), "Größe <= 2 kB ... 1-3 -> infinity")
      << "what others wrote stays as it is";
}

TEST(TerminalLook, WithoutATerminalTextIsLeftAlone) {
  const std::string text = "error: a … b\n";
  EXPECT_EQ(for_terminal(text, {}), text);
  const int null = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  const TerminalLook look = TerminalLook::of(null, Environment({{"TERM", "xterm"}, {"LANG", "C"}}));
  ::close(null);
  EXPECT_FALSE(look.colour);
  EXPECT_FALSE(look.ascii);
}

TEST(TerminalLook, OnlyOurTextForPeopleIsColoured) {
  Transcript transcript(false, Loudness::normal, false, kColour);
  transcript.printer().data("error: a\n");
  transcript.printer().table("error: b\n");
  EXPECT_EQ(transcript.data(), "error: a\n\x1b[1;31merror:\x1b[0m b\n");
  transcript.printer().foreign("error: of a command\n");
  transcript.printer().warning("odd");
  EXPECT_EQ(transcript.log(), "error: of a command\n\x1b[1;33mwarning:\x1b[0m odd\n");
}

TEST(TerminalLook, ASecretIsTakenOutBeforeItIsColoured) {
  Transcript transcript(false, Loudness::normal, false, {.colour = true, .ascii = true});
  transcript.printer().mask(Secret("failed: x…"));
  transcript.printer().progress("failed: x…");
  transcript.printer().table("failed: x…\n");
  EXPECT_EQ(transcript.log() + transcript.data(), "***\n***\n");
}

TEST(TerminalLook, AWorkflowHasNoColour) {
  Transcript transcript(true, Loudness::normal, false, kColour);
  transcript.printer().table("error: b\n");
  transcript.printer().progress("warning: c");
  EXPECT_EQ(transcript.data(), "error: b\nwarning: c\n");
}

}  // namespace
}  // namespace unentropy
