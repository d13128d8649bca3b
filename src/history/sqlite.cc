#include "history/sqlite.h"

#include <array>
#include <cstddef>
#include <system_error>
#include <utility>

#include <sqlite3.h>

#include "base/text.h"

namespace unentropy {
namespace {

// Far above what an honest history needs (the longest text is a description), far below what hurts.
struct Limit {
  int id;
  int value;
};
constexpr std::array<Limit, 10> kLimits{{
    {SQLITE_LIMIT_LENGTH, 1 << 20},
    {SQLITE_LIMIT_SQL_LENGTH, 1 << 16},
    {SQLITE_LIMIT_COLUMN, 100},
    {SQLITE_LIMIT_EXPR_DEPTH, 100},
    {SQLITE_LIMIT_COMPOUND_SELECT, 10},
    {SQLITE_LIMIT_FUNCTION_ARG, 8},
    {SQLITE_LIMIT_ATTACHED, 0},
    {SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 100},
    {SQLITE_LIMIT_VARIABLE_NUMBER, 100},
    {SQLITE_LIMIT_TRIGGER_DEPTH, 1},
}};

struct Switch {
  int id;
  int value;
};
constexpr std::array<Switch, 6> kSwitches{{
    {SQLITE_DBCONFIG_DEFENSIVE, 1},
    {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
    {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0},
    {SQLITE_DBCONFIG_ENABLE_VIEW, 0},
    {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
    {SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER, 0},
}};

constexpr int kBusyTimeoutMs = 5000;
constexpr int kStepsBetweenLooks = 2000;

// An honest file needs about 0.3 steps and 10 ns per byte for the most expensive activity, the quick check.
constexpr std::int64_t kBaseSteps = 50'000'000;
constexpr std::int64_t kStepsPerByte = 5;
constexpr std::chrono::milliseconds kBaseTime{20'000};
constexpr std::int64_t kBytesPerMillisecond = 1000;

// `file:` with everything escaped that a URI gives a meaning to.
std::string immutable_uri(const std::filesystem::path& path) {
  constexpr std::string_view kPlain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/._-~";
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string uri = "file://";
  for (const char c : path.native()) {
    if (kPlain.find(c) != std::string_view::npos) {
      uri += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      uri += '%';
      uri += kHex[byte >> 4U];
      uri += kHex[byte & 15U];
    }
  }
  return uri + "?immutable=1";
}

int open_flags(Access access) {
  switch (access) {
    case Access::immutable:
      return SQLITE_OPEN_READONLY | SQLITE_OPEN_URI;
    case Access::read_only:
      return SQLITE_OPEN_READONLY;
    case Access::read_write:
      return SQLITE_OPEN_READWRITE;
    case Access::create:
      return SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  }
  return SQLITE_OPEN_READONLY;
}

}  // namespace

ErrorKind sqlite_error_kind(int code) {
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return ErrorKind::unavailable;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return ErrorKind::denied;
    case SQLITE_CANTOPEN:
    case SQLITE_IOERR:
    case SQLITE_FULL:
    case SQLITE_NOLFS:
    case SQLITE_NOMEM:
    case SQLITE_PROTOCOL:
      return ErrorKind::io;
    case SQLITE_MISUSE:
    case SQLITE_RANGE:
    case SQLITE_INTERNAL:
      return ErrorKind::internal;
    default:
      // CORRUPT, NOTADB, FORMAT, TOOBIG, INTERRUPT (the work limit), CONSTRAINT, MISMATCH, SCHEMA and ERROR: our own
      // statements are fixed and tested, so what they stumble over is what the file says.
      return ErrorKind::corrupt;
  }
}

std::string_view sqlite_error_hint(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::unavailable:
      return "another process is using the file; wait until it is done and run again";
    case ErrorKind::denied:
      return "check the permissions of the file and of the directory it is in";
    case ErrorKind::io:
      return "check the free space and the health of the disk";
    case ErrorKind::corrupt:
      return "the file was left as it is; restore an older copy of it";
    case ErrorKind::internal:
      return "please report this with the log";
    default:
      return {};
  }
}

Statement::Statement(Statement&& other) noexcept
    : database_(other.database_), handle_(std::exchange(other.handle_, nullptr)) {}

Statement& Statement::operator=(Statement&& other) noexcept {
  std::swap(database_, other.database_);
  std::swap(handle_, other.handle_);
  return *this;
}

Statement::~Statement() { sqlite3_finalize(handle_); }

void Statement::check(int code) const {
  if (code != SQLITE_OK) throw database_->error(code);
}

Statement& Statement::bind(int index, std::int64_t value) {
  check(sqlite3_bind_int64(handle_, index, value));
  return *this;
}

Statement& Statement::bind(int index, double value) {
  check(sqlite3_bind_double(handle_, index, value));
  return *this;
}

Statement& Statement::bind(int index, std::string_view text) {
  // A null pointer would bind NULL.
  const char* const data = text.empty() ? "" : text.data();
  check(sqlite3_bind_text64(handle_, index, data, text.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
  return *this;
}

Statement& Statement::bind(int index, const std::optional<std::string>& text) {
  return text ? bind(index, std::string_view(*text)) : bind_null(index);
}

Statement& Statement::bind(int index, const std::optional<std::int64_t>& value) {
  return value ? bind(index, *value) : bind_null(index);
}

Statement& Statement::bind_null(int index) {
  check(sqlite3_bind_null(handle_, index));
  return *this;
}

bool Statement::step() {
  const int code = sqlite3_step(handle_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) {
    sqlite3_reset(handle_);
    return false;
  }
  const Error error = database_->error(code);
  sqlite3_reset(handle_);
  throw error;
}

void Statement::run() {
  while (step()) {
  }
}

void Statement::reset() { sqlite3_reset(handle_); }

bool Statement::is_null(int column) const { return sqlite3_column_type(handle_, column) == SQLITE_NULL; }

bool Statement::is_number(int column) const {
  const int type = sqlite3_column_type(handle_, column);
  return type == SQLITE_INTEGER || type == SQLITE_FLOAT;
}

bool Statement::is_text(int column) const { return sqlite3_column_type(handle_, column) == SQLITE_TEXT; }

std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(handle_, column); }

double Statement::real(int column) const { return sqlite3_column_double(handle_, column); }

std::string_view Statement::text(int column) const {
  const unsigned char* const data = sqlite3_column_text(handle_, column);
  if (data == nullptr) return {};
  const int size = sqlite3_column_bytes(handle_, column);
  return {reinterpret_cast<const char*>(data), static_cast<std::size_t>(size)};
}

std::optional<std::string> Statement::optional_text(int column) const {
  if (is_null(column)) return std::nullopt;
  return std::string(text(column));
}

// What the running activity may still cost.
struct Database::Work {
  std::string activity;
  std::int64_t steps = kBaseSteps;
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::now() + kBaseTime;
};

Database::Database(const std::filesystem::path& path, Access access, Durability durability, std::string activity)
    : path_(path), work_(std::make_unique<Work>()) {
  begin_activity(std::move(activity));
  // An absolute path never begins with `file:` or `:memory:`, which SQLite would not take for a file.
  const std::filesystem::path absolute = std::filesystem::absolute(path);
  const std::string name = access == Access::immutable ? immutable_uri(absolute) : absolute.native();
  const int code = sqlite3_open_v2(name.c_str(), &handle_, open_flags(access) | SQLITE_OPEN_NOMUTEX, nullptr);
  try {
    if (code != SQLITE_OK) throw error(code);
    harden();
    if (access == Access::read_write || access == Access::create) {
      execute(durability == Durability::synced ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=OFF");
    }
  } catch (...) {
    sqlite3_close_v2(handle_);
    throw;
  }
}

Database::~Database() { sqlite3_close_v2(handle_); }

void Database::harden() {
  sqlite3_extended_result_codes(handle_, 1);
  sqlite3_busy_timeout(handle_, kBusyTimeoutMs);
  sqlite3_progress_handler(handle_, kStepsBetweenLooks, &Database::on_progress, work_.get());
  for (const Switch& item : kSwitches) sqlite3_db_config(handle_, item.id, item.value, nullptr);
  for (const Limit& limit : kLimits) sqlite3_limit(handle_, limit.id, limit.value);
  // A check constraint is code of whoever made the file; what the constraints of the layout say is kept by our own
  // code.
  execute(
      "PRAGMA cell_size_check=ON; PRAGMA mmap_size=0; PRAGMA ignore_check_constraints=ON; PRAGMA foreign_keys=OFF;"
      "PRAGMA cache_size=-4096");
}

int Database::on_progress(void* work) {
  Work& limit = *static_cast<Work*>(work);
  limit.steps -= kStepsBetweenLooks;
  return limit.steps < 0 || std::chrono::steady_clock::now() > limit.deadline ? 1 : 0;
}

void Database::begin_activity(std::string activity) const {
  work_->activity = std::move(activity);
  grant_work();
}

void Database::grant_work() const {
  std::error_code ignored;
  const std::uintmax_t size = std::filesystem::file_size(path_, ignored);
  const std::int64_t bytes = ignored ? 0 : static_cast<std::int64_t>(size);
  limit_work(kBaseSteps + bytes * kStepsPerByte, kBaseTime + std::chrono::milliseconds(bytes / kBytesPerMillisecond));
}

void Database::limit_work(std::int64_t steps, std::chrono::milliseconds time) const {
  work_->steps = steps;
  work_->deadline = std::chrono::steady_clock::now() + time;
}

Statement Database::prepare(std::string_view sql) const {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v2(handle_, sql.data(), static_cast<int>(sql.size()), &statement, nullptr);
  if (code != SQLITE_OK) throw error(code);
  return {*this, statement};
}

void Database::execute(const char* sql) const {
  const int code = sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) throw error(code);
}

std::int64_t Database::query_integer(std::string_view sql) const {
  Statement statement = prepare(sql);
  return statement.step() ? statement.integer(0) : 0;
}

std::string Database::query_text(std::string_view sql) const {
  Statement statement = prepare(sql);
  return statement.step() ? std::string(statement.text(0)) : std::string();
}

std::int64_t Database::last_insert_id() const { return sqlite3_last_insert_rowid(handle_); }

std::int64_t Database::changes() const { return sqlite3_changes64(handle_); }

void Database::close() {
  const int code = sqlite3_close(handle_);
  if (code != SQLITE_OK) throw error(code);
  handle_ = nullptr;
}

Error Database::error(ErrorKind kind, std::string_view cause, std::string_view hint) const {
  return Error(kind, work_->activity + " `" + single_line(path_.native()) + "`: " + std::string(cause),
               std::string(hint.empty() ? sqlite_error_hint(kind) : hint));
}

Error Database::error(int code) const {
  if ((code & 0xff) == SQLITE_INTERRUPT) {
    return error(ErrorKind::corrupt, "it takes far more work than a history of its size needs");
  }
  if (code == SQLITE_READONLY_ROLLBACK || code == SQLITE_READONLY_RECOVERY) {
    return error(ErrorKind::unavailable, "a process was stopped while it wrote to it, and what it left must be undone",
                 "open the file once for writing, for example by recording a build");
  }
  // The text may quote names of the file.
  const char* const text = handle_ != nullptr ? sqlite3_errmsg(handle_) : sqlite3_errstr(code);
  return error(sqlite_error_kind(code), single_line(text));
}

std::string sql_name(std::string_view name) { return "\"" + replace_all(name, "\"", "\"\"") + "\""; }

Transaction::Transaction(const Database& database) : database_(database) { database_.execute("BEGIN IMMEDIATE"); }

Transaction::~Transaction() {
  if (!open_) return;
  try {
    database_.execute("ROLLBACK");
  } catch (const Error&) {
    // SQLite has rolled back by itself already, which is the only way this fails.
  }
}

void Transaction::commit() {
  database_.execute("COMMIT");
  open_ = false;
}

}  // namespace unentropy
