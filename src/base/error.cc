#include "base/error.h"

#include <cerrno>
#include <system_error>
#include <utility>

namespace unentropy {

std::string_view to_string(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::usage:
      return "usage";
    case ErrorKind::denied:
      return "denied";
    case ErrorKind::not_found:
      return "not_found";
    case ErrorKind::unavailable:
      return "unavailable";
    case ErrorKind::corrupt:
      return "corrupt";
    case ErrorKind::io:
      return "io";
    case ErrorKind::internal:
      return "internal";
  }
  return "internal";
}

Error::Error(ErrorKind kind, std::string message, std::string hint)
    : std::runtime_error(message), kind_(kind), message_(std::move(message)), hint_(std::move(hint)) {}

Error Error::with_context(std::string_view context) const {
  Error error(kind_, std::string(context) + ": " + message_, hint_);
  error.retry_ = retry_;
  return error;
}

Error Error::with_retry(RetryAdvice advice) const {
  Error error = *this;
  error.retry_ = advice;
  return error;
}

Error system_error(int errno_value, std::string_view message, std::string hint) {
  ErrorKind kind = ErrorKind::io;
  if (errno_value == ENOENT) kind = ErrorKind::not_found;
  if (errno_value == EACCES || errno_value == EPERM) kind = ErrorKind::denied;
  return Error(kind, std::string(message) + ": " + std::generic_category().message(errno_value), std::move(hint));
}

}  // namespace unentropy
