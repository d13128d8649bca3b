// What can be said about S3 settings without any network traffic.
#include <algorithm>

#include "base/text.h"
#include "store/s3.h"
#include "store/s3_endpoint.h"

namespace unentropy {
namespace {

using Problems = std::vector<S3SettingProblem>;

constexpr std::string_view kBucketForm =
    "a bucket's name has 3 to 63 characters, lower-case letters, digits, `.` and `-`, and begins and ends with a "
    "letter or digit";

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

template <typename Test>
bool all_of(std::string_view text, Test test) {
  return std::all_of(text.begin(), text.end(), test);
}

void require(Problems& problems, std::string_view value, const std::string& input, const std::string& hint) {
  if (trim(value).empty()) problems.push_back({input, "`" + input + "` is missing", hint});
}

// AWS's rules ("General purpose bucket naming rules"); other stores also take capitals and underscores.
bool is_bucket_name(std::string_view name, bool strict) {
  const auto letter_or_digit = [&](char c) { return is_lower(c) || is_digit(c) || (!strict && is_upper(c)); };
  return name.size() >= 3 && name.size() <= 63 && letter_or_digit(name.front()) && letter_or_digit(name.back()) &&
         name.find("..") == std::string_view::npos && !is_ip_address(name) &&
         all_of(name, [&](char c) { return letter_or_digit(c) || c == '.' || c == '-' || (!strict && c == '_'); });
}

void check_bucket(Problems& problems, std::string_view bucket, bool strict) {
  if (bucket.empty() || is_bucket_name(bucket, strict)) return;
  std::string hint(kBucketForm);
  if (bucket.find("://") != std::string_view::npos) {
    hint = "give the bucket's name alone, without scheme";
  } else if (bucket.find('/') != std::string_view::npos) {
    hint = "give the bucket's name alone; a folder in it belongs to `database-key`";
  }
  problems.push_back({"s3-bucket", "`s3-bucket` is not the name of a bucket: `" + single_line(bucket, 80) + "`", hint});
}

void check_secret(Problems& problems, const Secret& secret, const std::string& input) {
  const std::string_view value = trim(secret.reveal());
  if (!all_of(value, [](char c) { return c > ' ' && c < '\x7f'; })) {
    problems.push_back({input, "`" + input + "` has white space or characters that are not ASCII within",
                        "copy it again, without line breaks or quotes"});
  } else if (value.size() >= 2 && (value.front() == '"' || value.front() == '\'') && value.back() == value.front()) {
    problems.push_back({input, "`" + input + "` stands in quotes", "leave the quotes out"});
  }
}

bool is_aws_key_id(std::string_view value, std::string_view prefix) {
  return value.size() == 20 && value.starts_with(prefix) &&
         all_of(value, [](char c) { return is_upper(c) || is_digit(c); });
}

void check_credentials(Problems& problems, const S3Settings& settings) {
  require(problems, settings.access_key_id.reveal(), "s3-access-key-id", "pass it from a secret of the repository");
  require(problems, settings.secret_access_key.reveal(), "s3-secret-access-key",
          "pass it from a secret of the repository");
  check_secret(problems, settings.access_key_id, "s3-access-key-id");
  check_secret(problems, settings.secret_access_key, "s3-secret-access-key");
  check_secret(problems, settings.session_token, "s3-session-token");
  const std::string_view id = trim(settings.access_key_id.reveal());
  const std::string_view secret = trim(settings.secret_access_key.reveal());
  if ((is_aws_key_id(secret, "AKIA") || is_aws_key_id(secret, "ASIA")) && id.size() > 20) {
    problems.push_back(
        {"s3-access-key-id", "`s3-access-key-id` and `s3-secret-access-key` are interchanged", "swap the two"});
  } else if (is_aws_key_id(id, "ASIA") && trim(settings.session_token.reveal()).empty()) {
    problems.push_back({"s3-session-token",
                        "`s3-session-token` is missing: `s3-access-key-id` belongs to temporary credentials",
                        "pass the session token that came with the key"});
  }
}

void check_region(Problems& problems, const S3Settings& settings, const S3Dialect& dialect) {
  const std::string_view region = trim(settings.region);
  if (region.empty() || to_lower(region) == "auto") return;
  if (region.size() > 64 ||
      !all_of(region, [](char c) { return is_lower(c) || is_upper(c) || is_digit(c) || c == '-' || c == '_'; })) {
    problems.push_back({"s3-region", "`s3-region` is not the name of a region: `" + single_line(region, 80) + "`",
                        "give a name like `eu-central-1`, or leave it out to take the endpoint's"});
  } else if (dialect.region_is_sure && dialect.region != region) {
    problems.push_back(
        {"s3-region",
         "`s3-region` is `" + std::string(region) + "`, but `s3-endpoint` is that of `" + dialect.region + "`",
         "leave `s3-region` out, or correct the one that is wrong"});
  }
}

// The bucket within the endpoint is what consoles of several services show; it would be taken twice.
void check_bucket_in_endpoint(Problems& problems, const S3Endpoint& endpoint, std::string_view bucket) {
  if (bucket.empty()) return;
  S3Endpoint right = endpoint;
  if (dialect_of_host(endpoint.host).known && endpoint.prefix == "/" + std::string(bucket)) {
    right.prefix.clear();
  } else if (endpoint.host.starts_with(std::string(bucket) + ".") &&
             dialect_of_host(endpoint.host.substr(bucket.size() + 1)).known) {
    right.host = endpoint.host.substr(bucket.size() + 1);
  } else {
    return;
  }
  problems.push_back(
      {"s3-endpoint", "`s3-endpoint` contains the bucket: `" + endpoint.text() + "`", "give `" + right.text() + "`"});
}

void check_endpoint(Problems& problems, const S3Settings& settings, const S3Endpoint& endpoint) {
  if (!endpoint.secure && !is_loopback(endpoint.host) && !settings.allow_http) {
    problems.push_back({"s3-endpoint", "`s3-endpoint` uses plain http: `" + endpoint.text() + "`",
                        "use https, or allow it with `s3-allow-http` if the network between is your own"});
  }
  check_bucket_in_endpoint(problems, endpoint, trim(settings.bucket));
  if (settings.addressing == S3Addressing::virtual_host && is_ip_address(endpoint.host)) {
    problems.push_back({"s3-addressing", "`s3-addressing` is `virtual`, but the host of `s3-endpoint` is an address",
                        "use `path`, or an endpoint with a name"});
  }
}

}  // namespace

std::vector<S3SettingProblem> check_s3_settings(const S3Settings& settings) {
  Problems problems;
  const std::string_view text = trim(settings.endpoint);
  S3Dialect dialect = dialect_of_host("s3.amazonaws.com");
  if (!text.empty()) {
    const auto parsed = parse_s3_endpoint(text);
    if (const auto* wrong = std::get_if<EndpointProblem>(&parsed)) {
      problems.push_back({"s3-endpoint", wrong->message, wrong->hint});
      dialect = {};
    } else {
      const auto& endpoint = std::get<S3Endpoint>(parsed);
      dialect = dialect_of_host(endpoint.host);
      check_endpoint(problems, settings, endpoint);
    }
  }
  require(problems, settings.bucket, "s3-bucket", "name the bucket that holds the history");
  check_bucket(problems, trim(settings.bucket), dialect.is_aws);
  check_region(problems, settings, dialect);
  check_credentials(problems, settings);
  return problems;
}

}  // namespace unentropy
