#include "collect/collector.h"
#include "target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace unentropy;
  fuzz::accepting_errors([&] {
    const auto tokens = collector_tokens("@collect " + std::string(fuzz::text_of(data, size)));
    fuzz::require(tokens.has_value(), "what begins with `@collect` is not for the shell");
    check_collector(*tokens);
  });
  return 0;
}
