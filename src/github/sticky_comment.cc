#include "github/sticky_comment.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <vector>

#include "base/error.h"
#include "base/text.h"

namespace unentropy {
namespace {

// The host gives line ends back as CRLF and takes white space off the end.
std::string comparable(std::string_view body) { return std::string(trim(replace_all(body, "\r\n", "\n"))); }

}  // namespace

PostedComment post_sticky_comment(GithubApi& api, std::int64_t pull_request, const std::string& marker,
                                  const std::string& body) {
  std::vector<IssueComment> comments = api.list_comments(pull_request);
  std::erase_if(comments, [&](const IssueComment& comment) { return !comment.body.starts_with(marker); });
  if (!comments.empty()) {
    const std::string me = api.acting_account();
    std::erase_if(comments, [&](const IssueComment& comment) { return comment.author != me; });
  }
  const auto newest = std::max_element(comments.begin(), comments.end(),
                                       [](const IssueComment& a, const IssueComment& b) { return a.id < b.id; });
  if (newest != comments.end()) {
    if (comparable(newest->body) == comparable(body)) return {newest->url, CommentChange::unchanged};
    try {
      return {api.update_comment(newest->id, body).url, CommentChange::updated};
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::not_found) throw;  // deleted since it was listed
    }
  }
  return {api.create_comment(pull_request, body).url, CommentChange::created};
}

std::string marker_of(const std::string& config_file) {
  std::string path = config_file.starts_with("./") ? config_file.substr(2) : config_file;
  if (path == "unentropy.json") return std::string(kDefaultMarker);
  for (char& c : path) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '.' && c != '/' && c != '_' && c != '-') c = '_';
  }
  return "<!-- unentropy-quality-gate " + path + " -->";
}

}  // namespace unentropy
