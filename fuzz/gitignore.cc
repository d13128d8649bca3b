// A path in the first line, an ignore file behind it.
#include "collect/gitignore.h"

#include "target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace unentropy;
  const auto [path, rules] = fuzz::split_first_line(fuzz::text_of(data, size));
  const IgnoreFile file(rules);
  const IgnoreRule* rule = file.match(path, path.substr(path.rfind('/') + 1), false);
  if (rule != nullptr) fuzz::require(file.match(path, path, false, {rule}) != rule, "a disabled rule decides nothing");
  return 0;
}
