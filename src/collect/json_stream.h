// Streaming JSON: values with the path that leads to them, whatever the size of the file. nlohmann's parser stays
// behind this header.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "collect/input_stream.h"

namespace unentropy {

// The members and elements from the root to the value in hand.
class JsonPath {
 public:
  struct Step {
    std::string key;        // of an object's member
    std::size_t index = 0;  // of an array's element
    bool is_element = false;
  };

  std::size_t size() const { return size_; }
  const Step& operator[](std::size_t at) const { return steps_[at]; }
  const Step& back() const { return steps_[size_ - 1]; }

 private:
  friend class JsonReader;

  std::vector<Step> steps_;  // grows only, so that its texts keep their memory
  std::size_t size_ = 0;
};

using JsonScalar = std::variant<std::monostate, bool, double, std::string_view>;  // monostate: null

enum class JsonKind { object, array };

struct JsonHandlers {
  std::function<void(const JsonPath& path, const JsonScalar& value)> value;
  std::function<void(const JsonPath& path, JsonKind kind)> begin;                     // may be absent
  std::function<void(const JsonPath& path, JsonKind kind, std::size_t members)> end;  // may be absent
};

// Reads the whole document. Throws `Error`: corrupt where it is not JSON or nested deeper than 200 levels, usage if it
// is larger than 512 MB.
void read_json(InputStream& input, const JsonHandlers& handlers);

}  // namespace unentropy
