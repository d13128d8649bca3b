#include "github/artifacts.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <tuple>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/text.h"
#include "github/json_fields.h"
#include "github/zip.h"

namespace unentropy {
namespace {

using Json = nlohmann::json;

constexpr std::uint64_t kMaxArchiveBytes = 1ULL << 30;
constexpr std::size_t kMaxMerged = 10;
constexpr int kDownloads = 2;  // of an archive that arrives as another than the list says
constexpr std::string_view kSqliteHeader("SQLite format 3\0", 16);

Error not_understood(const std::string& doing) {
  return {ErrorKind::unavailable, doing + ": the host's answer is not what it should be", "run the job again"};
}

Artifact read_artifact(const Json& json, const std::string& doing) {
  if (!json.is_object() || number_at(json, "id") <= 0) throw not_understood(doing);
  const auto expired = json.find("expired");
  if (expired == json.end() || !expired->is_boolean()) throw not_understood(doing);
  const Json& run = object_at(json, "workflow_run");
  Artifact artifact;
  artifact.id = number_at(json, "id");
  artifact.name = text_at(json, "name");
  artifact.size = static_cast<std::uint64_t>(std::max<std::int64_t>(0, number_at(json, "size_in_bytes")));
  artifact.expired = expired->get<bool>();
  artifact.created_at = text_at(json, "created_at");
  artifact.digest = text_at(json, "digest");
  artifact.run_id = number_at(run, "id");
  artifact.repository_id = number_at(run, "repository_id");
  artifact.head_repository_id = number_at(run, "head_repository_id");
  artifact.branch = text_at(run, "head_branch");
  return artifact;
}

// Newest first.
std::vector<Artifact> list_artifacts(GithubApi& api, const std::string& name) {
  const std::string doing = "listing the artifacts " + in_ticks(name, 60);
  std::vector<Artifact> artifacts;
  std::set<std::int64_t> known;  // a page that moves while it is read repeats some
  const std::string path = fmt::format("/actions/artifacts?name={}&per_page=100", percent_encode(name));
  for (const std::string& page : api.get_pages(path, doing)) {
    const Json json = Json::parse(page, nullptr, false);
    if (!json.is_object() || !json.contains("artifacts") || !json["artifacts"].is_array()) throw not_understood(doing);
    for (const Json& each : json["artifacts"]) {
      Artifact artifact = read_artifact(each, doing);
      if (artifact.name == name && known.insert(artifact.id).second) artifacts.push_back(std::move(artifact));
    }
  }
  std::sort(artifacts.begin(), artifacts.end(), [](const Artifact& a, const Artifact& b) {
    return std::tie(a.created_at, a.id) > std::tie(b.created_at, b.id);
  });
  return artifacts;
}

enum class Standing { refused, unsuccessful, successful };

bool is_of_pull_request(std::string_view event) { return event.starts_with("pull_request"); }

// Asks for each run once.
class Runs {
 public:
  Runs(GithubApi& api, const ArtifactQuery& query) : api_(api), query_(query) {}

  Standing standing_of(const Artifact& artifact) {
    const auto known = known_.find(artifact.run_id);
    if (known != known_.end()) return known->second;
    return known_[artifact.run_id] = ask(artifact);
  }

 private:
  Standing ask(const Artifact& artifact) {
    const std::string doing = fmt::format("asking for run {}", artifact.run_id);
    const Json run = Json::parse(api_.get(fmt::format("/actions/runs/{}", artifact.run_id), doing), nullptr, false);
    if (!run.is_object() || number_at(run, "id") != artifact.run_id) throw not_understood(doing);
    const std::string repository = text_at(object_at(run, "head_repository"), "full_name");
    // The host compares names without regard to case.
    if (repository.empty() || to_lower(repository) != to_lower(api_.repository())) return Standing::refused;
    const std::string event = text_at(run, "event");
    if (event.empty() || is_of_pull_request(event) || text_at(run, "head_branch") != artifact.branch) {
      return Standing::refused;
    }
    if (artifact.run_id == query_.current_run) return Standing::successful;
    return text_at(run, "conclusion") == "success" ? Standing::successful : Standing::unsuccessful;
  }

