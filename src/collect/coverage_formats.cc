#include "collect/coverage_formats.h"

#include <cerrno>
#include <string>

#include <fmt/format.h>
#include <unistd.h>

#include "base/error.h"
#include "base/text.h"
#include "collect/clover.h"
#include "collect/cobertura.h"
#include "collect/go_coverage.h"
#include "collect/istanbul.h"
#include "collect/jacoco.h"
#include "collect/lcov.h"

namespace unentropy {

namespace {

constexpr std::size_t kHead = 64U << 10;

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

// The next tag of `text` without its brackets, over declarations, comments and the document type.
std::string_view next_tag(std::string_view& text) {
  for (;;) {
    const std::size_t open = text.find('<');
    if (open == std::string_view::npos) return {};
    text.remove_prefix(open + 1);
    std::string_view close = ">";
    if (text.starts_with("!--")) close = "-->";
    if (text.starts_with("?")) close = "?>";
    const std::size_t subset = text.find('[');
    const std::size_t end_of_type = text.find('>');
    if (text.starts_with("!DOCTYPE") && subset < end_of_type) close = "]>";
    const std::size_t end = text.find(close);
    const std::string_view tag = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + close.size());
    if (!tag.starts_with('!') && !tag.starts_with('?')) return tag;
  }
}

std::string_view name_of(std::string_view tag) {
  const std::string_view name = tag.substr(0, tag.find_first_of(" \t\r\n/>"));
  const std::size_t colon = name.rfind(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

const CoverageFormat* xml_format_of(std::string_view text) {
  const std::string_view root = next_tag(text);
  if (name_of(root) == "report") return &jacoco_format();
  if (name_of(root) != "coverage") return nullptr;
  if (contains(root, "line-rate") || contains(root, "lines-valid") || contains(root, "branch-rate")) {
    return &cobertura_format();
  }
  for (std::string_view tag = next_tag(text); !tag.empty(); tag = next_tag(text)) {
    if (name_of(tag) == "project") return &clover_format();
    if (name_of(tag) == "packages" || name_of(tag) == "sources") return &cobertura_format();
  }
  return nullptr;
}

}  // namespace

const CoverageFormat* coverage_format_of(std::string_view head) {
  if (head.starts_with("\xEF\xBB\xBF")) head.remove_prefix(3);
  const std::string_view text = trim(head);
  if (text.starts_with('<')) return xml_format_of(text);
  if (text.starts_with('{')) return &istanbul_format();
  if (text.starts_with("mode:")) return &go_coverage_format();
  for (std::string_view line : split(text.substr(0, 4096), '\n')) {
    if (line.starts_with("TN:") || line.starts_with("SF:")) return &lcov_format();
    if (!line.starts_with('#') && !trim(line).empty()) break;
  }
  return nullptr;
}

const CoverageFormat& detect_coverage_format(int fd, std::string_view shown) {
  std::string head(kHead, '\0');
  const ssize_t size = ::pread(fd, head.data(), head.size(), 0);
  if (size < 0) throw system_error(errno, fmt::format("cannot read {}", in_ticks(shown)));
  head.resize(static_cast<std::size_t>(size));
  if (const CoverageFormat* format = coverage_format_of(head)) return *format;
  throw Error(ErrorKind::corrupt, fmt::format("{} is no coverage report of a known format", in_ticks(shown)),
              "known are LCOV, Cobertura, Clover, JaCoCo, Istanbul and Go cover profiles");
}

}  // namespace unentropy
