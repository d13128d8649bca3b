// What a store's refusal means, and what to do about it: one table from S3's error codes to our kinds.
#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "base/error.h"
#include "net/http.h"
#include "store/s3_endpoint.h"

namespace unentropy {

enum class S3Operation { look, read, write, list, remove, copy, ask_versioning };

// What was being done, for messages.
struct S3Attempt {
  S3Operation operation = S3Operation::read;
  std::string key;     // or the prefix of a listing
  std::string target;  // of a copy
};

// `reading `a.db` in bucket `b``
std::string describe(const S3Attempt& attempt, const S3Place& place);

// What an answer says beside its payload.
struct S3Answer {
  int status = 0;
  std::string code;     // S3's, from the body; empty if there is none
  std::string message;  // the server's words, one line
  std::string region;   // where the server names the right one
  std::optional<Instant> server_time;
  std::optional<Milliseconds> retry_after;

  // The key does not exist, and the bucket does.
  bool says_no_such_key() const { return status == 404 && code == "NoSuchKey"; }
  bool says_not_implemented() const { return status == 501 || code == "NotImplemented"; }
};

// Reads the body as an error document unless the answer is a success.
S3Answer answer_of(const HttpResponse& response);

// The error behind an answer that is neither a success nor an outcome. `now` is this machine's clock.
Error failure_of(const S3Attempt& attempt, const S3Place& place, const S3Answer& answer, Instant now);

// A failure of the transport, with the attempt named and a hint in the words of the inputs.
Error failure_of(const S3Attempt& attempt, const S3Place& place, const Error& transport);

}  // namespace unentropy