  GithubApi& api_;
  const ArtifactQuery& query_;
  std::map<std::int64_t, Standing> known_;
};

// What the list alone tells. A fork can call its branch and its artifact as it likes; these ids it cannot choose.
bool is_own(const Artifact& artifact) {
  return artifact.run_id > 0 && artifact.repository_id > 0 && artifact.repository_id == artifact.head_repository_id;
}

bool arrived_whole(const Artifact& artifact, std::uint64_t bytes, const std::string& digest) {
  if (artifact.size != bytes) return false;
  return !artifact.digest.starts_with("sha256:") || to_lower(artifact.digest.substr(7)) == digest;
}

const ZipEntry& database_in(const ZipArchive& archive, const std::string& name, const std::string& doing) {
  std::vector<const ZipEntry*> databases;
  std::vector<std::string> names;
  for (const ZipEntry& entry : archive.entries()) {
    if (entry.name == name) return entry;
    if (names.size() < 10) names.push_back(in_ticks(entry.name, 60));
    if (entry.size >= kSqliteHeader.size() && archive.beginning(entry, kSqliteHeader.size()) == kSqliteHeader) {
      databases.push_back(&entry);
    }
  }
  if (databases.size() == 1) return *databases.front();
  throw Error(ErrorKind::corrupt,
              fmt::format("{}: it holds no file {}, and {}; it holds {}", doing, in_ticks(name, 60),
                          databases.empty() ? "none that is a database" : "more than one database",
                          names.empty() ? "nothing" : join(names, ", ")),
              "give `database-key` the name that the history has in the artifact");
}

}  // namespace

ArtifactChoice choose_artifact(GithubApi& api, const ArtifactQuery& query) {
  const std::vector<Artifact> artifacts = list_artifacts(api, query.name);
  Runs runs(api, query);
  ArtifactChoice choice;
  for (const Artifact& artifact : artifacts) {
    if (!is_own(artifact) || artifact.branch != query.branch) continue;
    const bool is_current = artifact.run_id == query.current_run;
    if (artifact.expired || query.gone.contains(artifact.id)) {
      ++choice.expired;
      continue;
    }
    // Behind the chosen one only an earlier attempt of this run is of interest: its artifact is about to be replaced.
    if (choice.chosen && !is_current) continue;
    const Standing standing = runs.standing_of(artifact);
    if (standing == Standing::refused) continue;
    if (standing == Standing::successful && !choice.chosen) {
      choice.chosen = artifact;
    } else if (is_current || choice.merged.size() < kMaxMerged) {
      choice.merged.push_back(artifact);
    }
  }
  if (!choice.is_first_run()) return choice;
  for (const Artifact& artifact : artifacts) {
    if (!is_own(artifact) || artifact.expired || query.gone.contains(artifact.id)) continue;
    if (!artifact.branch.starts_with(kSeedBranch)) continue;
    if (runs.standing_of(artifact) != Standing::successful) continue;
    choice.chosen = artifact;
    choice.is_seed = true;
    return choice;
  }
  return choice;
}

bool download_database(GithubApi& api, const Artifact& artifact, const std::string& database_name,
                       const std::filesystem::path& directory, const std::filesystem::path& destination) {
  const std::string doing = fmt::format("downloading artifact {} of run {}", artifact.id, artifact.run_id);
  if (artifact.size > kMaxArchiveBytes) {
    throw Error(ErrorKind::corrupt,
                fmt::format("{}: it has {} bytes, more than {}", doing, artifact.size, kMaxArchiveBytes),
                "move the history to S3, see docs/guide/migrate-from-artifacts.md");
  }
  const std::filesystem::path archive_file = directory / fmt::format("artifact-{}.zip", artifact.id);
  for (int attempt = 1;; ++attempt) {
    UniqueFd out;
    Sha256 hash;
    std::uint64_t bytes = 0;
    const auto restart = [&] {
      out.reset();
      std::filesystem::remove(archive_file);
      out = create_private_file(archive_file);
      hash = Sha256();
      bytes = 0;
    };
    const auto sink = [&](std::string_view piece) {
      bytes += piece.size();
      if (bytes > artifact.size) {
        throw Error(ErrorKind::corrupt, fmt::format("it is longer than the {} bytes of the list", artifact.size),
                    "run the job again");
      }
      hash.update(piece);
      write_all(out.get(), piece, archive_file);
    };
    if (!api.download(fmt::format("/actions/artifacts/{}/zip", artifact.id), doing, restart, sink)) return false;
    out.reset();
    const std::string digest = hex(hash.finish());
    if (arrived_whole(artifact, bytes, digest)) break;
    if (attempt < kDownloads) continue;
    throw Error(ErrorKind::corrupt,
                artifact.size != bytes
                    ? fmt::format("{}: it has {} bytes, and the list says {}", doing, bytes, artifact.size)
                    : fmt::format("{}: its digest is sha256:{}, and the list says {}", doing, digest,
                                  single_line(artifact.digest, 80)),
                "run the job again; if it stays, delete the artifact, so that the one before it counts");
  }
  const ZipArchive archive(archive_file);
  archive.extract(database_in(archive, database_name, doing), destination);
  std::filesystem::remove(archive_file);
  return true;
}

}  // namespace unentropy
