// Cells of CSV files, which spreadsheets open.
#pragma once

#include <string>
#include <string_view>

namespace unentropy {

// A text cell (RFC 4180) in which no spreadsheet finds a formula; report/web/src/csv.ts has the same rule.
std::string csv_cell(std::string_view raw);

}  // namespace unentropy
