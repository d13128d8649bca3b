// The runner's command language on standard output: annotations, groups, masks. Pure text; the caller prints it.
//
// Source of the format: GitHub's documentation, "Workflow commands for GitHub Actions".
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace unentropy {

enum class AnnotationLevel { error, warning, notice };

std::string_view to_string(AnnotationLevel level);

struct Annotation {
  AnnotationLevel level = AnnotationLevel::error;
  std::string message;  // may have several lines
  std::string title;    // empty: none
  std::string file;     // empty: no position
  std::size_t line = 0;
  std::size_t column = 0;
};

// How many annotations of one level the host keeps per step; what is beyond it silently vanishes there.
inline constexpr std::size_t kMaxAnnotationsPerLevel = 10;

// One line, with its line end.
std::string annotation_command(const Annotation& annotation);
std::string group_command(std::string_view title);
std::string end_group_command();
// One command per line of a secret with several lines; nothing for an empty one.
std::string mask_commands(std::string_view secret);
// `text` between commands that make the runner ignore workflow commands inside it. `token` must be unguessable.
std::string without_commands(std::string_view text, std::string_view token);

}  // namespace unentropy
