#include "cli/gate_baseline.h"

#include "base/error.h"
#include "base/text.h"
#include "github/build_context.h"

namespace unentropy {
namespace {

constexpr std::size_t kAskedOfHost = 10;  // builds, newest first

std::optional<std::string> git(CommandContext& context, std::vector<std::string> arguments) {
  ProcessRequest request;
  request.argv = std::move(arguments);
  request.argv.insert(request.argv.begin(), "git");
  request.environment = context.environment;
  request.working_directory = context.working_directory;
  request.timeout = Milliseconds{60'000};
  try {
    ProcessResult result = context.runner.run(request);
    if (result.end == ProcessResult::End::exited && result.exit_code == 0) return std::move(result.standard_output);
  } catch (const Error&) {  // no git: the host may know
  }
  return std::nullopt;
}

// As the commit itself names them, which a shallow clone tells too; every other way to ask hides them there.
std::vector<std::string> parents_of(CommandContext& context, const std::string& commit) {
  std::vector<std::string> parents;
  if (!is_commit_id(commit)) return parents;
  const auto content = git(context, {"cat-file", "commit", commit});
  if (!content) return parents;
  for (const std::string_view line : split(*content, '\n')) {
    if (line.empty()) break;
    if (line.starts_with("parent ") && is_commit_id(line.substr(7))) parents.emplace_back(line.substr(7));
  }
  return parents;
}

std::vector<std::string> first_parents(CommandContext& context, const std::string& commit) {
  std::vector<std::string> commits;
  const auto listed = git(context, {"rev-list", "--first-parent", "--max-count=20000", commit, "--"});
  for (const std::string_view line : split(listed.value_or(""), '\n')) {
    if (!line.empty()) commits.emplace_back(line);
  }
  return commits;
}

// The newest build whose commit the host calls an ancestor.
std::optional<ChosenBuild> ask_host(GithubApi& api, const std::vector<BaselineBuild>& builds, const std::string& onto) {
  std::string last;
  for (std::size_t i = 0, asked = 0; i < builds.size() && asked < kAskedOfHost; ++i) {
    const std::string& commit = builds[i].commit_sha;
    if (commit == last || !is_commit_id(commit)) continue;
    last = commit;
    ++asked;
    const auto comparison = api.compare(commit, onto);
    if (comparison && comparison->merge_base == commit) return ChosenBuild{i, comparison->ahead_by, ""};
  }
  return std::nullopt;
}

}  // namespace

// What a pull request is tested on is the merge commit that the host made, whose first parent is the newest commit of
// the base branch at that time. The event names the one of the moment when it happened, which may be older.
std::string made_onto(CommandContext& context, const GatePlan& plan) {
  if (plan.tested_commit.empty()) return plan.build.commit_sha;  // an uncommitted change
  const std::vector<std::string> parents = parents_of(context, plan.tested_commit);
  const auto& pull_request = plan.event.pull_request;
  if (pull_request && parents.size() < 2 && is_commit_id(pull_request->base_sha)) return pull_request->base_sha;
  return parents.empty() ? "" : parents.front();
}

ChosenBuild choose_build(CommandContext& context, const std::string& onto, const std::vector<BaselineBuild>& builds,
                         GithubApi* api) {
  constexpr std::string_view kSoNewest = ", so this is the newest build of the branch";
  if (onto.empty()) {
    return {0, {}, "the commit that this change is made onto is not known here" + std::string(kSoNewest)};
  }
  const auto chosen = [](const BaselineChoice& choice) { return ChosenBuild{choice.index, choice.distance, ""}; };
  if (const auto exact = nearest_ancestor(builds, {onto})) return chosen(*exact);
  const std::vector<std::string> lineage = first_parents(context, onto);
  if (const auto near = nearest_ancestor(builds, lineage)) return chosen(*near);
  const bool is_whole =
      !lineage.empty() && trim(git(context, {"rev-parse", "--is-shallow-repository"}).value_or("")) == "false";
  if (is_whole) return {0, {}, "no ancestor of this change has a build" + std::string(kSoNewest)};
  std::string why = "the ancestry could not be checked in this shallow clone";
  if (api != nullptr) {
    try {
      if (const auto near = ask_host(*api, builds, onto)) return *near;
      why = "none of the newest builds belongs to an ancestor of this change";
    } catch (const Error& error) {
      why += ", and the host could not be asked (" + error.message() + ")";
    }
  }
  return {0, {}, why + std::string(kSoNewest)};
}

}  // namespace unentropy
