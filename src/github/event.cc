#include "github/event.h"

#include <nlohmann/json.hpp>

#include "base/file.h"

namespace unentropy {
namespace {

using Json = nlohmann::json;

constexpr std::uint64_t kMaxEventBytes = 64U << 20;

const Json& at(const Json& json, const char* key) {
  static const Json nothing;
  if (!json.is_object()) return nothing;
  const auto found = json.find(key);
  return found == json.end() ? nothing : *found;
}

std::string text(const Json& json) { return json.is_string() ? json.get<std::string>() : std::string(); }

}  // namespace

WorkflowEvent parse_event(std::string_view json) {
  const Json tree = Json::parse(json, nullptr, false);
  WorkflowEvent event;
  event.default_branch = text(at(at(tree, "repository"), "default_branch"));
  const Json& told = at(tree, "pull_request");
  const Json& number = at(told, "number");
  if (!number.is_number_integer() || number.get<std::int64_t>() <= 0) return event;
  PullRequest pull_request;
  pull_request.number = number.get<std::int64_t>();
  pull_request.base_sha = text(at(at(told, "base"), "sha"));
  pull_request.head_sha = text(at(at(told, "head"), "sha"));
  const std::string base = text(at(at(at(told, "base"), "repo"), "full_name"));
  const std::string head = text(at(at(at(told, "head"), "repo"), "full_name"));
  pull_request.from_fork = head.empty() || head != base;
  event.pull_request = std::move(pull_request);
  return event;
}

WorkflowEvent read_event(const Environment& environment) {
  const auto file = environment.get_nonempty("GITHUB_EVENT_PATH");
  return file ? parse_event(read_file(*file, kMaxEventBytes)) : WorkflowEvent{};
}

bool lacks_secrets(const WorkflowEvent& event, const Environment& environment) {
  // Under these two the run has the secrets, whoever asks.
  const auto name = environment.get_nonempty("GITHUB_EVENT_NAME");
  if (name == "pull_request_target" || name == "workflow_run" || !event.pull_request) return false;
  return event.pull_request->from_fork || environment.get_nonempty("GITHUB_ACTOR") == "dependabot[bot]";
}

}  // namespace unentropy
