#include "config/syntax_hint.h"

#include "base/utf8.h"
#include "config/source_text.h"

namespace unentropy {
namespace {

// The last character before `offset` that is no white space; 0 if there is none.
char before(std::string_view text, std::size_t offset) {
  const std::size_t found = text.substr(0, offset).find_last_not_of(" \t\r\n");
  return found == std::string_view::npos ? '\0' : text[found];
}

}  // namespace

std::string syntax_hint(std::string_view text, TextPosition position) {
  const SourcePlace place = SourceText(text).find(position);
  const std::size_t offset = place.begin + place.offset;
  if (text.empty()) return "the file is empty; `{\"metrics\": {…}}` is the least it needs";
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) return "save the file as UTF-8";
  if (offset >= text.size()) return "the file ends too early; is a closing bracket or quote missing?";
  const char found = text[offset];
  const char previous = before(text, offset);
  if (found == '\'') return "JSON quotes with `\"`";
  if ((found == '}' || found == ']') && previous == ',') return "remove the comma before it";
  if (found == '"' && (previous == '"' || previous == '}' || previous == ']')) return "is a comma missing before it?";
  if (!decode_utf8(text, offset).valid) return "save the file as UTF-8";
  return {};
}

}  // namespace unentropy
