// SQLite as any other tool uses it, without our settings: for making files that we then read, and looking at ours.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

struct sqlite3;

namespace unentropy::testing {

class RawDatabase {
 public:
  explicit RawDatabase(const std::filesystem::path& path);
  ~RawDatabase();
  RawDatabase(const RawDatabase&) = delete;
  RawDatabase& operator=(const RawDatabase&) = delete;

  // One or several statements; throws std::runtime_error with SQLite's words.
  void execute(const std::string& sql);
  // Each row as its columns joined with `|`, null as `NULL`.
  std::vector<std::string> query(const std::string& sql);
  std::string one(const std::string& sql);

 private:
  sqlite3* handle_ = nullptr;
};

// The text of a file in tests/fixtures/history.
std::string fixture(const std::string& name);

// Makes a database from such files, in order.
void make_from_fixtures(const std::filesystem::path& path, const std::vector<std::string>& names);

std::string read_bytes(const std::filesystem::path& path);
void write_bytes(const std::filesystem::path& path, const std::string& bytes);

}  // namespace unentropy::testing
