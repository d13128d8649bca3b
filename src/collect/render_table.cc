#include <algorithm>

#include "base/text.h"
#include "collect/collector.h"

namespace unentropy {

namespace {

std::string cell_text(const std::variant<std::string, double>& cell) {
  const double* number = std::get_if<double>(&cell);
  return number != nullptr ? shortest_digits(*number) : single_line(std::get<std::string>(cell), 60);
}

// Width in code points.
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

}  // namespace

std::string render_table(const DetailTable& table) {
  std::vector<std::vector<std::string>> lines{table.columns};
  for (const auto& row : table.rows) {
    std::vector<std::string>& line = lines.emplace_back();
    for (const auto& cell : row) line.push_back(cell_text(cell));
  }
  std::vector<std::size_t> widths(table.columns.size());
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], width_of(line[i]));
  }
  std::string text;
  for (const auto& line : lines) {
    std::string rendered;
    for (std::size_t i = 0; i < line.size(); ++i) {
      const std::string padding(widths[i] - width_of(line[i]), ' ');
      const bool is_number = !table.rows.empty() && std::holds_alternative<double>(table.rows.front()[i]);
      if (i > 0) rendered += "  ";
      rendered += is_number ? padding + line[i] : line[i] + padding;
    }
    rendered.erase(rendered.find_last_not_of(' ') + 1);
    text += rendered + "\n";
  }
  return text;
}

}  // namespace unentropy
