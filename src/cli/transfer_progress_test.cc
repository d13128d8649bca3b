#include "cli/transfer_progress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/testing/transcript.h"
#include "store/testing/manual_clock.h"

namespace unentropy {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::uint64_t kMegabyte = 1'000'000;

class TransferProgress : public ::testing::Test {
 protected:
  void start(bool terminal, Loudness loudness = Loudness::normal, bool workflow = false) {
    transcript_ = std::make_unique<Transcript>(workflow, loudness, terminal);
    progress_ = transfer_progress(transcript_->printer(), clock_);
  }
  void receive(Milliseconds pause, std::uint64_t bytes, std::uint64_t total) {
    clock_.turn(pause);
    progress_(bytes, total, 0, 0);
  }
  void send(Milliseconds pause, std::uint64_t bytes, std::uint64_t total, std::uint64_t answer = 0) {
    clock_.turn(pause);
    progress_(answer, answer, bytes, total);
  }
  std::string log() { return transcript_->log(); }

  ManualClock clock_{*parse_instant("2025-02-03T04:05:06Z")};
  std::unique_ptr<Transcript> transcript_;
  std::function<void(std::uint64_t, std::uint64_t, std::uint64_t, std::uint64_t)> progress_;
};

using namespace std::chrono_literals;  // NOLINT(google-build-using-namespace): for 100ms and the like

TEST_F(TransferProgress, NothingBelowTwoSeconds) {
  for (const bool terminal : {true, false}) {
    start(terminal);
    receive(0ms, 0, 0);
    receive(500ms, kMegabyte, 10 * kMegabyte);
    receive(1'499ms, 10 * kMegabyte, 10 * kMegabyte);
    receive(60'000ms, 10 * kMegabyte, 10 * kMegabyte);
    EXPECT_EQ(log(), "");
  }
}

TEST_F(TransferProgress, WaitingForTheFirstByteIsNoTransfer) {
  start(false);
  for (int i = 0; i < 100; ++i) receive(1'000ms, 0, 0);
  receive(1'000ms, kMegabyte, 2 * kMegabyte);
  EXPECT_EQ(log(), "");
}

TEST_F(TransferProgress, PlainLinesEveryFewSecondsAndATotal) {
  start(false);
  receive(0ms, 0, 0);
  for (int i = 1; i <= 10; ++i) receive(1'000ms, static_cast<std::uint64_t>(i) * kMegabyte, 10 * kMegabyte);
  receive(1'000ms, 10 * kMegabyte, 10 * kMegabyte);
  EXPECT_EQ(log(),
            "receiving 1.9 MB of 9.5 MB (20%), 976.6 KB/s, 9 s left\n"
            "receiving 6.7 MB of 9.5 MB (70%), 976.6 KB/s, 4 s left\n"
            "received 9.5 MB in 10.0 s, 976.6 KB/s\n");
}

TEST_F(TransferProgress, AnUploadIsWhatIsSentNotTheAnswer) {
  start(false);
  send(0ms, 0, 4 * kMegabyte);
  send(2'000ms, 2 * kMegabyte, 4 * kMegabyte);
  send(1'000ms, 4 * kMegabyte, 4 * kMegabyte);
  send(9'000ms, 4 * kMegabyte, 4 * kMegabyte, 200);
  EXPECT_EQ(log(),
            "sending 1.9 MB of 3.8 MB (50%), 976.6 KB/s, 3 s left\n"
            "sent 3.8 MB in 3.0 s, 1.3 MB/s\n");
}

TEST_F(TransferProgress, AnUnknownTotalHasNoEstimate) {
  start(false);
  receive(0ms, 0, 0);
  receive(3'000ms, 3 * kMegabyte, 0);
  EXPECT_EQ(log(), "receiving 2.9 MB, 976.6 KB/s\n");
}

TEST_F(TransferProgress, TheRateIsThatOfTheLastSeconds) {
  start(false);
  receive(0ms, 0, 0);
  receive(1'900ms, 50 * kMegabyte, 100 * kMegabyte);
  for (int i = 1; i <= 8; ++i) {
    receive(1'000ms, 50 * kMegabyte + static_cast<std::uint64_t>(i) * 100'000, 100 * kMegabyte);
  }
  EXPECT_THAT(log(), EndsWith("receiving 48.3 MB of 95.4 MB (51%), 97.7 KB/s, 8 min 15 s left\n"));
}

TEST_F(TransferProgress, AStallIsCalledAStall) {
  start(false);
  receive(0ms, 0, 0);
  receive(1'000ms, kMegabyte, 10 * kMegabyte);
  for (int i = 0; i < 12; ++i) receive(1'000ms, kMegabyte, 10 * kMegabyte);
  EXPECT_THAT(log(), EndsWith("receiving 976.6 KB of 9.5 MB (10%), 0 B/s, stalled\n"));
}

TEST_F(TransferProgress, ABarAtATerminalAndOneLineInTheEnd) {
  start(true);
  receive(0ms, 0, 0);
  receive(2'000ms, 2 * kMegabyte, 8 * kMegabyte);
  receive(100ms, 2 * kMegabyte + 1, 8 * kMegabyte);
  receive(1'900ms, 4 * kMegabyte, 8 * kMegabyte);
  receive(4'000ms, 8 * kMegabyte, 8 * kMegabyte);
  EXPECT_EQ(log(),
            "\rreceiving [#####---------------]  25%  1.9 MB of 7.6 MB  976.6 KB/s  7 s left\x1b[K"
            "\rreceiving [##########----------]  50%  3.8 MB of 7.6 MB  976.6 KB/s  5 s left\x1b[K"
            "\r\x1b[Kreceived 7.6 MB in 8.0 s, 976.6 KB/s\n");
}

TEST_F(TransferProgress, ABarFitsIntoEightyColumns) {
  start(true);
  send(0ms, 0, 123'456 * kMegabyte);
  send(2'500ms, 99'999 * kMegabyte, 123'456 * kMegabyte);
  const std::string drawn = log();
  EXPECT_THAT(drawn, HasSubstr(" left\x1b[K"));
  EXPECT_LE(drawn.size(), std::string("\r\x1b[K").size() + 79);
}

TEST_F(TransferProgress, ATransferThatBreaksOffTakesItsBarAlong) {
  start(true);
  receive(0ms, 0, 0);
  receive(2'000ms, kMegabyte, 8 * kMegabyte);
  receive(100ms, 0, 0);
  EXPECT_THAT(log(), EndsWith("\r\x1b[K"));
  receive(1'000ms, 8 * kMegabyte, 8 * kMegabyte);
  EXPECT_THAT(log(), Not(HasSubstr("received")));
}

TEST_F(TransferProgress, EachTransferHasTwoSecondsOfItsOwn) {
  start(false);
  for (int i = 0; i < 5; ++i) {
    receive(0ms, 0, 0);
    receive(1'500ms, 500, 500);
    send(0ms, 0, 300);
    send(1'500ms, 300, 300);
  }
  // A first call that already has bytes, fewer than the last one of the transfer before.
  receive(0ms, 500, 500);
  receive(0ms, 100, 500);
  receive(1'900ms, 200, 500);
  EXPECT_EQ(log(), "");
}

TEST_F(TransferProgress, QuietSaysNothing) {
  for (const bool terminal : {true, false}) {
    start(terminal, Loudness::quiet);
    receive(0ms, 0, 0);
    receive(9'000ms, kMegabyte, 8 * kMegabyte);
    receive(9'000ms, 8 * kMegabyte, 8 * kMegabyte);
    EXPECT_EQ(log(), "");
  }
}

TEST_F(TransferProgress, InAWorkflowThereAreLinesAndNoControlCharacters) {
  start(false, Loudness::normal, true);
  receive(0ms, 0, 0);
  receive(3'000ms, kMegabyte, 8 * kMegabyte);
  receive(9'000ms, 8 * kMegabyte, 8 * kMegabyte);
  EXPECT_EQ(transcript_->data(),
            "receiving 976.6 KB of 7.6 MB (12%), 325.5 KB/s, 22 s left\n"
            "received 7.6 MB in 12.0 s, 651.0 KB/s\n");
}

}  // namespace
}  // namespace unentropy
