// The names of an enumeration, in the order of the documentation: one table from which printing, parsing and
// the lists in messages are drawn.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace unentropy {

template <typename Enum>
struct NameEntry {
  Enum value;
  std::string_view name;
};

template <typename Enum, std::size_t N>
struct NameTable {
  NameEntry<Enum> entries[N];  // not std::array, which would take another pair of braces

  // Empty for a value that is not in the table.
  constexpr std::string_view name(Enum value) const {
    for (const NameEntry<Enum>& entry : entries) {
      if (entry.value == value) return entry.name;
    }
    return {};
  }

  // Compared exactly, case included.
  constexpr std::optional<Enum> parse(std::string_view text) const {
    for (const NameEntry<Enum>& entry : entries) {
      if (entry.name == text) return entry.value;
    }
    return std::nullopt;
  }

  std::vector<std::string> names() const {
    std::vector<std::string> result;
    for (const NameEntry<Enum>& entry : entries) result.emplace_back(entry.name);
    return result;
  }
};

}  // namespace unentropy
