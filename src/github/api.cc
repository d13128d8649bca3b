#include "github/api.h"

#include <algorithm>
#include <cmath>
#include <random>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/text.h"
#include "base/version.h"
#include "github/json_fields.h"
#include "net/url.h"

namespace unentropy {
namespace {

using Json = nlohmann::json;

constexpr std::uint64_t kMaxAnswerBytes = 16U << 20;
constexpr Milliseconds kDownloadTimeout{300'000};
constexpr std::size_t kMaxPages = 100;

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
      return {
          ErrorKind::denied, what,
          "give the job the permission that this needs, for comments `pull-requests: write`, for artifacts `actions: "
          "read`; a pull request from a fork has a read-only token"};
    case 404:
      return {ErrorKind::not_found, what, "check that the token may read this repository"};
    default:
      if (worth_retrying(response.status)) return {ErrorKind::unavailable, what, "run the job again"};
      return {ErrorKind::usage, what, "see the host's answer"};
  }
}

Json parse_answer(const std::string& body, const std::string& doing) {
  Json json = Json::parse(body, nullptr, false);
  if (json.is_discarded()) {
    throw Error(ErrorKind::unavailable, doing + ": the host's answer is not JSON", "run the job again");
  }
  return json;
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

// Addresses of this machine and of private networks, as far as a name tells. A service inside the network of the runner
// (169.254.169.254 gives credentials away) must not be asked on behalf of whoever wrote a redirect.
bool is_private_host(std::string_view host) {
  const std::string name = to_lower(host);
  if (name == "localhost" || name.ends_with(".localhost") || name.ends_with(".internal")) return true;
  if (name.starts_with('[')) {
    return name == "[::]" || name == "[::1]" || name.starts_with("[fe80:") || name.starts_with("[fc") ||
           name.starts_with("[fd") || name.starts_with("[::ffff:");
  }
  const auto parts = split(name, '.');
  // A last part that is no number makes a name. 0x7f.1 and 2130706433 are addresses, written to deceive.
  if (!parse_integer(parts.back()) && !parts.back().starts_with("0x")) return false;
  std::vector<long long> numbers;
  for (const std::string_view part : parts) {
    const auto number = parse_integer(part);
    if (!number || (part.size() > 1 && part.starts_with('0'))) return true;
    numbers.push_back(*number);
  }
  if (numbers.size() != 4) return true;
  const auto [a, b] = std::pair(numbers[0], numbers[1]);
  return a == 0 || a == 10 || a == 127 || a >= 224 || (a == 100 && b >= 64 && b < 128) || (a == 169 && b == 254) ||
         (a == 172 && b >= 16 && b < 32) || (a == 192 && b == 168);
}

std::string redirect_target(const HttpResponse& response, const std::string& base_url) {
  std::string target(trim(response.header("location").value_or("")));
  const auto origin = [&] {
    try {
      return url_origin(target);
    } catch (const Error&) {
      throw Error(ErrorKind::unavailable, "the host redirects to what is no address", "run the job again");
    }
  }();
  const UrlOrigin host = url_origin(base_url);
  if (origin.scheme != "https" && host.scheme == "https") {
    throw Error(ErrorKind::denied, "the host redirects to `" + origin.text() + "`, which is not https",
                "the download is not fetched over an open connection");
  }
  if (is_private_host(origin.host()) && !is_private_host(host.host())) {
    throw Error(ErrorKind::denied, "the host redirects to `" + origin.text() + "`, which is in a private network",
                "nothing is fetched from there");
  }
  return target;
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

HttpRequest GithubApi::request(const std::string& method, const std::string& url) const {
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
  return request;
}

HttpResponse GithubApi::send(const std::string& method, const std::string& url, const std::string& body,
                             const std::string& doing) {
  StringBody source(body);
  HttpRequest asked = request(method, url);
  if (!body.empty()) {
    asked.headers.push_back({"Content-Type", "application/json"});
    asked.body = &source;
  }
  return with_retries(doing, [&] { return http_.perform(asked); });
}

HttpResponse GithubApi::with_retries(const std::string& doing, const std::function<HttpResponse()>& ask, int accepted) {
  std::mt19937_64 random{std::random_device{}()};
  for (int attempt = 0;; ++attempt) {
    const bool last = attempt >= options_.attempts;
    // Full jitter: anything up to 1 s, 2 s, 4 s …
    const double longest = 1000.0 * std::pow(2.0, std::min(attempt, 5));
    Milliseconds wait{static_cast<std::int64_t>(std::uniform_real_distribution<double>(0, longest)(random))};
    std::string why;
    std::optional<HttpResponse> response;
    try {
      response = ask();
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::unavailable || last) {
        if (!error.hint().empty()) throw error.with_context(doing);
        throw Error(error.kind(), doing + ": " + error.message(), "run the job again");
      }
      why = doing + ": " + error.message();
    }
    if (response) {
      if ((response->status >= 200 && response->status < 300) || response->status == accepted) {
        return std::move(*response);
      }
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

std::vector<std::string> GithubApi::get_pages(const std::string& path, const std::string& doing) {
  std::vector<std::string> pages;
  std::optional<std::string> url = repository_url() + path;
  while (url) {
    if (pages.size() == kMaxPages) {
      throw Error(ErrorKind::unavailable, fmt::format("{}: there are more than {} pages", doing, kMaxPages),
                  "remove what is not needed any more");
    }
    if (origin_of(*url) != origin_of(options_.base_url)) {
      throw Error(ErrorKind::denied, doing + ": the next page is on another host", "the token is not sent there");
    }
    HttpResponse response = send("GET", *url, "", doing);
    url = next_page(response.header("link").value_or(""));
    pages.push_back(std::move(response.body));
  }
  return pages;
}

std::string GithubApi::get(const std::string& path, const std::string& doing) {
  return send("GET", repository_url() + path, "", doing).body;
}

bool GithubApi::download(const std::string& path, const std::string& doing, const std::function<void()>& restart,
                         const std::function<void(std::string_view)>& sink) {
  // The address is good for about a minute, so that each try asks for a new one.
  const auto ask = [&] {
    const HttpResponse told = http_.perform(request("GET", repository_url() + path));
    if (told.status >= 200 && told.status < 300) {
      throw Error(ErrorKind::internal, fmt::format("the host answered {} where it redirects", told.status),
                  "please report this");
    }
    if (told.status != 302) return told;
    HttpRequest followed;
    followed.url = redirect_target(told, options_.base_url);
    followed.headers = {{"User-Agent", "unentropy/" + std::string(version())}};
    followed.timeout = kDownloadTimeout;
    followed.sink = sink;
    restart();
    HttpResponse response = http_.perform(followed);
    if (response.status == 200) return response;
    // Its own rules (a signature that has run out is 403) are not those of the API.
    throw Error(ErrorKind::unavailable,
                fmt::format("`{}` answered {}", url_origin(followed.url).text(), response.status), "run the job again");
  };
  return with_retries(doing, ask, 410).status != 410;
}

std::vector<IssueComment> GithubApi::list_comments(std::int64_t pull_request) {
  const std::string doing = fmt::format("listing the comments of pull request {}", pull_request);
  std::vector<IssueComment> comments;
  const std::string path = fmt::format("/issues/{}/comments?per_page=100", pull_request);
  for (const std::string& page : get_pages(path, doing)) {
    const Json json = parse_answer(page, doing);
    if (!json.is_array()) {
      throw Error(ErrorKind::unavailable, doing + ": the host's answer is not a list", "run the job again");
    }
    for (const Json& comment : json) comments.push_back(read_comment(comment, doing));
  }
  return comments;
}

IssueComment GithubApi::create_comment(std::int64_t pull_request, const std::string& body) {
  const std::string doing = fmt::format("commenting on pull request {}", pull_request);
  const Json payload{{"body", body}};
  return read_comment(parse_answer(send("POST", fmt::format("{}/issues/{}/comments", repository_url(), pull_request),
                                        payload.dump(-1, ' ', false, Json::error_handler_t::replace), doing)
                                       .body,
                                   doing),
                      doing);
}

IssueComment GithubApi::update_comment(std::int64_t comment, const std::string& body) {
  const std::string doing = "updating the comment";
  const Json payload{{"body", body}};
  return read_comment(parse_answer(send("PATCH", fmt::format("{}/issues/comments/{}", repository_url(), comment),
                                        payload.dump(-1, ' ', false, Json::error_handler_t::replace), doing)
                                       .body,
                                   doing),
                      doing);
}

std::string GithubApi::acting_account() {
  try {
    const std::string doing = "asking for the token's account";
    const Json json = parse_answer(send("GET", options_.base_url + "/user", "", doing).body, doing);
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
        send("GET", fmt::format("{}/compare/{}...{}?per_page=1", repository_url(), base, head), "", doing).body, doing);
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
