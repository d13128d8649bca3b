#include "config/renderer.h"

#include <algorithm>
#include <cstddef>

#include <fmt/format.h>

#include "base/utf8.h"
#include "config/printable.h"

namespace unentropy {
namespace {

constexpr int kLineWidth = 120;
// Code points looked at on each side of the caret; more than can be shown, as some have no width.
constexpr std::size_t kReach = 160;
// Terminal columns kept before the caret when the beginning of the line is cut off.
constexpr int kBeforeCaret = 70;

struct Cell {
  std::string text;
  int width = 1;
};

// A stretch of a line in printable pieces.
struct Strip {
  std::vector<Cell> cells;
  std::size_t caret = 0;  // the cell that the caret stands under; may be one past the last
  bool cut_before = false;
  bool cut_after = false;
};

int width_of(const std::vector<Cell>& cells, std::size_t begin, std::size_t end) {
  int width = 0;
  for (std::size_t i = begin; i < end; ++i) width += cells[i].width;
  return width;
}

// The beginning of the code point that lies `kReach` before `offset`.
std::size_t reach_back(std::string_view line, std::size_t offset) {
  for (std::size_t steps = 0; steps < kReach && offset > 0; ++steps) {
    --offset;
    while (offset > 0 && (static_cast<unsigned char>(line[offset]) & 0xC0U) == 0x80U) --offset;
  }
  return offset;
}

// The cells round the position, each secret as one cell of its own.
Strip make_strip(const SourcePlace& place, const std::vector<ByteRange>& secrets) {
  Strip strip;
  std::size_t at = reach_back(place.line, place.offset);
  strip.cut_before = at > 0;
  auto secret = std::upper_bound(secrets.begin(), secrets.end(), place.begin + at,
                                 [](std::size_t offset, const ByteRange& range) { return offset < range.end; });
  bool caret_set = false;
  std::size_t beyond = 0;
  while (at < place.line.size() && beyond < kReach) {
    const bool hidden = secret != secrets.end() && place.begin + at >= secret->begin;
    const Utf8Step step = decode_utf8(place.line, at);
    const std::size_t next = hidden ? std::min(secret->end - place.begin, place.line.size()) : at + step.length;
    if (!caret_set && place.offset < next) {
      strip.caret = strip.cells.size();
      caret_set = true;
    }
    if (caret_set) ++beyond;
    if (hidden) {
      strip.cells.push_back({std::string(kRedacted), static_cast<int>(kRedacted.size())});
      ++secret;
    } else {
      const int width = step.valid ? display_width(step.code_point) : 1;
      strip.cells.push_back({printable_form(step, place.line, at), width});
    }
    at = next;
  }
  if (!caret_set) strip.caret = strip.cells.size();
  strip.cut_after = at < place.line.size();
  return strip;
}

// Cuts the strip to the width of a line, keeping the caret inside.
void fit(Strip& strip) {
  std::size_t begin = 0;
  if (strip.cut_before || width_of(strip.cells, 0, strip.cells.size()) > kLineWidth) {
    const bool near_begin = !strip.cut_before && width_of(strip.cells, 0, strip.caret) < kBeforeCaret + 10;
    while (!near_begin && width_of(strip.cells, begin, strip.caret) > kBeforeCaret) ++begin;
  }
  std::size_t end = begin;
  int width = 0;
  while (end < strip.cells.size() && width + strip.cells[end].width <= kLineWidth) width += strip.cells[end++].width;
  strip.cut_before = strip.cut_before || begin > 0;
  strip.cut_after = strip.cut_after || end < strip.cells.size();
  strip.cells = {strip.cells.begin() + static_cast<std::ptrdiff_t>(begin),
                 strip.cells.begin() + static_cast<std::ptrdiff_t>(end)};
  strip.caret -= begin;
}

}  // namespace

DiagnosticRenderer::DiagnosticRenderer(std::string_view file, std::string_view text)
    : file_(printable_line(file, 400)),
      // Redaction understands text; a file in another encoding is not shown at all.
      quotable_(text.find('\0') == std::string_view::npos),
      source_(text) {
  if (quotable_) secrets_ = credential_ranges(text);
}

std::string DiagnosticRenderer::quoted_line(TextPosition position) {
  Strip strip = make_strip(source_.find(position), secrets_);
  fit(strip);
  const std::string number = std::to_string(position.line);
  std::string line = strip.cut_before ? "…" : "";
  for (const Cell& cell : strip.cells) line += cell.text;
  if (strip.cut_after) line += "…";
  const int before = width_of(strip.cells, 0, strip.caret) + (strip.cut_before ? 1 : 0);
  return fmt::format("\n {} | {}\n {:{}} | {:{}}^", number, line, "", number.size(), "", before);
}

std::string DiagnosticRenderer::render(const Diagnostic& diagnostic) {
  const bool error = diagnostic.level == Diagnostic::Level::error;
  std::string result = fmt::format("{}:{}:{}: {}: {} ({})", file_, diagnostic.position.line, diagnostic.position.column,
                                   error ? "error" : "warning", diagnostic.message, diagnostic.path);
  if (quotable_) result += quoted_line(diagnostic.position);
  if (!diagnostic.hint.empty()) result += "\n  hint: " + diagnostic.hint;
  return result;
}

std::string render_diagnostic(const Diagnostic& diagnostic, std::string_view file, std::string_view text) {
  return DiagnosticRenderer(file, text).render(diagnostic);
}

}  // namespace unentropy
