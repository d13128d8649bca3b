// The rules of one `.gitignore` file, as gitignore(5) defines them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace unentropy {

class IgnoreRule {
 public:
  // `pattern` without the leading `!`, the trailing `/` and trailing white space.
  IgnoreRule(std::string_view pattern, bool negated, bool directories_only);

  bool negated() const { return negated_; }
  // `path` is relative to the folder of the ignore file, `name` its last part.
  bool matches(std::string_view path, std::string_view name, bool is_directory) const;

 private:
  enum class Kind { literal_name, name_suffix, name_pattern, literal_path, path_pattern };

  Kind kind_;
  bool negated_;
  bool directories_only_;
  std::string text_;
  std::vector<std::string> segments_;  // for path_pattern
};

class IgnoreFile {
 public:
  explicit IgnoreFile(std::string_view text);

  bool empty() const { return rules_.empty(); }
  // The last rule that matches and is not among `disabled`, or null. A rule's address identifies it.
  const IgnoreRule* match(std::string_view path, std::string_view name, bool is_directory,
                          const std::vector<const IgnoreRule*>& disabled = {}) const;

 private:
  std::vector<IgnoreRule> rules_;
};

// One path segment against a pattern of `*`, `?`, `[…]` and `\`. Time is bounded by the product of the lengths.
bool matches_wildcards(std::string_view pattern, std::string_view name);

}  // namespace unentropy
