// The one table of error codes and that of exit codes: outputs, JSON results, help and docs/reference/errors.md are
// drawn from them.
#pragma once

#include <string_view>
#include <vector>

namespace unentropy {

struct ErrorCode {
  std::string_view name;  // as `error-code`, `error.code` and `error_code` give it
  int exit_code;          // of the process that ends with this failure
  std::string_view cause;
  std::string_view remedy;
};

// Every kind of `Error` first, then the outcomes that are none.
const std::vector<ErrorCode>& error_codes();
// Throws `Error` (internal) for a name that is not in the table.
const ErrorCode& error_code(std::string_view name);

struct ExitCode {
  int value;
  std::string_view meaning;
};

const std::vector<ExitCode>& exit_codes();

}  // namespace unentropy
