// The first 100 bytes of a database file, judged before SQLite sees it: what is cut off or is no database at all is
// told apart here, cheaply and with its own words. Format: https://www.sqlite.org/fileformat2.html#the_database_header
#pragma once

#include <cstdint>
#include <filesystem>

namespace unentropy {

struct DatabaseHeader {
  std::uint64_t file_bytes = 0;
  std::uint32_t page_bytes = 0;  // 0: the file is empty
  bool write_ahead_log = false;  // the journal mode that the file asks for
};

// Reads and checks the header. An empty file is no error. `corrupt`: not a database, or shorter than the header says.
// Errors of opening are those of `open_for_reading`.
DatabaseHeader read_database_header(const std::filesystem::path& path);

}  // namespace unentropy
