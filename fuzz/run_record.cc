// A whole record, or its second line alone, for which the header with its digest is made here.
#include "base/hash.h"
#include "sync/record_format.h"
#include "target.h"

namespace {

using namespace unentropy;

std::string with_header(std::string_view content) {
  return R"({"format":"unentropy-run-record","version":1,"sha256":")" + hex(sha256(content)) + "\"}\n" +
         std::string(content) + "\n";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  const bool is_whole = text.starts_with(R"({"format")");
  fuzz::accepting_errors([&] {
    const RunRecord record = parse_record("record", is_whole ? std::string(text) : with_header(text));
    const std::string written = format_record(record);
    fuzz::require(format_record(parse_record("record", written)) == written, "a record is written as it was read");
  });
  return 0;
}
