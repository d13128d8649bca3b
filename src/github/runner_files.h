// The files through which a step talks back to the runner: outputs and the job summary.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

namespace unentropy {

// The host drops a summary above 1 MiB whole, so we stop well before.
inline constexpr std::size_t kMaxSummaryBytes = std::size_t{900} * 1024;

// One output in the delimiter form, which alone is safe for values with line ends. The delimiter is `token`,
// extended until it occurs in neither name nor value.
std::string output_entry(std::string_view name, std::string_view value, std::string_view token);

// Appends to the file that GITHUB_OUTPUT names. Throws `Error`.
void append_output(const std::filesystem::path& file, std::string_view name, std::string_view value);

// Appends Markdown to the file that GITHUB_STEP_SUMMARY names, cut at a line end before `kMaxSummaryBytes` with a
// sentence that says so. Throws `Error`.
void append_summary(const std::filesystem::path& file, std::string_view markdown);

// Text from outside for a cell of a Markdown table: one line, and nothing in it acts as Markdown, HTML or a mention.
std::string escape_markdown(std::string_view text);
// A message of this program, likewise; what stands between back-ticks is shown as code.
std::string message_markdown(std::string_view message);

}  // namespace unentropy
