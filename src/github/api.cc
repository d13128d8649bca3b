#include "github/api.h"

#include <algorithm>
#include <cmath>
#include <random>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/text.h"
#include "base/version.h"

namespace unentropy {
namespace {

using Json = nlohmann::json;

constexpr std::uint64_t kMaxAnswerBytes = 16U << 20;
constexpr int kMaxPages = 100;

class StringBody final : public BodySource {
 public:
  explicit StringBody(const std::string& bytes) : bytes_(bytes) {}
  std::uint64_t size() const override { return bytes_.size(); }
  void rewind() override { position_ = 0; }
  std::size_t read(char* buffer, std::size_t capacity) override {
    const std::size_t count = bytes_.copy(buffer, capacity, position_);
    position_ += count;
    return count;
  }

 private:
  const std::string& bytes_;
  std::size_t position_ = 0;
};

std::string host_message(const HttpResponse& response) {
  const Json json = Json::parse(response.body, nullptr, false);
  if (json.is_object() && json.contains("message") && json["message"].is_string()) {
    return ": " + single_line(json["message"].get<std::string>(), 200);
  }
  return "";
}

// How long the host asks us to wait, if the answer is about a rate limit at all.
std::optional<Milliseconds> rate_limit_wait(const HttpResponse& response, Instant now) {
  if (response.status != 403 && response.status != 429) return std::nullopt;
  if (const auto after = response.header("retry-after")) {
    if (const auto seconds = parse_integer(trim(*after)); seconds && *seconds >= 0 && *seconds < 86'400) {
      return std::chrono::seconds(*seconds);
    }
  }
  const auto remaining = response.header("x-ratelimit-remaining");
  const auto reset = response.header("x-ratelimit-reset");
  if (!remaining || trim(*remaining) != "0" || !reset) return std::nullopt;
  const auto at = parse_integer(trim(*reset));
  if (!at || *at < 0 || *at > 32'503'680'000) return std::nullopt;
  const Instant when{std::chrono::seconds(*at)};
  return std::max(Milliseconds{1000}, std::chrono::duration_cast<Milliseconds>(when - now));
}

bool worth_retrying(int status) { return status == 408 || status == 429 || status >= 500; }

Error failure(const HttpResponse& response, const std::string& doing) {
  const std::string what = fmt::format("{}: the host answered {}{}", doing, response.status, host_message(response));
  switch (response.status) {
    case 401:
      return {ErrorKind::denied, what, "check `github-token`"};
    case 403:
      return {ErrorKind::denied, what,
              "give the job the permission that this needs, for comments `pull-requests: write`; a pull request from a "
              "fork has a read-only token"};
    case 404:
      return {ErrorKind::not_found, what, "check that the token may read this repository"};
    default:
      if (worth_retrying(response.status)) return {ErrorKind::unavailable, what, "run the job again"};
      return {ErrorKind::usage, what, "see the host's answer"};
  }
}

Json parse_answer(const HttpResponse& response, const std::string& doing) {
  Json json = Json::parse(response.body, nullptr, false);
  if (json.is_discarded()) {
    throw Error(ErrorKind::unavailable, doing + ": the host's answer is not JSON", "run the job again");
  }
  return json;
}

std::string text_at(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

IssueComment read_comment(const Json& json, const std::string& doing) {
  if (!json.is_object() || !json.contains("id") || !json["id"].is_number_integer()) {
    throw Error(ErrorKind::unavailable, doing + ": the host's answer is not a comment", "run the job again");
  }
  IssueComment comment;
  comment.id = json["id"].get<std::int64_t>();
  comment.body = text_at(json, "body");
  comment.url = text_at(json, "html_url");
  if (json.contains("user") && json["user"].is_object()) comment.author = text_at(json["user"], "login");
  return comment;
}

// Scheme, host and port, to which alone the token may go.
std::string_view origin_of(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  return url.substr(0, std::min(url.size(), url.find('/', scheme + 3)));
}

}  // namespace

std::optional<std::string> next_page(std::string_view link_header) {
  for (const std::string_view part : split(link_header, ',')) {
    const std::size_t open = part.find('<');
    const std::size_t close = part.find('>');
    if (open == std::string_view::npos || close == std::string_view::npos || close < open) continue;
    if (part.substr(close).find("rel=\"next\"") != std::string_view::npos) {
      return std::string(part.substr(open + 1, close - open - 1));
    }
  }
  return std::nullopt;
}

GithubApi::GithubApi(HttpClient& http, Clock& clock, ApiOptions options)
    : http_(http), clock_(clock), options_(std::move(options)) {
  while (options_.base_url.ends_with('/')) options_.base_url.pop_back();
}

std::string GithubApi::repository_url() const { return options_.base_url + "/repos/" + options_.repository; }

HttpResponse GithubApi::send(const std::string& method, const std::string& url, const std::string& body,
                             const std::string& doing) {
  StringBody source(body);
  HttpRequest request;
  request.method = method;
  request.url = url;
  request.headers = {{"Accept", "application/vnd.github+json"},
                     {"X-GitHub-Api-Version", "2022-11-28"},
                     {"User-Agent", "unentropy/" + std::string(version())}};
  request.max_body_bytes = kMaxAnswerBytes;
  request.timeout = Milliseconds{30'000};
  if (!options_.token.empty()) {
    request.secret_headers.emplace_back("Authorization", Secret("Bearer " + std::string(options_.token.reveal())));
  }
  if (!body.empty()) {
    request.headers.push_back({"Content-Type", "application/json"});
    request.body = &source;
  }

  std::mt19937_64 random{std::random_device{}()};
  for (int attempt = 0;; ++attempt) {
    const bool last = attempt >= options_.attempts;
    // Full jitter: anything up to 1 s, 2 s, 4 s …
    const double longest = 1000.0 * std::pow(2.0, std::min(attempt, 5));
    Milliseconds wait{static_cast<std::int64_t>(std::uniform_real_distribution<double>(0, longest)(random))};
    std::string why;
    std::optional<HttpResponse> response;
    try {
      response = http_.perform(request);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::unavailable || last) throw error.with_context(doing);
      why = doing + ": " + error.message();
    }
    if (response) {
      if (response->status >= 200 && response->status < 300) return std::move(*response);
      const auto limited = rate_limit_wait(*response, clock_.now());
      if (limited && (*limited > options_.patience || last)) {
        throw Error(
            ErrorKind::unavailable,
            fmt::format("{}: the rate limit is used up until {}", doing, format_instant(clock_.now() + *limited)),
            "run the job again after that time");
      }
      if (last || (!limited && !worth_retrying(response->status))) throw failure(*response, doing);
      if (limited) wait = *limited;
      why = fmt::format("{}: the host answered {}", doing, response->status);
    }
    if (options_.log) options_.log(fmt::format("{}; try {} in {}", why, attempt + 2, format_duration(wait)));
    clock_.sleep_for(wait);
  }
}

std::vector<IssueComment> GithubApi::list_comments(std::int64_t pull_request) {
  const std::string doing = fmt::format("listing the comments of pull request {}", pull_request);
  std::vector<IssueComment> comments;
  std::optional<std::string> url = fmt::format("{}/issues/{}/comments?per_page=100", repository_url(), pull_request);
  for (int page = 0; url && page < kMaxPages; ++page) {
    if (origin_of(*url) != origin_of(options_.base_url)) {
      throw Error(ErrorKind::denied, doing + ": the next page is on another host", "the token is not sent there");
    }
    const HttpResponse response = send("GET", *url, "", doing);
    const Json json = parse_answer(response, doing);
    if (!json.is_array()) {
      throw Error(ErrorKind::unavailable, doing + ": the host's answer is not a list", "run the job again");
    }
    for (const Json& comment : json) comments.push_back(read_comment(comment, doing));
    url = next_page(response.header("link").value_or(""));
  }
  return comments;
}

IssueComment GithubApi::create_comment(std::int64_t pull_request, const std::string& body) {
  const std::string doing = fmt::format("commenting on pull request {}", pull_request);
  const Json payload{{"body", body}};
  return read_comment(parse_answer(send("POST", fmt::format("{}/issues/{}/comments", repository_url(), pull_request),
                                        payload.dump(-1, ' ', false, Json::error_handler_t::replace), doing),
                                   doing),
                      doing);
}

IssueComment GithubApi::update_comment(std::int64_t comment, const std::string& body) {
  const std::string doing = "updating the comment";
  const Json payload{{"body", body}};
  return read_comment(parse_answer(send("PATCH", fmt::format("{}/issues/comments/{}", repository_url(), comment),
                                        payload.dump(-1, ' ', false, Json::error_handler_t::replace), doing),
                                   doing),
                      doing);
}

std::string GithubApi::acting_account() {
  try {
    const std::string doing = "asking for the token's account";
    const Json json = parse_answer(send("GET", options_.base_url + "/user", "", doing), doing);
    const std::string login = json.is_object() ? text_at(json, "login") : "";
    if (!login.empty()) return login;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::denied && error.kind() != ErrorKind::not_found) throw;
  }
  return "github-actions[bot]";
}

std::optional<CommitComparison> GithubApi::compare(const std::string& base, const std::string& head) {
  const std::string doing = "comparing two commits";
  try {
    const Json json = parse_answer(
        send("GET", fmt::format("{}/compare/{}...{}?per_page=1", repository_url(), base, head), "", doing), doing);
    if (!json.is_object()) return std::nullopt;
    CommitComparison comparison;
    if (json.contains("merge_base_commit") && json["merge_base_commit"].is_object()) {
      comparison.merge_base = text_at(json["merge_base_commit"], "sha");
    }
    comparison.ahead_by = json.value("ahead_by", 0);
    comparison.behind_by = json.value("behind_by", 0);
    return comparison;
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::not_found) return std::nullopt;
    throw;
  }
}

}  // namespace unentropy
