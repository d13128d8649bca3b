// S3 and everything that speaks its protocol, on top of `HttpClient`.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/secret.h"
#include "net/http.h"
#include "store/object_store.h"

namespace unentropy {

enum class S3Addressing { automatic, path, virtual_host };

// What a user gives. Strings are trimmed; empty means not given.
struct S3Settings {
  std::string endpoint;  // `https://host[:port][/prefix]`; a bare host means https; empty: AWS
  std::string bucket;
  std::string region;  // empty or `auto`: derived from the endpoint
  Secret access_key_id;
  Secret secret_access_key;
  Secret session_token;  // may be empty
  S3Addressing addressing = S3Addressing::automatic;
  bool allow_http = false;                      // plain http to a host that is not loopback
  std::optional<Milliseconds> request_timeout;  // of each request, body included
  int objects_per_page = 1000;                  // of a listing; S3's maximum
};

// One problem with one setting, in the words of the action's inputs.
struct S3SettingProblem {
  std::string input;  // for example `s3-bucket`
  std::string message;
  std::string hint;
};

// Every problem at once, without any network traffic; empty if the settings can be used (FR-005, FR-007).
std::vector<S3SettingProblem> check_s3_settings(const S3Settings& settings);

// `settings` must have passed the check. `http` and `clock` must outlive the store.
std::unique_ptr<ObjectStore> make_s3_store(const S3Settings& settings, HttpClient& http, Clock& clock);

}  // namespace unentropy
