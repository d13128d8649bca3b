// The one exception type of the program and its few kinds.
//
// A failure is thrown where it is understood and caught at the boundary of a phase, of a metric, or in
// `main`. Outcomes that a caller acts on (no such key, a lost race) are values, never errors.
#pragma once

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace unentropy {

// Each kind exists because somebody branches on it (exit code, retry, wording of the hint).
enum class ErrorKind {
  usage,        // wrong command line, input or configuration; re-running cannot help
  denied,       // credentials, permissions, certificates
  not_found,    // a bucket, region, artifact or file that the user named does not exist
  unavailable,  // network or server trouble that is worth retrying
  corrupt,      // stored data failed verification
  io,           // local disk or operating system
  internal,     // a bug of ours
};

// The name used in outputs and JSON, for example `not_found`.
std::string_view to_string(ErrorKind kind);

// What somebody who could try again, or otherwise, should know about an error.
struct RetryAdvice {
  std::optional<std::chrono::milliseconds> after;  // the server asked for this much patience (Retry-After)
  bool not_sent = false;                           // nothing reached the server, so a second try repeats no effect
  bool only_this_operation = false;                // denied: the credentials are good, but do not allow just this
};

// `message` says what was being done, to what, and the cause; `hint` says what to do about it (may be
// empty). Both are lower case, without a full stop, with back-ticks round user data, and free of secrets.
class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, std::string message, std::string hint = {});

  ErrorKind kind() const { return kind_; }
  const std::string& message() const { return message_; }
  const std::string& hint() const { return hint_; }

  const RetryAdvice& retry() const { return retry_; }

  // The same failure seen from one level up: "`context`: message".
  Error with_context(std::string_view context) const;
  // The same failure with advice for a retry.
  Error with_retry(RetryAdvice advice) const;

 private:
  ErrorKind kind_;
  std::string message_;
  std::string hint_;
  RetryAdvice retry_;
};

// An `Error` for a failed system call: `message` is followed by the text of `errno_value`.
// ENOENT gives not_found, EACCES and EPERM give denied, everything else gives io.
Error system_error(int errno_value, std::string_view message, std::string hint = {});

}  // namespace unentropy
