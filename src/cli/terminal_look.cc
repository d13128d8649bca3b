#include "cli/terminal_look.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include <unistd.h>

#include "base/text.h"

namespace unentropy {
namespace {

constexpr std::string_view kRed = "31";
constexpr std::string_view kGreen = "32";
constexpr std::string_view kYellow = "33";
constexpr std::string_view kCyan = "36";
constexpr std::string_view kFaint = "2";

// Word, the parameters of SGR (ECMA-48, 8.3.117).
constexpr std::array<std::pair<std::string_view, std::string_view>, 14> kWords{{
    {"error:", "1;31"},
    {"warning:", "1;33"},
    {"notice:", "1;36"},
    {"hint:", kCyan},
    {"failed:", kRed},
    {"failed", kRed},
    {"fail", kRed},
    {"warning", kYellow},
    {"warned", kYellow},
    {"unknown", kYellow},
    {"ok", kGreen},
    {"done", kGreen},
    {"pass", kGreen},
    {"skipped", kFaint},
}};

// What our own texts have beyond ASCII.
constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kAscii{{
    {"…", "..."},
    {"–", "-"},
    {"≤", "<="},
    {"≥", ">="},
    {"∞", "infinity"},
    {"→", "->"},
    {"×", "x"},
    {"⚠\xEF\xB8\x8F", "!"},
    {"⚠", "!"},
}};

bool is_word_end(std::string_view rest) { return rest.empty() || rest.front() == ' ' || rest.front() == ','; }

// The line has `column: ` of a diagnostic's position right in front of `at`.
bool behind_position(std::string_view line, std::size_t at) {
  return at >= 3 && line[at - 1] == ' ' && line[at - 2] == ':' &&
         std::isdigit(static_cast<unsigned char>(line[at - 3])) != 0;
}

bool may_begin(std::string_view line, std::size_t at) {
  return at == 0 || (at >= 2 && line[at - 1] == ' ' && line[at - 2] == ' ') || behind_position(line, at);
}

std::string in_colour(std::string_view line) {
  std::string result;
  for (std::size_t at = 0; at < line.size();) {
    const std::string_view rest = line.substr(at);
    const auto word = std::find_if(kWords.begin(), kWords.end(), [&](const auto& entry) {
      return rest.starts_with(entry.first) && is_word_end(rest.substr(entry.first.size()));
    });
    if (word != kWords.end() && may_begin(line, at)) {
      result.append("\x1b[").append(word->second).append("m").append(word->first).append("\x1b[0m");
      at += word->first.size();
    } else {
      result += line[at++];
    }
  }
  return result;
}

bool names_utf8(std::string locale) {
  std::transform(locale.begin(), locale.end(), locale.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return locale.find("utf-8") != std::string::npos || locale.find("utf8") != std::string::npos;
}

}  // namespace

TerminalLook TerminalLook::of(int fd, const Environment& environment) {
  if (::isatty(fd) == 0) return {};
  TerminalLook look;
  const std::string kind = environment.get_nonempty("TERM").value_or("dumb");
  look.colour = kind != "dumb" && !environment.get_nonempty("NO_COLOR");
  look.ascii = true;
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    if (const auto locale = environment.get_nonempty(name)) {
      look.ascii = !names_utf8(*locale);
      break;
    }
  }
  return look;
}

std::string for_terminal(std::string_view text, TerminalLook look) {
  std::string result(text);
  if (look.ascii) {
    for (const auto& [symbol, plain] : kAscii) result = replace_all(result, symbol, plain);
  }
  if (!look.colour) return result;
  std::string coloured;
  bool first = true;
  for (const std::string_view line : split(result, '\n')) {
    if (!first) coloured += '\n';
    first = false;
    coloured += in_colour(line);
  }
  return coloured;
}

}  // namespace unentropy
