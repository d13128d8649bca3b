#include "store/s3_xml.h"

#include "target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace unentropy;
  const std::string_view text = fuzz::text_of(data, size);
  const bool is_error = parse_s3_error(text).has_value();
  const bool is_list = parse_s3_list(text).has_value();
  const bool is_copy = parse_s3_copy(text).has_value();
  fuzz::require(is_error + is_list + is_copy <= 1, "a document is of one kind");
  return 0;
}
