// One comment per pull request and marker, written once and then kept up to date.
#pragma once

#include <cstdint>
#include <string>

#include "github/api.h"

namespace unentropy {

enum class CommentChange { created, updated, unchanged };

struct PostedComment {
  std::string url;
  CommentChange change = CommentChange::unchanged;
};

// `body` begins with `marker`. Ours is what begins with the marker and was written by the token's account; anybody can
// write the marker, so the rest is never touched. Of several the newest is kept up to date. Throws what `api` throws.
PostedComment post_sticky_comment(GithubApi& api, std::int64_t pull_request, const std::string& marker,
                                  const std::string& body);

inline constexpr std::string_view kDefaultMarker = "<!-- unentropy-quality-gate -->";

// The default marker for one of several configurations of a repository: its path is part of it, unless it is the usual
// `unentropy.json`.
std::string marker_of(const std::string& config_file);

}  // namespace unentropy
