#include "store/sigv4.h"

#include <algorithm>
#include <charconv>
#include <map>

#include "base/hash.h"
#include "base/text.h"

namespace unentropy {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";

// Without white space at the ends; runs of spaces within become one.
std::string canonical_value(std::string_view value) {
  std::string out;
  for (const char c : trim(value)) {
    if (c == ' ' && !out.empty() && out.back() == ' ') continue;
    out.push_back(c);
  }
  return out;
}

// By lower-case name; values of a repeated name are joined by commas.
std::map<std::string, std::string> canonical_headers(const SignableRequest& request) {
  std::map<std::string, std::string> headers;
  for (const auto& [name, value] : request.headers) {
    const auto [place, added] = headers.try_emplace(to_lower(name), canonical_value(value));
    if (!added) place->second += "," + canonical_value(value);
  }
  return headers;
}

std::string_view as_text(const Sha256Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

}  // namespace

std::string SigningScope::text() const {
  return format_basic(time).substr(0, 8) + "/" + region + "/" + service + "/aws4_request";
}

std::string encode_path(std::string_view path) { return percent_encode(path, "/"); }

std::optional<std::string> percent_decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out.push_back(text[i]);
      continue;
    }
    unsigned char byte = 0;
    if (text.size() - i < 3) return std::nullopt;
    const auto [end, error] = std::from_chars(text.data() + i + 1, text.data() + i + 3, byte, 16);
    if (error != std::errc() || end != text.data() + i + 3) return std::nullopt;
    out.push_back(static_cast<char>(byte));
    i += 2;
  }
  return out;
}

std::string canonical_query(const std::vector<std::pair<std::string, std::string>>& parameters) {
  std::vector<std::pair<std::string, std::string>> encoded;
  for (const auto& [name, value] : parameters) encoded.emplace_back(percent_encode(name), percent_encode(value));
  std::sort(encoded.begin(), encoded.end());
  std::string out;
  for (const auto& [name, value] : encoded) {
    if (!out.empty()) out += "&";
    out += name + "=" + value;
  }
  return out;
}

std::string signed_headers(const SignableRequest& request) {
  std::string out;
  for (const auto& [name, value] : canonical_headers(request)) {
    if (!out.empty()) out += ";";
    out += name;
  }
  return out;
}

std::string canonical_request(const SignableRequest& request) {
  std::string out = request.method + "\n" + request.path + "\n" + request.query + "\n";
  for (const auto& [name, value] : canonical_headers(request)) out += name + ":" + value + "\n";
  return out + "\n" + signed_headers(request) + "\n" + request.payload_sha256;
}

std::string string_to_sign(std::string_view canonical_request, const SigningScope& scope) {
  return std::string(kAlgorithm) + "\n" + format_basic(scope.time) + "\n" + scope.text() + "\n" +
         hex(sha256(canonical_request));
}

std::string signature(std::string_view string_to_sign, const Secret& secret_access_key, const SigningScope& scope) {
  std::string first;
  first.reserve(4 + secret_access_key.reveal().size());
  first.append("AWS4").append(secret_access_key.reveal());
  Sha256Digest key = hmac_sha256(first, format_basic(scope.time).substr(0, 8));
  wipe(first);
  for (const std::string_view part : {std::string_view(scope.region), std::string_view(scope.service),
                                      std::string_view("aws4_request"), string_to_sign}) {
    key = hmac_sha256(as_text(key), part);
  }
  return hex(key);
}

Secret authorization(const SignableRequest& request, const SigningCredentials& credentials, const SigningScope& scope) {
  SignableRequest complete = request;
  if (!credentials.session_token.empty()) {
    complete.headers.emplace_back("x-amz-security-token", credentials.session_token.reveal());
  }
  std::string canonical = canonical_request(complete);
  std::string value(kAlgorithm);
  value.append(" Credential=").append(credentials.access_key_id.reveal()).append("/").append(scope.text());
  value.append(", SignedHeaders=").append(signed_headers(complete)).append(", Signature=");
  value.append(signature(string_to_sign(canonical, scope), credentials.secret_access_key, scope));
  wipe(canonical);
  return Secret(std::move(value));
}

}  // namespace unentropy
