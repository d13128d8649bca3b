// The floor of every reader of XML: expat with handlers that do nothing.
//
//   xml_baseline FILE
#include <expat.h>

#include <cstdio>

namespace {

void on_start(void*, const XML_Char*, const XML_Char**) {}
void on_end(void*, const XML_Char*) {}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) return 2;
  std::FILE* file = std::fopen(arguments[1], "rb");
  if (file == nullptr) return 1;
  XML_Parser parser = XML_ParserCreate(nullptr);
  XML_SetElementHandler(parser, on_start, on_end);
  constexpr int kPiece = 64 << 10;
  for (bool at_end = false; !at_end;) {
    void* buffer = XML_GetBuffer(parser, kPiece);
    const std::size_t got = std::fread(buffer, 1, kPiece, file);
    at_end = got < kPiece;
    if (XML_ParseBuffer(parser, static_cast<int>(got), at_end ? 1 : 0) == XML_STATUS_ERROR) return 1;
  }
  XML_ParserFree(parser);
  std::fclose(file);
  return 0;
}
