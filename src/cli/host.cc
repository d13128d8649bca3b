#include "cli/host.h"

#include "cli/storage_plan.h"

namespace unentropy {

std::unique_ptr<Host> host_of_workflow(CommandContext& context, long long retry_attempts) {
  const auto repository = context.environment.get_nonempty("GITHUB_REPOSITORY");
  const Secret& token = context.inputs.secret("github-token");
  if (!repository || token.empty()) return nullptr;
  ApiOptions options;
  if (const auto url = context.environment.get_nonempty("GITHUB_API_URL")) options.base_url = *url;
  options.repository = *repository;
  options.token = token;
  options.attempts = static_cast<int>(retry_attempts);
  options.log = [&context](const std::string& line) { context.printer.progress(line); };
  return std::make_unique<Host>(make_curl_client(network_options(context)), context.clock, std::move(options));
}

}  // namespace unentropy
