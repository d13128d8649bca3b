#include "cli/csv.h"

#include "base/text.h"

namespace unentropy {

std::string csv_cell(std::string_view raw) {
  std::string cell = to_valid_utf8(raw);
  const std::size_t start = cell.find_first_not_of(" \t\r\n\f\v");
  const bool formula = start != std::string::npos && std::string_view("=+-@|%").find(cell[start]) != std::string::npos;
  if (formula || (!cell.empty() && std::string_view("\t\r\n").find(cell[0]) != std::string::npos)) {
    cell.insert(0, "'");
  }
  if (cell.find_first_of("\",\r\n") == std::string::npos) return cell;
  return '"' + replace_all(cell, "\"", "\"\"") + '"';
}

}  // namespace unentropy
