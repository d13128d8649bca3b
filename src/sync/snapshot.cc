#include "sync/snapshot.h"

#include <array>

#include "base/text.h"

namespace unentropy {
namespace {

constexpr std::string_view kDigest = "unentropy-sha256";  // of the whole object, hexadecimal

// The metadata of a snapshot, one row each.
struct CountName {
  std::string_view name;
  std::int64_t HistoryCounts::*count;
};
constexpr std::array<CountName, 6> kCounts{{
    {"unentropy-builds", &HistoryCounts::builds},
    {"unentropy-values", &HistoryCounts::values},
    {"unentropy-records", &HistoryCounts::records},
    {"unentropy-removed", &HistoryCounts::tombstones},
    {"unentropy-last-build", &HistoryCounts::last_build_id},
    {"unentropy-last-value", &HistoryCounts::last_value_id},
}};

HistoryCounts verify(const std::filesystem::path& file, std::vector<std::string>& warnings) {
  // Opened for writing, because an old layout is upgraded in the copy and a journal mode changed.
  History history = History::open(file, OpenMode::read_write, Verification::quick, Durability::cached);
  warnings.insert(warnings.end(), history.warnings().begin(), history.warnings().end());
  const HistoryCounts counts = history.counts();
  history.close();
  return counts;
}

}  // namespace

SnapshotRead read_snapshot(ObjectStore& store, const std::string& key, const std::filesystem::path& file,
                           Repair repair) {
  std::optional<Sha256Digest> doubtful;
  for (;;) {
    SnapshotRead read;
    const auto fetched = store.get(key, file);
    if (!fetched) return read;
    // A proxy or a cut connection can damage one copy; the same bytes twice are what the store holds.
    const bool is_certain = doubtful == fetched->sha256;
    const std::string told = digest_in(fetched->info.metadata);
    if (!told.empty() && told != hex(fetched->sha256)) {
      if (!is_certain) {
        doubtful = fetched->sha256;
        continue;
      }
      read.warnings.push_back("`" + key + "` does not have the digest that its metadata names; " +
                              "another tool may have replaced it");
    }
    if (repair == Repair::read_only && told == hex(fetched->sha256)) {
      if (const auto counts = counts_in(fetched->info.metadata)) {
        read.good = Snapshot{fetched->info, told, *counts};
        return read;
      }
    }
    try {
      const HistoryCounts counts = verify(file, read.warnings);
      read.good = Snapshot{fetched->info, hex(fetched->sha256), counts};
      return read;
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::corrupt) throw error.with_context("verifying `" + key + "`");
      if (is_certain) {
        read.damaged =
            DamagedSnapshot{fetched->info, error.with_context("verifying `" + key + "` from " + store.describe())};
        return read;
      }
      doubtful = fetched->sha256;
    }
  }
}

ObjectMetadata snapshot_metadata(const std::string& sha256, const HistoryCounts& counts) {
  ObjectMetadata metadata{{std::string(kDigest), sha256}};
  for (const CountName& row : kCounts) metadata[std::string(row.name)] = std::to_string(counts.*row.count);
  return metadata;
}

std::optional<HistoryCounts> counts_in(const ObjectMetadata& metadata) {
  HistoryCounts counts;
  for (const CountName& row : kCounts) {
    const auto found = metadata.find(std::string(row.name));
    const auto number = found == metadata.end() ? std::nullopt : parse_integer(found->second);
    if (!number || *number < 0) return std::nullopt;
    counts.*row.count = *number;
  }
  return counts;
}

std::string digest_in(const ObjectMetadata& metadata) {
  const auto found = metadata.find(std::string(kDigest));
  return found == metadata.end() ? std::string() : found->second;
}

bool may_lack(const HistoryCounts& here, const HistoryCounts& there) {
  for (const CountName& row : kCounts) {
    if (here.*row.count < there.*row.count) return true;
  }
  return false;
}

}  // namespace unentropy
