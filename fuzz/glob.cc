// A pattern in the first line, a path behind it.
#include "base/glob.h"

#include "target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace unentropy;
  const fuzz::TwoTexts input = fuzz::split_first_line(fuzz::text_of(data, size));
  const std::string_view pattern = input.first;
  const std::string_view path = input.rest;
  fuzz::accepting_errors([&] {
    const Glob glob(pattern);
    const bool matches = glob.matches(path);
    const std::size_t slash = path.rfind('/');
    // A walk has no paths that end with a slash.
    if (matches && slash != std::string_view::npos && slash > 0 && path.front() != '/' && path.back() != '/') {
      fuzz::require(glob.could_match_below(path.substr(0, slash)), "a walk finds what matches");
    }
    const PatternList list({std::string(pattern)});
    static_cast<void>(list.accepts(path));
    static_cast<void>(list.literal_prefixes());
  });
  return 0;
}
