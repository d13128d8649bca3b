// A snapshot of the process environment. Only `main` takes it; everything else is given values.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace unentropy {

class Environment {
 public:
  Environment() = default;
  explicit Environment(std::map<std::string, std::string, std::less<>> variables) : variables_(std::move(variables)) {}
  // Copies the environment of this process.
  static Environment of_process();

  // The value, or nothing if the variable is unset. An empty value is a value here.
  std::optional<std::string> get(std::string_view name) const;
  // The value if it is set and not empty after trimming.
  std::optional<std::string> get_nonempty(std::string_view name) const;

  const std::map<std::string, std::string, std::less<>>& variables() const { return variables_; }
  void set(std::string name, std::string value) { variables_[std::move(name)] = std::move(value); }
  void erase(std::string_view name);

 private:
  std::map<std::string, std::string, std::less<>> variables_;
};

}  // namespace unentropy
