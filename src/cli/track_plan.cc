#include "cli/track_plan.h"

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "cli/git_context.h"
#include "cli/project.h"
#include "github/build_context.h"

namespace unentropy {
namespace {

constexpr std::string_view kDefaultDatabaseKey = "unentropy-metrics.db";
constexpr std::string_view kDefaultReportDirectory = "unentropy-report";

bool gave_s3_inputs(const InputValues& inputs) {
  return inputs.text("s3-endpoint") || inputs.text("s3-bucket") || !inputs.secret("s3-access-key-id").empty() ||
         !inputs.secret("s3-secret-access-key").empty();
}

// Input > configuration > default; an unrecognised text falls back loudly instead of stopping (FR-004).
StorageType choose_storage(CommandContext& context, const Config& config) {
  const auto input = context.inputs.text("storage-type");
  if (input) {
    if (const auto type = parse_storage_type(*input)) return *type;
    const auto close = nearest(*input, storage_type_names());
    context.printer.error("`storage-type` is not a storage type: `" + single_line(*input, 60) + "`",
                          (close ? "did you mean `" + *close + "`? " : "") + std::string("allowed are ") +
                              join(storage_type_names(), ", "));
  } else if (!config.unknown_storage_type) {
    return config.storage_type;
  }
  std::string message =
      "continuing with `" + std::string(to_string(kDefaultStorageType)) + "`, because the storage type is unknown";
  if (gave_s3_inputs(context.inputs)) message += "; NOTHING WILL BE STORED IN S3 although S3 inputs are given";
  context.printer.warning(message, "correct the storage type");
  return kDefaultStorageType;
}

S3Addressing addressing_of(std::string_view choice) {
  if (choice == "path") return S3Addressing::path;
  if (choice == "virtual") return S3Addressing::virtual_host;
  return S3Addressing::automatic;
}

void plan_s3(CommandContext& context, TrackPlan& plan, std::vector<InputProblem>& problems) {
  const InputValues& inputs = context.inputs;
  plan.s3.endpoint = inputs.text_or("s3-endpoint", "");
  plan.s3.bucket = inputs.text_or("s3-bucket", "");
  plan.s3.region = inputs.text_or("s3-region", "");
  plan.s3.access_key_id = inputs.secret("s3-access-key-id");
  plan.s3.secret_access_key = inputs.secret("s3-secret-access-key");
  plan.s3.session_token = inputs.secret("s3-session-token");
  plan.s3.allow_http = inputs.flag("s3-allow-http");
  plan.s3.request_timeout = plan.network_budget;
  plan.s3.addressing = addressing_of(inputs.text_or("s3-addressing", "auto"));
  for (const S3SettingProblem& problem : check_s3_settings(plan.s3)) {
    problems.push_back({problem.message, problem.hint});
  }
  if (const auto file = inputs.text("s3-ca-file")) {
    const auto path = context.working_directory / *file;
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(path, ignored)) {
      problems.push_back({"`s3-ca-file` names no file: `" + single_line(*file) + "`", "give the path of a PEM file"});
    }
    plan.network.ca_file = path;
  }
  // Lower-case names first: they are the older convention, and the only one for plain http.
  const auto proxy = [&](const char* lower, const char* upper) {
    return context.environment.get_nonempty(lower).value_or(context.environment.get_nonempty(upper).value_or(""));
  };
  plan.network.http_proxy = context.environment.get_nonempty("http_proxy").value_or("");
  plan.network.https_proxy = proxy("https_proxy", "HTTPS_PROXY");
  plan.network.no_proxy = proxy("no_proxy", "NO_PROXY");
  plan.network.interrupted = context.interrupted;
}

void plan_build(CommandContext& context, TrackPlan& plan, std::vector<InputProblem>& problems) {
  const Instant now = context.clock.now();
  if (runs_in_workflow(context.environment) || context.environment.get_nonempty("GITHUB_SHA")) {
    plan.build = build_context_from_workflow(context.environment, now);
    plan.allow_shell = !is_untrusted_event(plan.build.event_name) || context.inputs.flag("allow-untrusted-commands");
    return;
  }
  const LocalBuild local = build_context_from_git(context.working_directory, context.environment, context.runner, now);
  plan.build = local.build;
  if (!local.dirty) return;
  if (plan.storage == StorageType::sqlite_s3 && !context.inputs.flag("allow-dirty")) {
    problems.push_back({"the working tree has uncommitted changes, so its values do not belong to commit `" +
                            plan.build.commit_sha.substr(0, 10) + "`",
                        "commit or stash them, or give `--allow-dirty`"});
  } else {
    context.printer.warning("the working tree has uncommitted changes; values are recorded under commit `" +
                            plan.build.commit_sha.substr(0, 10) + "` all the same");
  }
}

}  // namespace

PlannedRun plan_track(CommandContext& context) {
  PlannedRun planned;
  TrackPlan plan;
  auto& problems = planned.problems;
  problems = context.inputs.problems();
  // A problem found while looking at one thing never hides the problems of another.
  const auto attempt = [&](const auto& look) {
    try {
      look();
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::internal) throw;
      problems.push_back({error.message(), error.hint()});
    }
  };

  attempt([&] {
    Project project = load_project(context);
    plan.config = std::move(project.config);
    plan.base_directory = std::move(project.base_directory);
  });
  const bool config_usable = problems.size() == context.inputs.problems().size();

  plan.storage = choose_storage(context, plan.config);
  plan.database_key = context.inputs.text_or("database-key", kDefaultDatabaseKey);
  plan.temporary_directory = temporary_directory(context.environment);
  plan.retry_attempts = context.inputs.count("retry-attempts").value_or(3);
  if (const auto seconds = context.inputs.count("timeout")) {
    plan.run_budget = std::chrono::seconds(*seconds);
    plan.network_budget = *plan.run_budget;
  }
  // Without a configuration the storage type is a guess, and complaints about it would mislead.
  if (plan.storage == StorageType::sqlite_s3) {
    plan_s3(context, plan, problems);
  } else if (config_usable) {
    attempt([&] { plan.database_file = checked_path(context, "database-key", plan.database_key); });
  }
  if (context.inputs.flag("artifact-download")) {
    problems.push_back({"`artifact-download` is not supported by this version",
                        "download the artifact in a step of its own, see docs/guide/artifacts.md"});
  }
  attempt([&] {
    plan.report_directory =
        checked_path(context, "report-dir", context.inputs.text_or("report-dir", kDefaultReportDirectory));
  });
  attempt([&] { plan_build(context, plan, problems); });

  for (const InputProblem& problem : problems) context.printer.error(problem.message, problem.hint);
  planned.storage = plan.storage;
  planned.database_key = plan.database_key;
  if (problems.empty()) planned.plan = std::move(plan);
  return planned;
}

}  // namespace unentropy
