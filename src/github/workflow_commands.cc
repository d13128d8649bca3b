#include "github/workflow_commands.h"

#include "base/text.h"

namespace unentropy {
namespace {

std::string escape_message(std::string_view text) {
  return replace_all(replace_all(replace_all(text, "%", "%25"), "\r", "%0D"), "\n", "%0A");
}

std::string escape_property(std::string_view text) {
  return replace_all(replace_all(escape_message(text), ":", "%3A"), ",", "%2C");
}

}  // namespace

std::string_view to_string(AnnotationLevel level) {
  switch (level) {
    case AnnotationLevel::error:
      return "error";
    case AnnotationLevel::warning:
      return "warning";
    case AnnotationLevel::notice:
      return "notice";
  }
  return "error";
}

std::string annotation_command(const Annotation& annotation) {
  std::string properties;
  const auto add = [&properties](std::string_view name, std::string_view value) {
    properties += properties.empty() ? " " : ",";
    properties += std::string(name) + "=" + escape_property(value);
  };
  if (!annotation.file.empty()) {
    add("file", annotation.file);
    if (annotation.line > 0) add("line", std::to_string(annotation.line));
    if (annotation.column > 0) add("col", std::to_string(annotation.column));
  }
  if (!annotation.title.empty()) add("title", annotation.title);
  return "::" + std::string(to_string(annotation.level)) + properties + "::" + escape_message(annotation.message) +
         "\n";
}

std::string group_command(std::string_view title) { return "::group::" + escape_message(title) + "\n"; }

std::string end_group_command() { return "::endgroup::\n"; }

std::string mask_commands(std::string_view secret) {
  std::string commands;
  for (std::string_view line : split(secret, '\n')) {
    line = trim(line);
    if (!line.empty()) commands += "::add-mask::" + escape_message(line) + "\n";
  }
  return commands;
}

std::string without_commands(std::string_view text, std::string_view token) {
  std::string wrapped = "::stop-commands::" + std::string(token) + "\n" + std::string(text);
  if (!wrapped.ends_with('\n')) wrapped += '\n';
  return wrapped + "::" + std::string(token) + "::\n";
}

}  // namespace unentropy
