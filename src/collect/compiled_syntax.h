// A syntax prepared for the lexer: at which characters it must look, and what may begin there.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "collect/syntax.h"

namespace unentropy {

class CompiledSyntax {
 public:
  using Table = std::array<std::uint8_t, 256>;  // 1: the lexer must look

  enum class Kind : std::uint8_t { line_comment, block_comment, string, feature };
  struct Opener {
    std::string_view text;
    Kind kind = Kind::feature;
    std::size_t index = 0;  // of the rule
  };

  // `syntax` must outlive it.
  explicit CompiledSyntax(const Syntax& syntax);

  const Syntax& syntax() const { return *syntax_; }
  const Table& code() const { return code_; }
  // In code inside a string, where brackets count.
  const Table& code_in_string() const { return code_in_string_; }
  const Table& comment(std::size_t rule) const { return comments_[rule]; }
  const Table& string(std::size_t rule) const { return strings_[rule]; }
  // What may begin with a character: features first, then the longest.
  const std::vector<Opener>& openers(unsigned char first) const { return openers_[slots_[first]]; }

 private:
  void add(std::string_view text, Kind kind, std::size_t index);

  const Syntax* syntax_;
  Table code_{};
  Table code_in_string_{};
  std::vector<Table> comments_;
  std::vector<Table> strings_;
  Table slots_{};
  std::vector<std::vector<Opener>> openers_{1};  // 0: none
};

// The text that begins code in a string; empty for none. The bracket that is counted in it is its last character.
std::string_view interpolation_opener(Interpolation interpolation);

}  // namespace unentropy
