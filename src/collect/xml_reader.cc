#include "collect/xml_reader.h"

#include <cstdint>
#include <cstring>
#include <exception>
#include <memory>
#include <string>

#include <expat.h>
#include <fmt/format.h>

#include "base/error.h"

namespace unentropy {

namespace {

constexpr std::size_t kPiece = 64 << 10;
// Up to here a file is parsed at one go: after every piece that is not the last expat looks for line ends in it once
// more, which is a tenth of all its work.
constexpr std::size_t kWhole = 8 << 20;
constexpr int kDeepest = 200;
// Expat looks at an unfinished token again with every piece.
constexpr long kLongestToken = 4L << 20;

std::string_view local_name(const char* name) {
  const char* const colon = std::strrchr(name, ':');
  return colon == nullptr ? name : colon + 1;
}

struct Reading {
  const XmlHandlers& handlers;
  XML_Parser parser;
  int depth = 0;
  const char* refusal = nullptr;
  std::exception_ptr failure;

  void stop() const { XML_StopParser(parser, XML_FALSE); }

  void refuse(const char* reason) {
    refusal = reason;
    stop();
  }

  // Expat is C: nothing may be thrown through it.
  template <typename Action>
  void guarded(const Action& action) {
    if (failure || refusal != nullptr) return;
    try {
      action();
    } catch (...) {
      failure = std::current_exception();
      stop();
    }
  }
};

void on_start(void* data, const char* name, const char** attributes) {
  auto& reading = *static_cast<Reading*>(data);
  if (++reading.depth > kDeepest) return reading.refuse("it is nested deeper than 200 elements");
  reading.guarded([&] { reading.handlers.start(local_name(name), XmlAttributes(attributes)); });
}

void on_end(void* data, const char* name) {
  auto& reading = *static_cast<Reading*>(data);
  --reading.depth;
  reading.guarded([&] { reading.handlers.end(local_name(name)); });
}

void on_text(void* data, const char* text, int size) {
  auto& reading = *static_cast<Reading*>(data);
  reading.guarded([&] { reading.handlers.text({text, static_cast<std::size_t>(size)}); });
}

// No report needs an entity of its own; whoever declares one means harm.
void on_entity(void* data, const char*, int, const char*, int, const char*, const char*, const char*, const char*) {
  static_cast<Reading*>(data)->refuse("it declares an entity");
}

// Old Windows tools name their code page; all that matters here is ASCII.
int on_encoding(void*, const char* name, XML_Encoding* encoding) {
  const std::string_view text(name);
  if (!text.starts_with("windows-125") && !text.starts_with("Windows-125") && !text.starts_with("iso-8859-") &&
      !text.starts_with("ISO-8859-")) {
    return XML_STATUS_ERROR;
  }
  for (int i = 0; i < 256; ++i) encoding->map[i] = i;
  encoding->data = nullptr;
  encoding->convert = nullptr;
  encoding->release = nullptr;
  return XML_STATUS_OK;
}

[[noreturn]] void fail(XML_Parser parser, const InputStream& input, std::string_view reason) {
  throw Error(ErrorKind::corrupt,
              fmt::format("`{}` cannot be read as XML: line {}, column {}: {}", input.shown(),
                          XML_GetCurrentLineNumber(parser), XML_GetCurrentColumnNumber(parser) + 1, reason),
              "it may have been cut off while it was written");
}

}  // namespace

void read_xml(InputStream& input, const XmlHandlers& handlers) {
  const std::unique_ptr<XML_ParserStruct, decltype(&XML_ParserFree)> parser(XML_ParserCreate(nullptr), &XML_ParserFree);
  if (!parser) throw std::bad_alloc();
  Reading reading{handlers, parser.get(), 0, nullptr, nullptr};
  XML_SetUserData(parser.get(), &reading);
  XML_SetElementHandler(parser.get(), on_start, on_end);
  if (handlers.text) XML_SetCharacterDataHandler(parser.get(), on_text);
  XML_SetEntityDeclHandler(parser.get(), on_entity);
  XML_SetUnknownEncodingHandler(parser.get(), on_encoding, nullptr);
  XML_SetParamEntityParsing(parser.get(), XML_PARAM_ENTITY_PARSING_NEVER);
  const auto check = [&](XML_Status status) {
    if (reading.failure) std::rethrow_exception(reading.failure);
    if (reading.refusal != nullptr) fail(parser.get(), input, reading.refusal);
    if (status != XML_STATUS_OK) fail(parser.get(), input, XML_ErrorString(XML_GetErrorCode(parser.get())));
  };
  long fed = 0;
  bool at_end = false;
  if (const std::uint64_t size = input.size(); size > 0 && size <= kWhole) {
    std::string text(size + 1, '\0');  // room to see that it has not grown since
    std::size_t have = 0;
    while (!at_end && have < text.size()) {
      const std::size_t got = input.read(text.data() + have, text.size() - have);
      have += got;
      at_end = got == 0;
    }
    check(XML_Parse(parser.get(), text.data(), static_cast<int>(have), at_end ? 1 : 0));
    fed = static_cast<long>(have);
  }
  while (!at_end) {
    if (fed - XML_GetCurrentByteIndex(parser.get()) > kLongestToken) {
      fail(parser.get(), input, "a tag or text is longer than 4 MB");
    }
    void* const buffer = XML_GetBuffer(parser.get(), kPiece);
    if (buffer == nullptr) throw std::bad_alloc();
    const std::size_t size = input.read(static_cast<char*>(buffer), kPiece);
    fed += static_cast<long>(size);
    at_end = size == 0;
    check(XML_ParseBuffer(parser.get(), static_cast<int>(size), at_end ? 1 : 0));
  }
}

}  // namespace unentropy
