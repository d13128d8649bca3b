#include "cli/storage_plan.h"

#include "base/error.h"
#include "base/text.h"
#include "cli/project.h"
#include "cli/transfer_progress.h"

namespace unentropy {
namespace {

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

void plan_s3(const InputValues& inputs, StoragePlan& plan) {
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
    plan.problems.push_back({problem.message, problem.hint});
  }
}

void plan_network(const CommandContext& context, StoragePlan& plan) {
  plan.network = network_options(context);
  if (const auto file = context.inputs.text("s3-ca-file")) {
    const auto path = context.working_directory / *file;
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(path, ignored)) {
      plan.problems.push_back(
          {"`s3-ca-file` names no file: `" + single_line(*file) + "`", "give the path of a PEM file"});
    }
    plan.network.ca_file = path;
  }
  plan.network.progress = transfer_progress(context.printer, context.clock);
}

}  // namespace

CurlOptions network_options(const CommandContext& context) {
  CurlOptions options;
  // Lower-case names first: they are the older convention, and the only one for plain http.
  const auto proxy = [&](const char* lower, const char* upper) {
    return context.environment.get_nonempty(lower).value_or(context.environment.get_nonempty(upper).value_or(""));
  };
  options.http_proxy = context.environment.get_nonempty("http_proxy").value_or("");
  options.https_proxy = proxy("https_proxy", "HTTPS_PROXY");
  options.no_proxy = proxy("no_proxy", "NO_PROXY");
  options.interrupted = context.interrupted;
  return options;
}

StoragePlan plan_storage(CommandContext& context, const Config* config) {
  const InputValues& inputs = context.inputs;
  StoragePlan plan;
  plan.type = choose_storage(context, config == nullptr ? Config{} : *config);
  plan.database_key = inputs.text_or("database-key", kDefaultDatabaseKey);
  plan.retry_attempts = inputs.count("retry-attempts").value_or(plan.retry_attempts);
  if (const auto seconds = inputs.count("timeout")) {
    plan.run_budget = std::chrono::seconds(*seconds);
    plan.network_budget = *plan.run_budget;
  }
  if (plan.type == StorageType::sqlite_s3) {
    plan_s3(inputs, plan);
    plan_network(context, plan);
  } else if (config != nullptr) {
    or_problem(plan.problems, [&] { plan.database_file = checked_path(context, "database-key", plan.database_key); });
  }
  return plan;
}

}  // namespace unentropy
