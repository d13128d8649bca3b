// A value that cannot be printed by accident.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace unentropy {

// Holds a credential. There is no stream operator, no fmt formatter, no comparison and no implicit
// conversion; the single way out is `reveal()`, which only signing code and header assembly call. The
// memory is wiped on destruction and on being moved from.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}
  Secret(const Secret& other) = default;
  Secret(Secret&& other) noexcept;
  Secret& operator=(const Secret& other);
  Secret& operator=(Secret&& other) noexcept;
  ~Secret();

  bool empty() const { return value_.empty(); }
  std::string_view reveal() const { return value_; }

 private:
  std::string value_;
};

// Overwrites the bytes in a way the compiler may not remove, then clears the string.
void wipe(std::string& text);

}  // namespace unentropy
