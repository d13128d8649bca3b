#include "cli/printer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/testing/transcript.h"

namespace unentropy {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Printer, DataAndLogAreSeparateAtATerminal) {
  Transcript transcript(false);
  transcript.printer().data("1\n");
  transcript.printer().progress("working");
  transcript.printer().error("it broke", "mend it");
  EXPECT_EQ(transcript.data(), "1\n");
  EXPECT_EQ(transcript.log(), "working\nerror: it broke\n  hint: mend it\n");
}

TEST(Printer, WorkflowLogIsOnStandardOutput) {
  Transcript transcript(true);
  transcript.printer().begin_group("collect");
  transcript.printer().progress("working");
  transcript.printer().end_group();
  transcript.printer().warning("odd", "look");
  EXPECT_EQ(transcript.data(), "::group::collect\nworking\n::endgroup::\n::warning::odd%0Ahint: look\n");
  EXPECT_EQ(transcript.log(), "");
}

TEST(Printer, F027_MaskOnlyInsideAWorkflow) {
  Transcript terminal(false);
  terminal.printer().mask(Secret("hush"));
  EXPECT_EQ(terminal.data() + terminal.log(), "");
  Transcript workflow(true);
  workflow.printer().mask(Secret("hush"));
  EXPECT_EQ(workflow.data(), "::add-mask::hush\n");
}

TEST(Printer, SecretsThatOthersQuoteAreTakenOut) {
  Transcript transcript(false);
  transcript.printer().mask(Secret("hush-hush"));
  transcript.printer().mask(Secret("ab"));
  transcript.printer().error("the file says `hush-hush`");
  transcript.printer().data("hush-hush ab\n");
  EXPECT_EQ(transcript.log(), "error: the file says `***`\n");
  EXPECT_EQ(transcript.data(), "*** ab\n");
  EXPECT_EQ(transcript.printer().without_secrets("x hush-hush"), "x ***");
}

TEST(Printer, OldStyleCommandsAreBrokenUpAnywhereInALine) {
  Transcript transcript(true);
  transcript.printer().progress("value ##[error]forged");
  transcript.printer().data("table ##[group]forged\n  ::error::forged\n");
  EXPECT_EQ(transcript.data(), "value ## [error]forged\ntable ## [group]forged\n  : :error::forged\n");
}

TEST(Printer, QuietKeepsWarningsAndErrors) {
  Transcript transcript(false, Loudness::quiet);
  transcript.printer().progress("a");
  transcript.printer().notice("b");
  transcript.printer().warning("c");
  EXPECT_EQ(transcript.log(), "warning: c\n");
}

TEST(Printer, AnnotationsBeyondTheHostsLimitAreCounted) {
  Transcript transcript(true);
  for (int i = 0; i < 12; ++i) transcript.printer().warning("w" + std::to_string(i));
  transcript.printer().finish();
  const std::string log = transcript.data();
  EXPECT_THAT(log, HasSubstr("::warning::w8\n"));
  EXPECT_THAT(log, Not(HasSubstr("::warning::w9\n")));
  EXPECT_THAT(log, HasSubstr("warning: w9\n"));
  EXPECT_THAT(log, HasSubstr("::warning::and 3 more, see the log\n"));
}

TEST(Printer, ForeignTextCannotCommandTheRunnerOrTheTerminal) {
  Transcript transcript(true);
  transcript.printer().foreign("::set-output name=a::b\n\x1b[2J");
  EXPECT_THAT(transcript.data(), ::testing::MatchesRegex("::stop-commands::[0-9a-f]+\n::set-output name=a::b\n"
                                                         "\\\\x1b\\[2J\n::[0-9a-f]+::\n"));
}

TEST(Printer, ATransientLineGivesWayToWhateverComesNext) {
  Transcript transcript(false, Loudness::normal, true);
  transcript.printer().transient("10%");
  transcript.printer().transient("20%");
  transcript.printer().progress("done");
  transcript.printer().progress("next");
  EXPECT_EQ(transcript.log(), "\r10%\x1b[K\r20%\x1b[K\r\x1b[Kdone\nnext\n");
}

TEST(Printer, DataDoesNotRunIntoATransientLine) {
  Transcript transcript(false, Loudness::normal, true);
  transcript.printer().transient("10%");
  transcript.printer().data("1\n");
  EXPECT_EQ(transcript.log(), "\r10%\x1b[K\r\x1b[K");
  EXPECT_EQ(transcript.data(), "1\n");
}

TEST(Printer, ATransientLineIsTakenAwayByAnEmptyOneAndAtTheEnd) {
  Transcript transcript(false, Loudness::normal, true);
  transcript.printer().transient("");
  EXPECT_EQ(transcript.log(), "");
  transcript.printer().transient("10%");
  transcript.printer().transient("");
  transcript.printer().transient("20%");
  transcript.printer().finish();
  EXPECT_EQ(transcript.log(), "\r10%\x1b[K\r\x1b[K\r20%\x1b[K\r\x1b[K");
}

TEST(Printer, ATransientLineFitsAndNeedsATerminal) {
  Transcript terminal(false, Loudness::normal, true);
  terminal.printer().transient(std::string(200, 'x'));
  EXPECT_EQ(terminal.log(), "\r" + std::string(79, 'x') + "\x1b[K");
  Transcript file(false);
  file.printer().transient("10%");
  EXPECT_EQ(file.log(), "");
  Transcript quiet(false, Loudness::quiet, true);
  quiet.printer().transient("10%");
  EXPECT_EQ(quiet.log(), "");
}

TEST(Printer, ProgressCannotSmuggleACommandOnALineOfItsOwn) {
  EXPECT_EQ(printable("a\rb\x1b]0;x\x07"), "ab\\x1b]0;x\\x07");
}

}  // namespace
}  // namespace unentropy
