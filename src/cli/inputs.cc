#include "cli/inputs.h"

#include <algorithm>
#include <array>

#include "base/error.h"
#include "base/text.h"

namespace unentropy {
namespace {

std::string upper_with(std::string_view name, char hyphen) {
  std::string upper;
  for (const char c : name) {
    if (c == '-') {
      upper += hyphen;
    } else {
      upper += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    }
  }
  return upper;
}

}  // namespace

const std::vector<InputSpec>& input_specs() {
  static const std::vector<InputSpec> specs = {
      {"storage-type",
       "storage",
       InputKind::text,
       Exposure::flag,
       "TYPE",
       "the configuration's, else sqlite-artifact",
       "Where the history lives: sqlite-artifact, sqlite-s3 or sqlite-local.",
       {},
       {},
       {"sqlite-artifact", "sqlite-s3", "sqlite-local"}},
      {"s3-endpoint",
       "",
       InputKind::text,
       Exposure::flag,
       "URL",
       "AWS",
       "Endpoint of the S3-compatible storage, for example https://minio.example:9000.",
       {}},
      {"s3-bucket", "", InputKind::text, Exposure::flag, "NAME", "", "Bucket that holds the history.", {}},
      {"s3-region",
       "",
       InputKind::text,
       Exposure::flag,
       "REGION",
       "what the endpoint implies",
       "Region of the bucket.",
       {"AWS_REGION", "AWS_DEFAULT_REGION"}},
      {"s3-access-key-id",
       "",
       InputKind::text,
       Exposure::environment_only,
       "",
       "",
       "Access key id.",
       {"AWS_ACCESS_KEY_ID"}},
      {"s3-secret-access-key",
       "",
       InputKind::text,
       Exposure::environment_only,
       "",
       "",
       "Secret access key.",
       {"AWS_SECRET_ACCESS_KEY"}},
      {"s3-session-token",
       "",
       InputKind::text,
       Exposure::environment_only,
       "",
       "",
       "Session token of temporary credentials.",
       {"AWS_SESSION_TOKEN"}},
      {"s3-allow-http",
       "",
       InputKind::boolean,
       Exposure::flag,
       "",
       "false",
       "Allow plain http to a host that is not loopback.",
       {}},
      {"s3-addressing",
       "",
       InputKind::text,
       Exposure::flag,
       "STYLE",
       "auto",
       "How the bucket is named in a URL: auto, path or virtual.",
       {},
       {"auto", "path", "virtual"}},
      {"s3-ca-file",
       "",
       InputKind::path,
       Exposure::flag,
       "FILE",
       "",
       "Certificate authority (PEM) that is trusted beside the system's.",
       {}},
      {"artifact-download",
       "",
       InputKind::boolean,
       Exposure::flag,
       "",
       "false",
       "Find and download the newest history artifact first (sqlite-artifact).",
       {}},
      {"artifact-name",
       "",
       InputKind::text,
       Exposure::flag,
       "NAME",
       "unentropy-metrics",
       "Name of the artifact that holds the history.",
       {}},
      {"artifact-branch-filter",
       "",
       InputKind::text,
       Exposure::flag,
       "BRANCH",
       "the current branch, else main",
       "Branch whose artifacts are searched.",
       {}},
      {"config-file", "", InputKind::path, Exposure::flag, "FILE", "unentropy.json", "The configuration.", {}},
      {"database-key",
       "",
       InputKind::text,
       Exposure::flag,
       "KEY",
       "unentropy-metrics.db",
       "Key of the history in the bucket, or path of the local file.",
       {}},
      {"report-dir",
       "",
       InputKind::path,
       Exposure::flag,
       "DIR",
       "unentropy-report",
       "The report is written to DIR/index.html.",
       {}},
      {"timeout",
       "",
       InputKind::count,
       Exposure::flag,
       "SECONDS",
       "300 for storage and network alone",
       "When given, bounds the whole run.",
       {}},
      {"retry-attempts",
       "",
       InputKind::count,
       Exposure::flag,
       "N",
       "3",
       "Tries for a failing network call after the first one.",
       {}},
      {"verbose", "", InputKind::boolean, Exposure::flag, "", "false", "Log more.", {}},
      {"quiet", "", InputKind::boolean, Exposure::flag, "", "false", "Log only warnings and errors.", {}},
      {"github-token",
       "",
       InputKind::text,
       Exposure::environment_only,
       "",
       "",
       "Token for calls to the host's API.",
       {"GITHUB_TOKEN"}},
      {"on-corrupt",
       "",
       InputKind::text,
       Exposure::flag,
       "WHAT",
       "restore",
       "What to do about a damaged history: restore it from the backup and the run records, recreate it from what can "
       "be read, or fail. The damaged bytes are kept in every case.",
       {},
       {"restore", "recreate", "fail"}},
      {"allow-dirty",
       "",
       InputKind::boolean,
       Exposure::flag,
       "",
       "false",
       "Outside a workflow: record a working tree with uncommitted changes in S3.",
       {}},
      {"allow-untrusted-commands",
       "",
       InputKind::boolean,
       Exposure::flag,
       "",
       "false",
       "Run shell metrics under pull_request_target and workflow_run.",
       {}},
      {"absolute", "", InputKind::boolean, Exposure::flag, "", "false", "Print absolute paths.", {}},
      {"loc",
       "l",
       InputKind::boolean,
       Exposure::flag,
       "",
       "false",
       "Print each file's lines of code, and a total.",
       {}},
      {"sort",
       "",
       InputKind::text,
       Exposure::flag,
       "ORDER",
       "name",
       "By name, or by loc: lines of code, most first.",
       {},
       {"name", "loc"}},
      {"into",
       "",
       InputKind::path,
       Exposure::flag,
       "FILE",
       "the configured storage",
       "Put the builds into this local file.",
       {}},
      {"json",
       "",
       InputKind::path,
       Exposure::flag,
       "FILE",
       "",
       "Write the result as JSON to FILE, or to standard output for -.",
       {}},
      {"db", "", InputKind::path, Exposure::flag, "FILE", "", "Read this history instead of the storage's.", {}},
      {"branch",
       "",
       InputKind::text,
       Exposure::flag,
       "NAME",
       "the reference branch, else the one with the newest build",
       "Branch that is drawn first.",
       {}},
      {"format",
       "",
       InputKind::text,
       Exposure::flag,
       "FORMAT",
       "html",
       "What is made: html, json, csv or markdown.",
       {},
       {"html", "json", "csv", "markdown"}},
      {"export-format",
       "format",
       InputKind::text,
       Exposure::flag,
       "FORMAT",
       "jsonl",
       "One measurement per line as JSON, which `import` reads, or as CSV for spreadsheets.",
       {},
       {"jsonl", "csv"}},
      {"trend-branch",
       "",
       InputKind::text,
       Exposure::flag,
       "NAME",
       "main",
       "Branch of measurements that name none, and whose commits are looked up by time.",
       {}},
      {"output",
       "o",
       InputKind::path,
       Exposure::flag,
       "PATH",
       "unentropy-preview, or standard output for data",
       "Directory of the preview, or file for data.",
       {}},
      {"quality-gate-mode",
       "mode",
       InputKind::text,
       Exposure::flag,
       "MODE",
       "the configuration's, else soft",
       "What a violated limit does: nothing is even looked at (off), it is told (soft), it also ends with exit code 1 "
       "(hard).",
       {},
       {"off", "soft", "hard"}},
      {"enable-pr-comment",
       "",
       InputKind::boolean,
       Exposure::flag,
       "",
       "the configuration's, else true",
       "In a pull request: write the result as a comment, and keep that one up to date.",
       {}},
      {"pr-comment-marker",
       "",
       InputKind::text,
       Exposure::flag,
       "TEXT",
       "<!-- unentropy-quality-gate -->, with the path of a configuration of another name",
       "First line of the comment, by which it is found again.",
       {}},
      {"max-pr-comment-metrics",
       "",
       InputKind::count,
       Exposure::flag,
       "N",
       "the configuration's, else 30",
       "Most rows of each table of the comment.",
       {}},
      {"output-file",
       "",
       InputKind::path,
       Exposure::flag,
       "FILE",
       ".unentropy/quality-gate-results.json",
       "Write the result as JSON to FILE, or to standard output for -.",
       {}},
      {"markdown-file",
       "",
       InputKind::path,
       Exposure::flag,
       "FILE",
       "",
       "Write what the comment and the job summary say to FILE as Markdown, or to standard output for -.",
       {}},
      {"force",
       "",
       InputKind::boolean,
       Exposure::flag,
       "",
       "false",
       "Replace what is there, or write into a directory that holds something else.",
       {}},
      {"project-type",
       "type",
       InputKind::text,
       Exposure::flag,
       "KIND",
       "what is found here",
       "Kind of the project, or several joined by commas: javascript, php, go, python, rust, java, cpp, ruby, dotnet.",
       {},
       {},
       {"javascript", "php", "go", "python", "rust", "java", "cpp", "ruby", "dotnet"}},
      {"workflows",
       "",
       InputKind::boolean,
       Exposure::flag,
       "",
       "false",
       "Write workflows for GitHub Actions, too.",
       {}},
      {"dry-run",
       "",
       InputKind::boolean,
       Exposure::flag,
       "",
       "false",
       "Say what would be done, and write nothing.",
       {}},
      {"strict",
       "",
       InputKind::boolean,
       Exposure::flag,
       "",
       "false",
       "Import nothing if there is any record that would be left out.",
       {}},
      {"replace",
       "",
       InputKind::boolean,
       Exposure::flag,
       "",
       "false",
       "Overwrite a value of the history that a record contradicts.",
       {}},
      {"no-open", "", InputKind::boolean, Exposure::flag, "", "false", "Open no browser.", {}},
  };
  return specs;
}

const InputSpec& input_spec(std::string_view name) {
  const auto& specs = input_specs();
  const auto found = std::find_if(specs.begin(), specs.end(), [&](const InputSpec& spec) { return spec.name == name; });
  if (found == specs.end()) throw Error(ErrorKind::internal, "no input `" + std::string(name) + "` in the table");
  return *found;
}

std::string flag_of(std::string_view name) { return (name.size() == 1 ? "-" : "--") + std::string(name); }

std::string own_variable(std::string_view input_name) { return "UNENTROPY_" + upper_with(input_name, '_'); }

std::vector<std::string> shown_variables(const InputSpec& spec) {
  std::vector<std::string> variables = {own_variable(spec.name)};
  variables.insert(variables.end(), spec.also_read.begin(), spec.also_read.end());
  return variables;
}

std::vector<std::string> input_variables(const InputSpec& spec) {
  std::vector<std::string> variables = {"INPUT_" + upper_with(spec.name, '_')};
  if (spec.name.find('-') != std::string_view::npos) variables.push_back("INPUT_" + upper_with(spec.name, '-'));
  const std::vector<std::string> shown = shown_variables(spec);
  variables.insert(variables.end(), shown.begin(), shown.end());
  return variables;
}

InputValues::InputValues(const std::vector<std::string_view>& names, const std::map<std::string, std::string>& flags,
                         Environment& environment, const std::map<std::string, std::string>& typed) {
  for (const std::string_view name : names) {
    const InputSpec& spec = input_spec(name);
    std::string given;
    std::string origin;
    if (const auto flag = flags.find(std::string(name)); flag != flags.end()) {
      given = std::string(trim(flag->second));
      const auto as_typed = typed.find(flag->first);
      origin = "`" + (as_typed != typed.end() ? as_typed->second : "--" + flag->first) + "`";
    }
    for (const std::string& variable : input_variables(spec)) {
      if (!given.empty()) break;
      if (const auto value = environment.get_nonempty(variable)) {
        given = std::string(trim(*value));
        origin = "`" + std::string(name) + "` (`" + variable + "`)";
      }
    }
    if (given.empty()) continue;
    if (spec.exposure == Exposure::environment_only) {
      secrets_.insert_or_assign(std::string(name), Secret(std::move(given)));
      continue;
    }
    if (spec.kind == InputKind::boolean) {
      given = to_lower(given);
      if (given != "true" && given != "false") {
        problems_.push_back({origin + " is neither `true` nor `false`: `" + single_line(given, 60) + "`",
                             "write `true` or `false`, or leave it out"});
        continue;
      }
    } else if (!spec.choices.empty()) {
      if (std::find(spec.choices.begin(), spec.choices.end(), given) == spec.choices.end()) {
        const std::vector<std::string> choices(spec.choices.begin(), spec.choices.end());
        const auto close = nearest(given, choices);
        problems_.push_back({origin + " has an unknown value: `" + single_line(given, 60) + "`",
                             (close ? "did you mean `" + *close + "`? " : "") + "allowed are " + join(choices, ", ")});
        continue;
      }
    } else if (spec.kind == InputKind::count) {
      const auto number = parse_integer(given);
      if (!number || *number < 0 || *number > 1'000'000) {
        problems_.push_back({origin + " is not a whole number from 0 to 1000000: `" + single_line(given, 60) + "`",
                             "write digits only, or leave it out"});
        continue;
      }
    }
    values_.insert_or_assign(std::string(name), std::move(given));
  }
}

std::optional<std::string> InputValues::text(std::string_view name) const {
  const auto found = values_.find(name);
  if (found == values_.end()) return std::nullopt;
  return found->second;
}

std::string InputValues::text_or(std::string_view name, std::string_view fallback) const {
  return text(name).value_or(std::string(fallback));
}

bool InputValues::flag(std::string_view name) const { return text(name) == "true"; }

std::optional<long long> InputValues::count(std::string_view name) const {
  const auto given = text(name);
  return given ? parse_integer(*given) : std::nullopt;
}

const Secret& InputValues::secret(std::string_view name) const {
  static const Secret none;
  const auto found = secrets_.find(name);
  return found == secrets_.end() ? none : found->second;
}

bool is_withheld_from_commands(std::string_view variable) {
  static constexpr std::array kPrefixes = {"INPUT_", "UNENTROPY_", "ACTIONS_RUNTIME_", "ACTIONS_ID_TOKEN_",
                                           "ACTIONS_RESULTS_"};
  static constexpr std::array kNames = {"AWS_ACCESS_KEY_ID",
                                        "AWS_SECRET_ACCESS_KEY",
                                        "AWS_SESSION_TOKEN",
                                        "AWS_SECURITY_TOKEN",
                                        "AWS_WEB_IDENTITY_TOKEN_FILE",
                                        "AWS_CONTAINER_AUTHORIZATION_TOKEN",
                                        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
                                        "GITHUB_TOKEN",
                                        "GH_TOKEN",
                                        "GITHUB_OUTPUT",
                                        "GITHUB_ENV",
                                        "GITHUB_PATH",
                                        "GITHUB_STATE",
                                        "GITHUB_STEP_SUMMARY"};
  return std::any_of(kPrefixes.begin(), kPrefixes.end(), [&](std::string_view p) { return variable.starts_with(p); }) ||
         std::any_of(kNames.begin(), kNames.end(), [&](std::string_view name) { return variable == name; });
}

}  // namespace unentropy
