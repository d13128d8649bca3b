// The host's REST API, as far as we call it. Tokens are sent to the configured host only.
//
// Source of endpoints, fields and rate limits: GitHub's REST documentation, version 2022-11-28.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/secret.h"
#include "net/http.h"

namespace unentropy {

struct ApiOptions {
  std::string base_url = "https://api.github.com";  // GITHUB_API_URL
  std::string repository;                           // owner/name
  Secret token;
  int attempts = 3;                             // tries after the first, for what a retry may help
  Milliseconds patience{60'000};                // the longest wait for a rate limit
  std::function<void(const std::string&)> log;  // a line per retry
};

struct IssueComment {
  std::int64_t id = 0;
  std::string author;
  std::string body;
  std::string url;  // for people
};

struct CommitComparison {
  std::string merge_base;
  int ahead_by = 0;
  int behind_by = 0;
};

// Every failure is an `Error`: denied (401, 403 without a rate limit; the hint names the missing permission), not_found
// (404), unavailable (rate limit that does not fit the patience, 408, 429, 5xx, network), usage (other 4xx).
class GithubApi {
 public:
  GithubApi(HttpClient& http, Clock& clock, ApiOptions options);

  // All comments of a pull request, every page.
  std::vector<IssueComment> list_comments(std::int64_t pull_request);
  IssueComment create_comment(std::int64_t pull_request, const std::string& body);
  IssueComment update_comment(std::int64_t comment, const std::string& body);
  // The account the token acts as; the default token may not ask and is `github-actions[bot]`.
  std::string acting_account();
  // How two commits relate; nothing if one of them is unknown to the host.
  std::optional<CommitComparison> compare(const std::string& base, const std::string& head);

  // The bodies of all pages of a list, first page first. `path` is below the repository, for example
  // `/actions/artifacts?per_page=100`; `doing` begins what an error says.
  std::vector<std::string> get_pages(const std::string& path, const std::string& doing);
  std::string get(const std::string& path, const std::string& doing);
  // What the host's redirect from `path` leads to, given to `sink` piece by piece. The redirect is followed once,
  // without the token, over https unless the host itself is asked over http, and not into a private network unless the
  // host is in one. `restart` is called before each try, a retry among them. False: gone (410).
  bool download(const std::string& path, const std::string& doing, const std::function<void()>& restart,
                const std::function<void(std::string_view)>& sink);

  const std::string& repository() const { return options_.repository; }

 private:
  HttpRequest request(const std::string& method, const std::string& url) const;
  HttpResponse send(const std::string& method, const std::string& url, const std::string& body,
                    const std::string& doing);
  // `ask` makes one try. Its answer is returned if it is 2xx or `accepted`.
  HttpResponse with_retries(const std::string& doing, const std::function<HttpResponse()>& ask, int accepted = 200);
  std::string repository_url() const;

  HttpClient& http_;
  Clock& clock_;
  ApiOptions options_;
};

// The target of `rel="next"` in a Link header, if there is one.
std::optional<std::string> next_page(std::string_view link_header);

}  // namespace unentropy
