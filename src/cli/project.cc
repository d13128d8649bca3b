#include "cli/project.h"

#include <algorithm>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "config/renderer.h"
#include "github/build_context.h"

namespace unentropy {
namespace {

std::filesystem::path workspace(const CommandContext& context) {
  return context.environment.get_nonempty("GITHUB_WORKSPACE").value_or(context.working_directory.string());
}

}  // namespace

std::filesystem::path temporary_directory(const Environment& environment) {
  for (const char* name : {"RUNNER_TEMP", "TMPDIR"}) {
    if (const auto directory = environment.get_nonempty(name)) return *directory;
  }
  return "/tmp";
}

std::filesystem::path checked_path(const CommandContext& context, const std::string& what, const std::string& given,
                                   Reach reach) {
  const auto path = (context.working_directory / given).lexically_normal();
  const auto inside = [&path](const std::filesystem::path& root) {
    const auto relative = path.lexically_relative(root.lexically_normal());
    return !relative.empty() && *relative.begin() != "..";
  };
  const auto root = workspace(context);
  if (inside(root)) {
    if (!is_inside_without_links(root, path)) {
      throw Error(ErrorKind::usage, "`" + what + "` is reached through a symbolic link: `" + single_line(given) + "`",
                  "name a regular file inside the workspace; links in a checkout are not followed");
    }
    return path;
  }
  if (reach == Reach::workspace && runs_in_workflow(context.environment) &&
      !inside(temporary_directory(context.environment))) {
    throw Error(ErrorKind::usage, "`" + what + "` lies outside the workspace: `" + single_line(given) + "`",
                "name a path inside the workspace or the runner's temporary directory");
  }
  return path;
}

void or_problem(std::vector<InputProblem>& problems, const std::function<void()>& look) {
  try {
    look();
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::internal) throw;
    problems.push_back({error.message(), error.hint()});
  }
}

void print_diagnostics(Printer& printer, const ConfigResult& result, std::string_view file, std::string_view text) {
  DiagnosticRenderer renderer(file, text);
  for (const Diagnostic& diagnostic : result.diagnostics) {
    Annotation annotation;
    annotation.level = diagnostic.level == Diagnostic::Level::error ? AnnotationLevel::error : AnnotationLevel::warning;
    annotation.message = printable(diagnostic.message + " (" + diagnostic.path + ")" +
                                   (diagnostic.hint.empty() ? "" : "\nhint: " + diagnostic.hint));
    annotation.file = file;
    annotation.line = diagnostic.position.line;
    annotation.column = diagnostic.position.column;
    printer.annotate(annotation, renderer.render(diagnostic));
  }
}

Project load_project(CommandContext& context) {
  const std::string name = context.inputs.text_or("config-file", "unentropy.json");
  const auto path = checked_path(context, "config-file", name);
  LoadedConfig loaded = load_config(path);
  print_diagnostics(context.printer, loaded.result, name, loaded.text);
  if (loaded.result.config) return {std::move(*loaded.result.config), path.parent_path()};
  const auto count = std::count_if(loaded.result.diagnostics.begin(), loaded.result.diagnostics.end(),
                                   [](const Diagnostic& d) { return d.level == Diagnostic::Level::error; });
  throw Error(ErrorKind::usage,
              "reading `" + single_line(name) + "`: " + std::to_string(count) +
                  (count == 1 ? " problem, see above" : " problems, see above"),
              "correct the configuration; `unentropy verify` checks it");
}

}  // namespace unentropy
