#include "store/s3_endpoint.h"

#include <algorithm>
#include <charconv>

#include "base/error.h"
#include "base/text.h"
#include "store/sigv4.h"

namespace unentropy {
namespace {

constexpr std::string_view kForm = "give it as `https://host`, with `:port` or `/prefix` where needed";

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alphanumeric(char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_hex_digit(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

bool all_of(std::string_view text, bool (*test)(char)) { return std::all_of(text.begin(), text.end(), test); }

bool is_host(std::string_view host) {
  if (host.starts_with('[')) {
    return host.size() > 4 && host.ends_with(']') && host.find(':') != std::string_view::npos &&
           all_of(host.substr(1, host.size() - 2), [](char c) { return is_hex_digit(c) || c == ':' || c == '.'; });
  }
  if (host.empty() || host.size() > 253) return false;
  for (const std::string_view label : split(host, '.')) {
    if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-' ||
        !all_of(label, [](char c) { return is_alphanumeric(c) || c == '-' || c == '_'; })) {
      return false;
    }
  }
  return true;
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

EndpointProblem problem(std::string message, std::string hint = std::string(kForm)) {
  return {"`s3-endpoint` " + std::move(message), std::move(hint)};
}

}  // namespace

std::string S3Endpoint::authority() const { return port ? host + ":" + std::to_string(*port) : host; }

std::string S3Endpoint::text() const { return (secure ? "https://" : "http://") + authority() + encode_path(prefix); }

std::variant<S3Endpoint, EndpointProblem> parse_s3_endpoint(std::string_view text) {
  S3Endpoint endpoint;
  text = trim(text);
  std::string_view rest = text;
  if (const auto separator = text.find("://"); separator != std::string_view::npos) {
    const std::string scheme = to_lower(text.substr(0, separator));
    if (scheme != "https" && scheme != "http") {
      return problem("has the scheme `" + single_line(scheme, 20) + "`, which is neither https nor http");
    }
    endpoint.secure = scheme == "https";
    rest = text.substr(separator + 3);
  }
  // What stands before an @ could be a password, so nothing of such an endpoint is repeated.
  if (rest.find('@') != std::string_view::npos) {
    return problem("has user information (something before `@`)",
                   "leave it out; credentials go to `s3-access-key-id` and `s3-secret-access-key`");
  }
  if (rest.find_first_of("?#") != std::string_view::npos) return problem("has a query or a fragment");
  if (!all_of(rest, [](char c) { return c > ' ' && c < '\x7f'; })) {
    return problem("has white space or characters that are not ASCII");
  }
  std::string_view authority = rest.substr(0, rest.find('/'));
  std::string_view prefix = rest.substr(authority.size());
  while (prefix.ends_with('/')) prefix.remove_suffix(1);
  const auto decoded = percent_decode(prefix);
  if (!decoded) return problem("has a path with a `%` that two hexadecimal digits must follow");
  endpoint.prefix = *decoded;

  // The port follows the last colon, unless that is within the brackets of an IPv6 address.
  const auto bracket = authority.find(']');
  const auto colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  if (colon != std::string_view::npos) {
    const auto port = parse_port(authority.substr(colon + 1));
    if (!port) {
      return problem("has a port that is not a number from 1 to 65535: `" +
                     single_line(authority.substr(colon + 1), 20) + "`");
    }
    if (*port != (endpoint.secure ? 443 : 80)) endpoint.port = port;
    authority = authority.substr(0, colon);
  }
  if (!is_host(authority)) return problem("has no usable host: `" + single_line(authority, 80) + "`");
  endpoint.host = to_lower(authority);
  return endpoint;
}

bool is_ip_address(std::string_view host) {
  if (host.starts_with('[')) return true;
  const auto parts = split(host, '.');
  return parts.size() == 4 && std::all_of(parts.begin(), parts.end(), [](std::string_view part) {
           return !part.empty() && part.size() <= 3 && all_of(part, is_digit);
         });
}

bool is_loopback(std::string_view host) {
  return host == "localhost" || host.ends_with(".localhost") || host == "[::1]" ||
         (is_ip_address(host) && host.starts_with("127."));
}

S3Place place_of(const S3Settings& settings) {
  S3Place place;
  place.bucket = trim(settings.bucket);
  const std::string region(trim(settings.region));
  place.region_given = !region.empty() && to_lower(region) != "auto";
  std::string endpoint(trim(settings.endpoint));
  if (endpoint.empty()) {
    const std::string aws_region = place.region_given ? region : "us-east-1";
    endpoint = "https://s3." + aws_region + (aws_region.starts_with("cn-") ? ".amazonaws.com.cn" : ".amazonaws.com");
  }
  const auto parsed = parse_s3_endpoint(endpoint);
  if (const auto* wrong = std::get_if<EndpointProblem>(&parsed)) {
    throw Error(ErrorKind::usage, wrong->message, wrong->hint);
  }
  place.endpoint = std::get<S3Endpoint>(parsed);
  place.dialect = dialect_of_host(place.endpoint.host);
  place.region = place.region_given ? region : place.dialect.region;
  place.addressing = settings.addressing;
  if (place.addressing == S3Addressing::automatic) {
    place.addressing = place.dialect.addressing;
    // A certificate for `*.host` does not cover `a.b.host`.
    if (place.bucket.find('.') != std::string::npos) place.addressing = S3Addressing::path;
  }
  return place;
}

std::string S3Place::authority() const {
  return addressing == S3Addressing::virtual_host ? bucket + "." + endpoint.authority() : endpoint.authority();
}

std::string S3Place::path(std::string_view key) const {
  std::string path = endpoint.prefix;
  if (addressing == S3Addressing::path) path += "/" + bucket;
  if (!key.empty() || addressing == S3Addressing::virtual_host) path += "/";
  return encode_path(path.append(key));
}

std::string S3Place::base() const { return (endpoint.secure ? "https://" : "http://") + authority(); }

std::string S3Place::describe() const { return "s3://" + bucket + "/ at " + endpoint.text(); }

}  // namespace unentropy
