// Addresses of a repository's host, built only from parts that cannot be anything else than what they claim.
#pragma once

#include <string>
#include <string_view>

namespace unentropy {

// `https://github.com/owner/name`, or empty if the server is not an http(s) address or the repository has not the
// form `owner/name`.
std::string repository_url(std::string_view server_url, std::string_view repository);
// Empty if `repository_url` is, or the commit is not 7 to 64 hexadecimal digits.
std::string commit_url(std::string_view repository_url, std::string_view commit_sha);
// Empty if `repository_url` is, or the run id is not a decimal number.
std::string run_url(std::string_view repository_url, std::string_view run_id);

}  // namespace unentropy
