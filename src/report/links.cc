#include "report/links.h"

#include "base/text.h"
#include "report/escape.h"

namespace unentropy {

std::string repository_url(std::string_view server_url, std::string_view repository) {
  while (!server_url.empty() && server_url.back() == '/') {
    server_url.remove_suffix(1);
  }
  const bool web = server_url.substr(0, 8) == "https://" || server_url.substr(0, 7) == "http://";
  const bool plain = server_url.find_first_of(" \t\r\n\"'<>\\@?#") == std::string_view::npos;
  const auto parts = split(repository, '/');
  if (!web || !plain || parts.size() != 2 || parts[0].empty() || parts[1].empty()) {
    return {};
  }
  return std::string(server_url) + "/" + url_segment(parts[0]) + "/" + url_segment(parts[1]);
}

std::string commit_url(std::string_view repository_url, std::string_view commit_sha) {
  const bool usable = !repository_url.empty() && commit_sha.size() >= 7 && commit_sha.size() <= 64 &&
                      commit_sha.find_first_not_of("0123456789abcdef") == std::string_view::npos;
  return usable ? std::string(repository_url) + "/commit/" + std::string(commit_sha) : std::string();
}

std::string run_url(std::string_view repository_url, std::string_view run_id) {
  const bool usable = !repository_url.empty() && !run_id.empty() && run_id.size() <= 20 &&
                      run_id.find_first_not_of("0123456789") == std::string_view::npos;
  return usable ? std::string(repository_url) + "/actions/runs/" + std::string(run_id) : std::string();
}

}  // namespace unentropy
