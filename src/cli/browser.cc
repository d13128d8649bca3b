#include "cli/browser.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <spawn.h>
#include <unistd.h>

#include "base/text.h"

namespace unentropy {
namespace {

constexpr std::array kOpeners = {"xdg-open", "wslview", "open"};
// One of them is set where there is a screen. Without one `xdg-open` would start a browser for terminals.
constexpr std::array kScreens = {"DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME", "BROWSER"};

bool has_screen([[maybe_unused]] const Environment& environment) {
#ifdef __APPLE__
  return true;
#else
  return std::any_of(kScreens.begin(), kScreens.end(),
                     [&](const char* name) { return environment.get_nonempty(name).has_value(); });
#endif
}

std::optional<std::string> find_opener(const Environment& environment) {
  const std::string path = environment.get_nonempty("PATH").value_or("");
  for (const std::string_view opener : kOpeners) {
    for (const std::string_view directory : split(path, ':')) {
      if (!directory.starts_with('/')) continue;  // never a program of the checkout
      std::string program = std::string(directory) + "/" + std::string(opener);
      if (::access(program.c_str(), X_OK) == 0) return program;
    }
  }
  return std::nullopt;
}

}  // namespace

BrowserStart open_in_browser(const std::filesystem::path& file, const Environment& environment) {
  if (!has_screen(environment)) return BrowserStart::none;
  std::optional<std::string> opener = find_opener(environment);
  if (!opener) return BrowserStart::none;

  std::vector<std::string> variables;
  variables.reserve(environment.variables().size());
  for (const auto& [name, value] : environment.variables()) variables.push_back(name + "=" + value);
  std::vector<char*> environment_pointers;
  environment_pointers.reserve(variables.size() + 1);
  for (std::string& variable : variables) environment_pointers.push_back(variable.data());
  environment_pointers.push_back(nullptr);
  std::string argument = file.string();
  const std::array<char*, 3> arguments = {opener->data(), argument.data(), nullptr};

  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawnattr_init(&attributes);
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    ::posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", O_RDWR, 0);
  }
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
  pid_t pid = 0;
  const int failed =
      ::posix_spawn(&pid, opener->c_str(), &actions, &attributes, arguments.data(), environment_pointers.data());
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&actions);
  return failed == 0 ? BrowserStart::started : BrowserStart::none;
}

}  // namespace unentropy
