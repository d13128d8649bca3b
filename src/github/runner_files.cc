#include "github/runner_files.h"

#include <cerrno>

#include <fcntl.h>

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/text.h"

namespace unentropy {
namespace {

void append(const std::filesystem::path& file, std::string_view bytes) {
  const UniqueFd fd(::open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0644));
  if (!fd) throw system_error(errno, "appending to `" + file.string() + "`");
  write_all(fd.get(), bytes, file);
}

}  // namespace

std::string output_entry(std::string_view name, std::string_view value, std::string_view token) {
  std::string delimiter = "unentropy_" + std::string(token);
  while (value.find(delimiter) != std::string_view::npos || name.find(delimiter) != std::string_view::npos) {
    delimiter += '_';
  }
  return std::string(name) + "<<" + delimiter + "\n" + std::string(value) + "\n" + delimiter + "\n";
}

void append_output(const std::filesystem::path& file, std::string_view name, std::string_view value) {
  append(file, output_entry(name, value, random_hex(16)));
}

void append_summary(const std::filesystem::path& file, std::string_view markdown) {
  if (markdown.size() <= kMaxSummaryBytes) {
    append(file, markdown);
    return;
  }
  const std::string_view kept = markdown.substr(0, markdown.rfind('\n', kMaxSummaryBytes) + 1);
  append(file, std::string(kept) + "\nThe rest was left out, because the host limits the size of a summary.\n");
}

std::string escape_markdown(std::string_view text) {
  std::string escaped;
  for (const char c : single_line(text, 300)) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '@':
        escaped += "&#64;";
        break;
      case '#':
        escaped += "&#35;";
        break;
      case ':':
        // Breaks `https://…` and `javascript:` up, so that the host links nothing by itself.
        escaped += "&#58;";
        break;
      case '|':
      case '`':
      case '*':
      case '_':
      case '[':
      case ']':
      case '(':
      case ')':
      case '~':
      case '!':
      case '$':
      case '\\':
        escaped += '\\';
        escaped += c;
        break;
      default:
        escaped += c;
    }
  }
  return replace_all(escaped, "www.", "www&#46;");  // what the host would link without any scheme
}

std::string message_markdown(std::string_view message) {
  const std::string line = single_line(message, 300);
  std::string markdown;
  std::size_t begin = 0;
  for (;;) {
    const std::size_t open = line.find('`', begin);
    const std::size_t close = open == std::string::npos ? open : line.find('`', open + 1);
    if (close == std::string::npos) return markdown + escape_markdown(line.substr(begin));
    markdown += escape_markdown(line.substr(begin, open - begin));
    const std::string code = line.substr(open, close + 1 - open);
    // A bar would end a cell in code, too, and two back-ticks without anything between them begin code of their own.
    const bool is_harmless = code.size() > 2 && code.find_first_of("|@") == std::string::npos;
    markdown += is_harmless ? code : escape_markdown(code);
    begin = close + 1;
  }
}

}  // namespace unentropy
