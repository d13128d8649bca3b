// `unentropy doctor`: would a run with these settings be safe? Every check has a verdict, and none hides another.
#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/text.h"
#include "base/version.h"
#include "cli/doctor_local.h"
#include "cli/doctor_report.h"
#include "cli/doctor_s3.h"
#include "cli/project.h"
#include "cli/run_outputs.h"
#include "cli/run_tables.h"
#include "cli/storage_plan.h"
#include "store/condition_probe.h"

namespace unentropy {
namespace {

using Json = nlohmann::ordered_json;

const std::vector<Check> kS3Checks = {Check::configuration,  Check::inputs,
                                      Check::endpoint,       Check::tls,
                                      Check::clock,          Check::credentials,
                                      Check::bucket,         Check::versioning,
                                      Check::list,           Check::write,
                                      Check::read,           Check::if_none_match,
                                      Check::if_match_stale, Check::if_match_current,
                                      Check::copy,           Check::round_trip,
                                      Check::throughput,     Check::remove,
                                      Check::clean_up};
const std::vector<Check> kLocalChecks = {Check::configuration, Check::inputs,  Check::write,   Check::read,
                                         Check::lock,          Check::history, Check::clean_up};

std::optional<Config> check_configuration(CommandContext& context, std::optional<Error>& failure) {
  try {
    return load_project(context).config;
  } catch (const Error& error) {
    failure = error;
    return std::nullopt;
  }
}

void judge_configuration(const CommandContext& context, const std::optional<Config>& config,
                         const std::optional<Error>& failure, DoctorReport& report) {
  const std::string file = "`" + single_line(context.inputs.text_or("config-file", "unentropy.json")) + "`";
  if (failure) {
    report.fail(Check::configuration, *failure);
  } else if (config->unknown_storage_type && !context.inputs.text("storage-type")) {
    report.fail(Check::configuration, Error(ErrorKind::usage, file + " names an unknown storage type",
                                            "correct `storage.type`, or give `storage-type`"));
  } else {
    report.ok(Check::configuration,
              file + " is valid, " + counted(static_cast<std::int64_t>(config->metrics.size()), "metric"));
  }
}

void judge_inputs(const CommandContext& context, const StoragePlan& plan, DoctorReport& report) {
  std::vector<InputProblem> problems = context.inputs.problems();
  problems.insert(problems.end(), plan.problems.begin(), plan.problems.end());
  if (const auto type = context.inputs.text("storage-type"); type && !parse_storage_type(*type)) {
    problems.push_back({"`storage-type` is not a storage type: `" + single_line(*type, 60) + "`",
                        "allowed are " + join(storage_type_names(), ", ")});
  }
  if (problems.empty()) {
    report.ok(Check::inputs,
              fmt::format("storage `{}`, key `{}`", to_string(plan.type), single_line(plan.database_key)));
    return;
  }
  std::vector<std::string> messages;
  std::vector<std::string> hints;
  for (const InputProblem& problem : problems) {
    messages.push_back(problem.message);
    if (std::find(hints.begin(), hints.end(), problem.hint) == hints.end()) hints.push_back(problem.hint);
  }
  report.fail(Check::inputs, Error(ErrorKind::usage, join(messages, "; "), join(hints, "; ")));
}

void examine_bucket(CommandContext& context, StoragePlan& plan, DoctorReport& report) {
  std::string protocol;
  plan.network.on_tls = [&](std::string_view name) { protocol = single_line(name, 20); };
  const auto http = make_curl_client(plan.network);
  CurlOptions cleaning = plan.network;
  cleaning.interrupted = nullptr;
  cleaning.progress = nullptr;
  cleaning.on_tls = nullptr;
  cleaning.connect_timeout = Milliseconds{3'000};
  const auto cleaning_http = make_curl_client(cleaning);
  RetryPolicy retry;
  retry.attempts = static_cast<int>(plan.retry_attempts);
  retry.budget = plan.network_budget;
  retry.interrupted = context.interrupted;
  retry.on_retry = [&](const RetryNotice& notice) {
    context.printer.progress(fmt::format("{}; try {} of {} in {}", notice.error.message(), notice.attempt + 1,
                                         notice.attempts + 1, format_duration(notice.delay)));
  };
  S3Examination examination{plan.s3, *http, *cleaning_http, context.clock, plan.database_key, std::move(retry)};
  examination.interrupted = context.interrupted;
  examination.on_check = [&](std::string_view title) {
    context.printer.transient("checking " + std::string(title) + " …");
  };
  examination.tls_protocol = [&] { return protocol; };
  examination.behind_proxy = !plan.network.https_proxy.empty();
  examination.own_authority = plan.network.ca_file.has_value();
  examine_s3(examination, report);
  context.printer.transient("");
}

Json figures_json(const StorageFigures& figures) {
  const auto number = [](const std::optional<double>& value) { return value ? Json(*value) : Json(); };
  const auto text = [](std::string_view value) { return value.empty() ? Json() : Json(value); };
  return {{"conditions", text(figures.conditions ? to_string(*figures.conditions) : std::string_view())},
          {"etag_spelling", text(figures.etag_spelling)},
          {"clock_lead_seconds", number(figures.clock_lead_seconds)},
          {"round_trip_ms", number(figures.round_trip_ms)},
          {"upload_bytes_per_second", number(figures.upload_bytes_per_second)},
          {"download_bytes_per_second", number(figures.download_bytes_per_second)}};
}

Json result_json(const StoragePlan& plan, const DoctorReport& report, int exit_code) {
  Json checks = Json::array();
  for (const CheckResult& result : report.results()) {
    Json entry{{"id", id_of(result.check)},
               {"verdict", to_string(result.verdict)},
               {"detail", to_valid_utf8(result.detail)},
               {"hint", to_valid_utf8(result.hint)}};
    if (result.kind) entry["error_code"] = to_string(*result.kind);
    checks.push_back(std::move(entry));
  }
  return {{"version", version()},
          {"safe", exit_code == kExitDone},
          {"exit_code", exit_code},
          {"storage", {{"type", to_string(plan.type)}, {"key", to_valid_utf8(plan.database_key)}}},
          {"checks", std::move(checks)},
          {"figures", figures_json(report.figures)}};
}

int exit_code_of(const DoctorReport& report) {
  if (report.interrupted) return kExitInterrupted;
  const CheckResult* failed = report.first_failure();
  return failed == nullptr ? kExitDone : exit_code_of(failed->kind.value_or(ErrorKind::internal));
}

void conclude(Printer& printer, const DoctorReport& report) {
  const CheckResult* failed = report.first_failure();
  const auto warnings = static_cast<std::int64_t>(report.count(CheckVerdict::warning));
  if (report.interrupted) {
    printer.error("the examination was interrupted", "run it again");
  } else if (failed != nullptr) {
    const auto count = static_cast<std::int64_t>(report.count(CheckVerdict::failed));
    std::string message = "a run with these settings would not be safe: " + counted(count, "check") + " failed";
    // Annotations stand far from the table.
    if (printer.workflow()) message += "; " + std::string(title_of(failed->check)) + ": " + failed->detail;
    printer.error(message, failed->hint.empty() ? "see the table" : failed->hint);
  } else if (warnings > 0) {
    printer.warning("a run with these settings is safe, with " + counted(warnings, "warning"), "see the table");
  } else {
    printer.progress("a run with these settings is safe");
  }
}

}  // namespace

int run_doctor(CommandContext& context) {
  std::optional<Error> failure;
  const std::optional<Config> config = check_configuration(context, failure);
  StoragePlan plan = plan_storage(context, config ? &*config : nullptr);
  const bool in_s3 = plan.type == StorageType::sqlite_s3;
  DoctorReport report(in_s3 ? kS3Checks : kLocalChecks);
  if (!in_s3 && plan.problems.empty() && !plan.database_file.empty()) {
    try {
      checked_path(context, "database-key", plan.database_key + ".doctor");
    } catch (const Error& error) {
      plan.problems.push_back({error.message(), error.hint()});
    }
  }
  judge_configuration(context, config, failure, report);
  judge_inputs(context, plan, report);
  if (report.find(Check::inputs)->verdict == CheckVerdict::failed) {
    report.skip_the_rest("because `inputs` failed");
  } else if (in_s3) {
    examine_bucket(context, plan, report);
  } else if (!plan.database_file.empty()) {
    examine_local(plan.database_file, context.clock, report);
  } else {
    report.skip_the_rest("because `configuration` failed");
  }

  const int exit_code = exit_code_of(report);
  if (const auto file = context.inputs.text("json")) {
    write_json(context, *file, result_json(plan, report, exit_code).dump(2) + "\n");
  }
  if (context.inputs.text("json") != "-") context.printer.table(doctor_table(report));
  conclude(context.printer, report);
  return exit_code;
}

}  // namespace unentropy
