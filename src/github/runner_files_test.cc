#include "github/runner_files.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/file.h"

namespace unentropy {
namespace {

TEST(RunnerFiles, OutputUsesADelimiterThatDoesNotOccur) {
  EXPECT_EQ(output_entry("n", "a\nb", "t"), "n<<unentropy_t\na\nb\nunentropy_t\n");
  EXPECT_EQ(output_entry("n", "x unentropy_t\nunentropy_t_ y", "t"),
            "n<<unentropy_t__\nx unentropy_t\nunentropy_t_ y\nunentropy_t__\n");
}

TEST(RunnerFiles, OutputsAreAppended) {
  const TempDir dir(std::filesystem::temp_directory_path());
  const auto file = dir.path() / "out";
  append_output(file, "one", "1");
  append_output(file, "two", "2");
  const std::string text = read_file(file, 1000);
  EXPECT_EQ(text.find("one<<unentropy_"), 0U);
  EXPECT_NE(text.find("\ntwo<<unentropy_"), std::string::npos);
}

TEST(RunnerFiles, SummaryStopsBeforeTheHostsLimit) {
  const TempDir dir(std::filesystem::temp_directory_path());
  const auto file = dir.path() / "summary";
  std::string markdown;
  while (markdown.size() < 2 * kMaxSummaryBytes) markdown += "| a | b |\n";
  append_summary(file, markdown);
  const std::string text = read_file(file, 10U << 20);
  EXPECT_LT(text.size(), kMaxSummaryBytes + 200);
  EXPECT_TRUE(text.ends_with("|\n\nThe rest was left out, because the host limits the size of a summary.\n"));
}

TEST(RunnerFiles, UnwritableOutputIsAnError) {
  try {
    append_output("/nonexistent/out", "a", "b");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.message(), "appending to `/nonexistent/out`: No such file or directory");
  }
}

TEST(RunnerFiles, MarkdownIsHarmless) {
  EXPECT_EQ(escape_markdown("a|b\n<img> @all [x](javascript:y) `c`"),
            "a\\|b &lt;img&gt; &#64;all \\[x\\]\\(javascript&#58;y\\) \\`c\\`");
}

TEST(RunnerFiles, MessagesShowNamesAsCode) {
  EXPECT_EQ(message_markdown("`a_b.info` has no `SF:` line: <b>"), "`a_b.info` has no `SF:` line&#58; &lt;b&gt;");
  EXPECT_EQ(message_markdown("no names *here*"), "no names \\*here\\*");
  // Nothing in them acts, whatever the names are and however many ticks there are.
  EXPECT_EQ(message_markdown("`a|b` `@all` `` `c"), "\\`a\\|b\\` \\`&#64;all\\` \\`\\` \\`c");
  EXPECT_EQ(message_markdown("\\`[x](y)` \n`d\ne`"), "\\\\`[x](y)`  `d e`");
  EXPECT_EQ(message_markdown("`" + std::string(400, 'x') + "`"), "\\`" + std::string(298, 'x') + "…");
  EXPECT_EQ(message_markdown(""), "");
}

}  // namespace
}  // namespace unentropy
