#include "history/testing/raw.h"

#include <fstream>
#include <iterator>
#include <stdexcept>

#include <sqlite3.h>

#include "base/file.h"

namespace unentropy::testing {

RawDatabase::RawDatabase(const std::filesystem::path& path) {
  if (sqlite3_open(path.c_str(), &handle_) != SQLITE_OK) throw std::runtime_error("cannot open " + path.native());
  execute("PRAGMA synchronous=OFF");  // leaves no trace in the file
}

RawDatabase::~RawDatabase() { sqlite3_close(handle_); }

void RawDatabase::execute(const std::string& sql) {
  if (sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
    throw std::runtime_error(sqlite3_errmsg(handle_));
  }
}

std::vector<std::string> RawDatabase::query(const std::string& sql) {
  std::vector<std::string> rows;
  const auto add_row = [](void* target, int columns, char** values, char**) {
    std::string row;
    for (int i = 0; i < columns; ++i)
      row += (i > 0 ? "|" : "") + std::string(values[i] != nullptr ? values[i] : "NULL");
    static_cast<std::vector<std::string>*>(target)->push_back(row);
    return 0;
  };
  if (sqlite3_exec(handle_, sql.c_str(), add_row, &rows, nullptr) != SQLITE_OK) {
    throw std::runtime_error(sqlite3_errmsg(handle_));
  }
  return rows;
}

std::string RawDatabase::one(const std::string& sql) {
  const std::vector<std::string> rows = query(sql);
  if (rows.size() != 1) throw std::runtime_error("not one row: " + sql);
  return rows.front();
}

std::string fixture(const std::string& name) {
  return read_file(std::filesystem::path(UNENTROPY_SOURCE_DIR) / "tests/fixtures/history" / name, 1 << 20);
}

void make_from_fixtures(const std::filesystem::path& path, const std::vector<std::string>& names) {
  RawDatabase database(path);
  for (const std::string& name : names) database.execute(fixture(name));
}

std::string read_bytes(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_bytes(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

}  // namespace unentropy::testing
