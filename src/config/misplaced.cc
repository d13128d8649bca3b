#include "config/misplaced.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "config/printable.h"
#include "config/redact.h"

namespace unentropy {
namespace {

// `ending` is compared with the letters and digits of the key in lower case.
struct CredentialPlace {
  std::string_view ending;
  std::string_view input;
  std::string_view variable;
};
constexpr std::array<CredentialPlace, 6> kCredentialPlaces{{
    {"accesskeyid", "s3-access-key-id", "AWS_ACCESS_KEY_ID"},
    {"secretaccesskey", "s3-secret-access-key", "AWS_SECRET_ACCESS_KEY"},
    {"secretkey", "s3-secret-access-key", "AWS_SECRET_ACCESS_KEY"},
    {"accesskey", "s3-access-key-id", "AWS_ACCESS_KEY_ID"},
    {"sessiontoken", "s3-session-token", "AWS_SESSION_TOKEN"},
    {"githubtoken", "github-token", "GITHUB_TOKEN"},
}};

struct MovedKey {
  std::string_view key;  // lower case, letters and digits
  std::string_view inputs;
};
// Old documents put these into `storage`.
constexpr std::array<MovedKey, 4> kOldStorageKeys{
    {{"artifact", "the inputs `artifact-name` and `artifact-branch-filter`"},
     {"artifactname", "the input `artifact-name`"},
     {"branch", "the input `artifact-branch-filter`"},
     {"branchfilter", "the input `artifact-branch-filter`"}}};
constexpr std::array<MovedKey, 13> kS3Keys{{{"s3", "the inputs whose names begin with `s3-`"},
                                            {"endpoint", "the input `s3-endpoint`"},
                                            {"s3endpoint", "the input `s3-endpoint`"},
                                            {"bucket", "the input `s3-bucket`"},
                                            {"s3bucket", "the input `s3-bucket`"},
                                            {"region", "the input `s3-region`"},
                                            {"s3region", "the input `s3-region`"},
                                            {"key", "the input `database-key`"},
                                            {"databasekey", "the input `database-key`"},
                                            {"s3key", "the input `database-key`"},
                                            {"s3addressing", "the input `s3-addressing`"},
                                            {"s3allowhttp", "the input `s3-allow-http`"},
                                            {"s3cafile", "the input `s3-ca-file`"}}};

template <std::size_t N>
const MovedKey* find_moved(const std::array<MovedKey, N>& table, std::string_view key) {
  const auto found = std::find_if(table.begin(), table.end(), [&](const MovedKey& m) { return m.key == key; });
  return found == table.end() ? nullptr : &*found;
}

}  // namespace

MisplacedKey misplaced_credential(std::string_view key) {
  const std::string name = letters_and_digits(key);
  const auto place = std::find_if(kCredentialPlaces.begin(), kCredentialPlaces.end(), [&](const CredentialPlace& p) {
    return name.size() >= p.ending.size() &&
           name.compare(name.size() - p.ending.size(), p.ending.size(), p.ending) == 0;
  });
  const std::string where =
      place == kCredentialPlaces.end()
          ? std::string("keep it in a secret of the repository and give it to the step as an environment variable")
          : fmt::format("keep it in a secret of the repository and pass that as the input `{}` or the variable `{}`",
                        place->input, place->variable);
  return {fmt::format("credentials do not belong in this file: {}", value_in_ticks(key)),
          where + "; revoke it if it was ever committed"};
}

std::optional<MisplacedKey> find_misplaced(std::string_view parent, std::string_view key) {
  const std::string name = letters_and_digits(key);
  const bool in_storage = parent == "storage";
  if (in_storage || parent == "$" || name.compare(0, 2, "s3") == 0) {
    if (const MovedKey* moved = find_moved(kS3Keys, name)) {
      return MisplacedKey{fmt::format("S3 settings do not belong in this file: {}", value_in_ticks(key)),
                          fmt::format("use {}", moved->inputs)};
    }
  }
  if (in_storage) {
    if (const MovedKey* moved = find_moved(kOldStorageKeys, name)) {
      return MisplacedKey{fmt::format("unknown key {}", value_in_ticks(key)), fmt::format("use {}", moved->inputs)};
    }
  }
  if (looks_like_credential(key)) return misplaced_credential(key);
  return std::nullopt;
}

}  // namespace unentropy
