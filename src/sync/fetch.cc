#include <system_error>

#include "base/error.h"
#include "history/history.h"
#include "sync/metadata.h"
#include "sync/sync.h"

namespace unentropy {
namespace {

void verify(FetchedHistory& fetched) {
  // Opened for writing, because an old layout is upgraded in the copy and a journal mode changed.
  History history = History::open(fetched.file, OpenMode::read_write, Verification::quick);
  fetched.builds = history.build_count();
  fetched.values = history.value_count();
  history.close();
}

}  // namespace

FetchedHistory fetch_history(ObjectStore& store, const std::string& key, const std::filesystem::path& directory) {
  FetchedHistory fetched;
  fetched.file = directory / "history.db";
  std::optional<Sha256Digest> damaged;
  for (;;) {
    const auto object = store.get(key, fetched.file);
    if (!object) {
      if (!damaged) return fetched;
      throw Error(ErrorKind::unavailable, "downloading `" + key + "`: it was deleted during the download",
                  "run the job again");
    }
    fetched.object = object->info;
    const auto digest = object->info.metadata.find(std::string(kDigestMetadata));
    if (digest != object->info.metadata.end() && digest->second != hex(object->sha256)) {
      fetched.warnings.push_back("`" + key + "` does not have the digest that its metadata names; " +
                                 "another tool may have replaced it");
    }
    try {
      verify(fetched);
      return fetched;
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::corrupt) throw;
      // A proxy or a cut connection can damage one copy; the same bytes twice are what the store holds.
      if (damaged == object->sha256) throw error.with_context("verifying `" + key + "` from " + store.describe());
      damaged = object->sha256;
      fetched.warnings.clear();
    }
  }
}

}  // namespace unentropy
