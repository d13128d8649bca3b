// A language's extension in the first line, a file of it behind.
#include <algorithm>

#include "collect/file_counter.h"
#include "target.h"

namespace {

// As the rule has it: LF, CR LF or CR ends a line, and an empty rest is none.
std::uint64_t lines_of(std::string_view text) {
  std::uint64_t lines = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n' || (text[i] == '\r' && (i + 1 == text.size() || text[i + 1] != '\n'))) ++lines;
  }
  return lines + (!text.empty() && text.back() != '\n' && text.back() != '\r' ? 1U : 0U);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace unentropy;
  const auto [extension, text] = fuzz::split_first_line(fuzz::text_of(data, size));
  const Language* language = language_of_name("x." + std::string(extension.substr(0, 20)));
  if (language == nullptr) language = &unknown_language();
  const fuzz::StillClock clock;
  const Watch watch(clock, std::nullopt, {});
  FileCounter counter(watch);
  const LineCounts counts = counter.count_text(text, *language);
  fuzz::require(counts.code + counts.comment + counts.blank == lines_of(text), "every line is counted once");
  fuzz::require(counter.count_text(text, *language) == counts, "a file leaves nothing behind");
  return 0;
}
