#include "cli/artifact_history.h"

#include <charconv>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/host.h"
#include "cli/run_tables.h"
#include "cli/storage_plan.h"
#include "github/artifacts.h"
#include "github/build_context.h"
#include "history/history.h"
#include "sync/local_file.h"

namespace unentropy {
namespace {

constexpr std::string_view kDefaultBranch = "main";

History open_artifact(const std::filesystem::path& file, const Artifact& artifact) {
  try {
    return History::open(file, OpenMode::read_write, Verification::full, Durability::cached);
  } catch (const Error& error) {
    throw Error(
        error.kind(),
        fmt::format("opening the history of artifact {} of run {}: {}", artifact.id, artifact.run_id, error.message()),
        "delete this artifact, so that the one before it counts, or see docs/guide/artifacts.md");
  }
}

class Fetching {
 public:
  Fetching(CommandContext& context, const ArtifactSource& source, std::filesystem::path directory)
      : context_(context), source_(source), directory_(std::move(directory)) {}

  // The builds of all that counts, as one history; nothing if there is none.
  std::optional<ArtifactHistory> fetch(GithubApi& api);
  std::filesystem::path file() const { return directory_ / "artifact.db"; }

 private:
  bool download(GithubApi& api, const Artifact& artifact, const std::filesystem::path& destination);
  void warn_all(const std::vector<std::string>& warnings) {
    for (const std::string& warning : warnings) context_.printer.warning(warning);
  }

  CommandContext& context_;
  const ArtifactSource& source_;
  std::filesystem::path directory_;
  ArtifactQuery query_;
};

bool Fetching::download(GithubApi& api, const Artifact& artifact, const std::filesystem::path& destination) {
  std::error_code ignored;
  std::filesystem::remove(destination, ignored);
  if (download_database(api, artifact, source_.database_name, directory_, destination)) return true;
  query_.gone.insert(artifact.id);
  context_.printer.warning(fmt::format("artifact {} of run {} has expired meanwhile", artifact.id, artifact.run_id));
  return false;
}

std::optional<ArtifactHistory> Fetching::fetch(GithubApi& api) {
  query_.name = source_.name;
  query_.branch = source_.branch;
  query_.current_run = source_.current_run;
  for (;;) {
    const ArtifactChoice choice = choose_artifact(api, query_);
    if (choice.is_first_run()) {
      if (choice.expired > 0) {
        context_.printer.warning(
            fmt::format("{} {} of branch {} expired, and the history with {}", counted(choice.expired, "artifact"),
                        in_ticks(source_.name, 60), in_ticks(source_.branch, 60), choice.expired == 1 ? "it" : "them"),
            "storage that does not expire: docs/guide/migrate-from-artifacts.md");
      }
      return std::nullopt;
    }
    std::vector<Artifact> parts = choice.merged;
    if (choice.chosen) parts.insert(parts.begin(), *choice.chosen);
    if (!download(api, parts.front(), file())) continue;
    ArtifactHistory found;
    found.run = parts.front().run_id;
    History history = open_artifact(file(), parts.front());
    warn_all(history.warnings());
    for (std::size_t i = 1; i < parts.size(); ++i) {
      const std::filesystem::path other = directory_ / "other.db";
      if (!download(api, parts[i], other)) continue;
      const AbsorbReport report = history.absorb(open_artifact(other, parts[i]), context_.clock.now());
      warn_all(report.warnings);
      if (report.builds_added == 0) continue;
      context_.printer.notice(fmt::format("added {} of run {}, which stored its history and did not succeed",
                                          counted(report.builds_added, "build"), parts[i].run_id));
    }
    if (choice.is_seed) {
      context_.printer.notice(fmt::format("the history begins with the one of branch {}, run {}",
                                          in_ticks(choice.chosen->branch, 60), choice.chosen->run_id));
    }
    found.builds = history.build_count();
    history.close();
    return found;
  }
}

}  // namespace

std::string artifact_name(const CommandContext& context) {
  return context.inputs.text_or("artifact-name", "unentropy-metrics");
}

ArtifactSource artifact_source(const CommandContext& context, const std::string& branch) {
  ArtifactSource source;
  source.name = artifact_name(context);
  source.branch = context.inputs.text_or("artifact-branch-filter", branch.empty() ? kDefaultBranch : branch);
  if (runs_in_workflow(context.environment)) {
    const std::string run = context.environment.get_nonempty("GITHUB_RUN_ID").value_or("");
    std::from_chars(run.data(), run.data() + run.size(), source.current_run);
  }
  return source;
}

std::optional<InputProblem> artifact_problem(const CommandContext& context) {
  if (!context.environment.get_nonempty("GITHUB_REPOSITORY")) {
    return InputProblem{"downloading an artifact needs the repository, and `GITHUB_REPOSITORY` is not set",
                        "set it to OWNER/NAME; in a workflow it always is"};
  }
  if (context.inputs.secret("github-token").empty()) {
    return InputProblem{
        "downloading an artifact needs a token, and there is none",
        "in a workflow give the input `github-token`, elsewhere set the variable `GITHUB_TOKEN`; it needs "
        "the permission `actions: read`"};
  }
  return std::nullopt;
}

std::optional<ArtifactHistory> fetch_artifact_history(CommandContext& context, const ArtifactSource& source,
                                                      const std::filesystem::path& directory,
                                                      const std::filesystem::path& file) {
  const std::unique_ptr<Host> host = host_of_workflow(context, source.retry_attempts);
  if (!host) {
    const InputProblem problem = artifact_problem(context).value();
    throw Error(ErrorKind::usage, problem.message, problem.hint);
  }
  Fetching fetching(context, source, directory);
  const auto found = fetching.fetch(host->api);
  if (!found) {
    context.printer.notice(fmt::format("no run has stored an artifact {} of branch {} yet", in_ticks(source.name, 60),
                                       in_ticks(source.branch, 60)));
    return std::nullopt;
  }
  if (begin_local_history(file, context.clock, fetching.file())) return found;
  const History fetched = History::open(fetching.file(), OpenMode::read_only, Verification::header_and_layout);
  update_local_history(file, context.clock, [&](History& history) {
    for (const std::string& warning : history.absorb(fetched, context.clock.now()).warnings) {
      context.printer.warning(warning);
    }
  });
  return found;
}

}  // namespace unentropy
