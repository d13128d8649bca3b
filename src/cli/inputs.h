// The one table of everything a user can set: flags, variables, action inputs, defaults, help.
//
// Each row is an action input, a flag of the same name, a variable `UNENTROPY_<NAME>` and the runner's own
// `INPUT_<NAME>` in both spellings. An explicit value beats the configuration, which beats the default.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/environment.h"
#include "base/secret.h"

namespace unentropy {

enum class InputKind {
  text,
  path,
  boolean,  // `true` or `false` without regard to case
  count,    // an integer from 0 to 1,000,000
};

// Whether a value may be given on the command line. Credentials may not: a process list shows them to everybody.
enum class Exposure { flag, environment_only };

struct InputSpec {
  std::string_view name;   // `s3-endpoint`
  std::string_view alias;  // a second flag, or empty; of one letter, it is typed with one hyphen
  InputKind kind = InputKind::text;
  Exposure exposure = Exposure::flag;
  std::string_view value_name;    // `URL`; empty for booleans
  std::string_view default_text;  // as help shows it; empty: none
  std::string_view description;
  std::vector<std::string_view> also_read = {};  // further variables, for example `AWS_ACCESS_KEY_ID`
  std::vector<std::string_view> choices = {};    // empty: any text
  std::vector<std::string_view> offered = {};    // what completion offers where the value is checked elsewhere
};

const std::vector<InputSpec>& input_specs();
const InputSpec& input_spec(std::string_view name);  // throws `Error` (internal) for a name that is not in the table

// `--storage` for `storage`, `-o` for `o`.
std::string flag_of(std::string_view name);
// `UNENTROPY_S3_ENDPOINT` for `s3-endpoint`.
std::string own_variable(std::string_view input_name);
// What help and reference name: ours, then `also_read`.
std::vector<std::string> shown_variables(const InputSpec& spec);
// All variables an input is read from, best first: the step's input in both spellings, ours, then `also_read`.
std::vector<std::string> input_variables(const InputSpec& spec);

struct InputProblem {
  std::string message;
  std::string hint;
};

// What was given, checked for form. Empty strings count as not given, everywhere.
class InputValues {
 public:
  // `flags`: name → text as typed; `typed`: name → the option as typed, where that was not `--name`. Secrets are taken
  // out of `environment`.
  InputValues(const std::vector<std::string_view>& names, const std::map<std::string, std::string>& flags,
              Environment& environment, const std::map<std::string, std::string>& typed = {});

  std::optional<std::string> text(std::string_view name) const;
  std::string text_or(std::string_view name, std::string_view fallback) const;
  bool flag(std::string_view name) const;  // false if not given
  std::optional<long long> count(std::string_view name) const;
  const Secret& secret(std::string_view name) const;  // empty if not given

  const std::vector<InputProblem>& problems() const { return problems_; }

 private:
  std::map<std::string, std::string, std::less<>> values_;
  std::map<std::string, Secret, std::less<>> secrets_;
  std::vector<InputProblem> problems_;
};

// Variables that no command of a metric may see: credentials, the action's inputs, and the files with which a step
// could forge results of this one.
bool is_withheld_from_commands(std::string_view variable);

}  // namespace unentropy
