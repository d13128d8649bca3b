// A database file of a stranger: opened, loaded, and extended by a build.
#include "history/history.h"

#include <fstream>

#include "base/file.h"
#include "target.h"

namespace {

using namespace unentropy;

BuildContext some_build() {
  BuildContext build;
  build.commit_sha = "0123456789abcdef0123456789abcdef01234567";
  build.branch = "main";
  build.run_id = "1";
  build.run_number = 1;
  return build;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const TempDir directory(std::filesystem::temp_directory_path());
  const std::filesystem::path file = directory.path() / "history.db";
  std::ofstream(file, std::ios::binary) << fuzz::text_of(data, size);
  fuzz::accepting_errors([&] {
    History history = History::open(file, OpenMode::read_only, Verification::quick);
    static_cast<void>(history.load("main"));
    history.close();
  });
  fuzz::accepting_errors([&] {
    History history = History::open(file, OpenMode::create, Verification::header_and_layout, Durability::cached);
    static_cast<void>(history.record(some_build(), {}));
    static_cast<void>(history.previous_values("main", "", "", Instant{}));
    history.close();
  });
  for (const char* suffix : {"", "-journal", "-wal", "-shm"}) std::filesystem::remove(file.string() + suffix);
  return 0;
}
