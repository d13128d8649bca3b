// Streaming XML, safe with files of strangers: no entity is declared, no external one loaded, tokens and depth are
// bounded. Expat stays behind this header.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string_view>

#include "collect/input_stream.h"

namespace unentropy {

// The attributes of the element in hand.
class XmlAttributes {
 public:
  explicit XmlAttributes(const char* const* pairs) : pairs_(pairs) {}

  // Nothing if the element has none of this name.
  std::optional<std::string_view> find(std::string_view name) const {
    for (const char* const* pair = pairs_; *pair != nullptr; pair += 2) {
      if (name == *pair) return std::string_view(pair[1]);
    }
    return std::nullopt;
  }
  std::string_view get(std::string_view name) const { return find(name).value_or(std::string_view()); }

  // Calls `visit` with name and value of each, in order: for elements of which a file has millions.
  template <typename Visit>
  void for_each(const Visit& visit) const {
    for (const char* const* pair = pairs_; *pair != nullptr; pair += 2) visit(pair[0], pair[1]);
  }

 private:
  const char* const* pairs_;  // name, value, …, null
};

// Names come without their namespace's prefix. What a handler throws ends the reading and is thrown on.
struct XmlHandlers {
  std::function<void(std::string_view name, const XmlAttributes& attributes)> start;
  std::function<void(std::string_view name)> end;
  std::function<void(std::string_view text)> text;  // in pieces; may be absent
};

// Reads the whole document. Throws `Error` (corrupt) with line and column where it is not well formed, declares an
// entity, or is nested deeper than 200 elements.
void read_xml(InputStream& input, const XmlHandlers& handlers);

}  // namespace unentropy
