// SQLite for untrusted files: connections and statements that own what they hold and throw `Error`.
//
// The only place that calls the C API. A connection trusts nothing that a file says of itself: triggers, views and
// check constraints of the file are never run, and how much work a statement may cause is bounded.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/file.h"

struct sqlite3;
struct sqlite3_stmt;

namespace unentropy {

// The one place where a result code of SQLite becomes a kind. Extended codes are understood.
ErrorKind sqlite_error_kind(int code);
// What to do about a failure of that kind; empty where nothing general can be said.
std::string_view sqlite_error_hint(ErrorKind kind);

enum class Access {
  immutable,   // reads a file that nobody changes meanwhile: no locks, no files beside it, whatever its journal mode
  read_only,   // reads under SQLite's locks, never changes the file
  read_write,  // an existing file
  create,      // as read_write; a missing file is created
};

class Database;

// A prepared statement. Columns count from 0, parameters from 1, as in SQLite.
class Statement {
 public:
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&& other) noexcept;
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement();

  Statement& bind(int index, std::int64_t value);
  Statement& bind(int index, double value);
  Statement& bind(int index, std::string_view text);  // copied
  Statement& bind(int index, const std::string& text) { return bind(index, std::string_view(text)); }
  Statement& bind(int index, const std::optional<std::string>& text);
  Statement& bind(int index, const std::optional<std::int64_t>& value);
  Statement& bind_null(int index);

  // True with a row, false at the end. After the end the statement is ready for new parameters.
  bool step();
  // Executes a statement that returns no rows.
  void run();
  void reset();

  bool is_null(int column) const;
  bool is_number(int column) const;  // an INTEGER or a REAL
  bool is_text(int column) const;
  std::int64_t integer(int column) const;
  double real(int column) const;
  // UTF-8, valid until the next call of this statement. Null gives an empty text. A blob gives its bytes.
  std::string_view text(int column) const;
  std::optional<std::string> optional_text(int column) const;

 private:
  friend class Database;
  Statement(const Database& database, sqlite3_stmt* handle) : database_(&database), handle_(handle) {}
  void check(int code) const;

  const Database* database_;
  sqlite3_stmt* handle_;
};

// A connection to one file, for one thread. Not movable, because statements and the work limit point at it.
class Database {
 public:
  // `activity` begins every message until `begin_activity` is called: "`activity` `path`: cause".
  Database(const std::filesystem::path& path, Access access, Durability durability, std::string activity);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  const std::filesystem::path& path() const { return path_; }

  // Names what is being done from now on, and grants it a fresh share of work, in proportion to the size of the file.
  // A statement that exceeds it fails as `corrupt`.
  void begin_activity(std::string activity) const;
  // A fresh share for the same activity: for each piece of one that takes as long as another file is large.
  void grant_work() const;
  // Replaces the share granted by `begin_activity`, for tests.
  void limit_work(std::int64_t steps, std::chrono::milliseconds time) const;

  Statement prepare(std::string_view sql) const;
  // One or several statements without parameters; rows are ignored.
  void execute(const char* sql) const;
  // The first column of the first row of a query without parameters; 0 where there is none.
  std::int64_t query_integer(std::string_view sql) const;
  std::string query_text(std::string_view sql) const;

  std::int64_t last_insert_id() const;
  std::int64_t changes() const;  // rows changed by the last statement

  // Fails if the file cannot be closed in an orderly way. Every statement must be gone.
  void close();

  // A failure of this file, in the words of the present activity.
  Error error(ErrorKind kind, std::string_view cause, std::string_view hint = {}) const;
  Error error(int code) const;

 private:
  struct Work;
  static int on_progress(void* work);
  void harden();

  std::filesystem::path path_;
  sqlite3* handle_ = nullptr;
  std::unique_ptr<Work> work_;
};

// `name` as an identifier within a statement.
std::string sql_name(std::string_view name);

// BEGIN IMMEDIATE … COMMIT; rolled back when it is left without a commit.
class Transaction {
 public:
  explicit Transaction(const Database& database);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit();

 private:
  const Database& database_;
  bool open_ = true;
};

}  // namespace unentropy
