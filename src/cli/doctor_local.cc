#include "cli/doctor_local.h"

#include <cerrno>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/text.h"
#include "cli/run_tables.h"
#include "history/history.h"
#include "store/condition_probe.h"
#include "store/directory_store.h"

namespace unentropy {
namespace {

namespace fs = std::filesystem;

template <typename Body>
bool attempt(DoctorReport& report, Check check, const Body& body) {
  try {
    body();
  } catch (const Error& error) {
    report.fail(check, error);
  } catch (const fs::filesystem_error& error) {
    report.fail(check, system_error(error.code().value(), "examining `" + single_line(error.path1().string()) + "`"));
  }
  const CheckResult* result = report.find(check);
  return result != nullptr && result->verdict != CheckVerdict::failed;
}

std::string shown(const fs::path& path) { return "`" + single_line(path.string()) + "`"; }

// A file below `directory` is written, replaced against conditions, and read, all as a run does it.
void write_and_read(const fs::path& directory, Clock& clock, DoctorReport& report) {
  const auto store = make_directory_store(directory, clock);
  const std::string bytes = random_hex(64);
  const bool written = attempt(report, Check::write, [&] {
    store->put({"object", ObjectContent::from_bytes(bytes), {}, "", {}});
    if (probe_conditions(*store, "conditions").support != ConditionSupport::honoured) {
      throw Error(ErrorKind::io, "writing below " + shown(directory) + ": a replaced file keeps its old content",
                  "use a file system on which renaming replaces a file");
    }
    report.ok(Check::write, "allowed: a file reaches the disk and is replaced in one step");
  });
  if (!written) return;
  attempt(report, Check::read, [&] {
    if (store->get_bytes("object", 1'000) != bytes) {
      throw Error(ErrorKind::io, "reading below " + shown(directory) + ": other bytes came back than were written",
                  "check the disk");
    }
    report.ok(Check::read, "allowed, and the bytes are those that were written");
  });
}

// Some network file systems accept every lock.
void try_lock(const fs::path& directory, DoctorReport& report) {
  attempt(report, Check::lock, [&] {
    const fs::path path = directory / "lock";
    const UniqueFd first = create_private_file(path);
    const UniqueFd second(::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
    if (!second || ::flock(first.get(), LOCK_EX | LOCK_NB) != 0) {
      throw system_error(errno, "locking " + shown(path), "use a file system with locks");
    }
    if (::flock(second.get(), LOCK_EX | LOCK_NB) == 0) {
      report.warn(Check::lock, "has no effect: two processes can hold it at once",
                  "let only one run at a time use this history, or keep it on a local disk");
    } else {
      report.ok(Check::lock, "keeps a second process out");
    }
  });
}

// Opened as a copy, because a run would upgrade an old layout, and an examination changes nothing.
void look_at_history(const fs::path& file, const fs::path& directory, DoctorReport& report) {
  attempt(report, Check::history, [&] {
    if (!fs::exists(file)) return report.ok(Check::history, "none yet, a first run starts one");
    const fs::path copy = directory / "history.db";
    fs::copy_file(file, copy);
    History history = History::open(copy, OpenMode::read_write, Verification::quick, Durability::cached);
    std::string detail =
        fmt::format("valid, {}, {}", counted(history.build_count(), "build"), format_bytes(fs::file_size(file)));
    for (const std::string& warning : history.warnings()) detail += "; a run says: " + warning;
    history.close();
    report.ok(Check::history, detail);
  });
}

// Directories above `path` that do not exist, innermost first.
std::vector<fs::path> missing_above(const fs::path& path) {
  std::vector<fs::path> missing;
  for (fs::path up = path.parent_path(); !fs::exists(up) && up != up.parent_path(); up = up.parent_path()) {
    missing.push_back(up);
  }
  return missing;
}

void take_away(const fs::path& all, const fs::path& own, const std::vector<fs::path>& made) {
  fs::remove_all(own);
  if (fs::is_empty(all)) fs::remove(all);
  for (const fs::path& directory : made) {
    if (fs::exists(directory) && fs::is_empty(directory)) fs::remove(directory);
  }
}

}  // namespace

void examine_local(const fs::path& database_file, Clock& clock, DoctorReport& report) {
  const fs::path all = database_file.string() + ".doctor";
  const fs::path own = all / random_hex(6);
  const std::vector<fs::path> made = missing_above(all);
  const bool writable = attempt(report, Check::write, [&] {
    fs::create_directories(own);
    report.ok(Check::write, "allowed");
  });
  if (writable) {
    write_and_read(own, clock, report);
    try_lock(own, report);
    look_at_history(database_file, own, report);
  }
  attempt(report, Check::clean_up, [&] {
    if (!writable) return report.skip(Check::clean_up, "nothing was written");
    take_away(all, own, made);
    report.ok(Check::clean_up, "nothing is left below " + shown(all));
  });
  const CheckResult* failed = report.first_failure();
  report.skip_the_rest(failed == nullptr ? "" : "because `" + std::string(title_of(failed->check)) + "` failed");
}

}  // namespace unentropy
