// The host whose workflow this is: its REST API with the job's token.
#pragma once

#include <memory>

#include "cli/commands.h"
#include "github/api.h"
#include "net/http.h"

namespace unentropy {

struct Host {
  Host(std::unique_ptr<HttpClient> client, Clock& clock, ApiOptions options)
      : http(std::move(client)), api(*http, clock, std::move(options)) {}

  std::unique_ptr<HttpClient> http;
  GithubApi api;
};

// From GITHUB_REPOSITORY, GITHUB_API_URL and the input `github-token`; nothing if the first or the last is missing.
std::unique_ptr<Host> host_of_workflow(CommandContext& context, long long retry_attempts);

}  // namespace unentropy
