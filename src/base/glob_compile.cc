// Patterns to automata: one recursive reading into items, one backward pass into nodes.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/glob.h"
#include "base/glob_braces.h"
#include "base/glob_program.h"
#include "base/text.h"
#include "base/utf8.h"

namespace unentropy {
namespace {

constexpr std::size_t kMaxPattern = 4096;
constexpr int kMaxNesting = 32;
constexpr std::size_t kMaxNegations = 32;  // of all alternatives of the braces

struct Item {
  enum class Kind { literal, any, star, set, directories, everything, group };
  Kind kind = Kind::literal;
  char32_t character = 0;  // of a literal, or the operator of a group
  bool leads = false;
  GlobCharacterSet set;
  std::vector<std::vector<Item>> alternatives;
  bool operator==(const Item&) const = default;
};
using Sequence = std::vector<Item>;

class Reader {
 public:
  explicit Reader(std::u32string_view pattern) : text_(pattern) {}

  Sequence read() { return sequence(false, true, 0); }

 private:
  char32_t at(std::size_t index) const { return index < text_.size() ? text_[index] : U'\0'; }

  bool opens_group(std::size_t index) const {
    const std::u32string_view operators = U"?*+@!";
    return operators.find(at(index)) != std::u32string_view::npos && index < text_.size() && at(index + 1) == '(' &&
           closes(index + 1);
  }

  // Whether the parenthesis at `index` is closed.
  bool closes(std::size_t index) const {
    int depth = 0;
    for (std::size_t i = index; i < text_.size(); ++i) {
      if (text_[i] == '\\') {
        ++i;
      } else if (text_[i] == '[') {
        i = set_end(i).value_or(i + 1) - 1;
      } else if (text_[i] == '(') {
        ++depth;
      } else if (text_[i] == ')' && --depth == 0) {
        return true;
      }
    }
    return false;
  }

  // The offset after the `]` of the set that begins at `index`; nothing if the `[` is just a `[`. A set does not
  // reach over a `/`.
  std::optional<std::size_t> set_end(std::size_t index) const {
    std::size_t i = index + 1;
    if (at(i) == '!' || at(i) == '^') ++i;
    for (const std::size_t first = i; i < text_.size() && text_[i] != '/'; ++i) {
      if (text_[i] == ']' && i > first) return i + 1;
      if (text_[i] == '\\') ++i;
    }
    return std::nullopt;
  }

  Sequence sequence(bool in_group, bool leads, int depth) {
    if (depth > kMaxNesting) {
      throw Error(ErrorKind::usage, "the groups of the pattern are nested more than 32 deep", "simplify it");
    }
    Sequence items;
    int plain_parentheses = 0;
    while (position_ < text_.size()) {
      const char32_t c = text_[position_];
      if (in_group && plain_parentheses == 0 && (c == '|' || c == ')')) break;
      if (in_group && c == '(') ++plain_parentheses;
      if (in_group && c == ')') --plain_parentheses;
      items.push_back(item(leads, depth));
      const Item& last = items.back();
      leads = last.kind == Item::Kind::directories || (last.kind == Item::Kind::literal && last.character == '/');
    }
    return items;
  }

  Item item(bool leads, int depth) {
    Item result;
    result.leads = leads;
    const char32_t c = text_[position_];
    if (opens_group(position_)) return group(leads, depth);
    if (leads && is_globstar()) {
      const bool inner = at(position_ + 2) == '/';
      result.kind = inner ? Item::Kind::directories : Item::Kind::everything;
      position_ += inner ? 3 : 2;
    } else if (c == '*' || c == '?') {
      result.kind = c == '*' ? Item::Kind::star : Item::Kind::any;
      ++position_;
    } else if (c == '[' && set_end(position_)) {
      result.kind = Item::Kind::set;
      result.set = set(*set_end(position_));
    } else {
      // A backslash at the very end stands for itself.
      if (c == '\\' && position_ + 1 < text_.size()) ++position_;
      result.character = text_[position_++];
    }
    return result;
  }

  // `**` as a whole segment.
  bool is_globstar() const {
    if (at(position_) != '*' || at(position_ + 1) != '*') return false;
    const char32_t after = at(position_ + 2);
    return position_ + 2 == text_.size() || after == '/' || after == '|' || after == ')';
  }

  Item group(bool leads, int depth) {
    Item result;
    result.kind = Item::Kind::group;
    result.character = text_[position_];
    position_ += 2;
    while (true) {
      result.alternatives.push_back(sequence(true, leads, depth + 1));
      if (text_[position_++] == ')') return result;
    }
  }

  GlobCharacterSet set(std::size_t end) {
    GlobCharacterSet result;
    ++position_;
    result.negated = at(position_) == '!' || at(position_) == '^';
    if (result.negated) ++position_;
    const auto character = [&] {
      if (text_[position_] == '\\' && position_ + 2 < end) ++position_;
      return text_[position_++];
    };
    while (position_ + 1 < end) {
      const char32_t low = character();
      char32_t high = low;
      if (at(position_) == '-' && position_ + 2 < end) {
        ++position_;
        high = character();
      }
      result.ranges.emplace_back(low, high);
    }
    ++position_;
    return result;
  }

  std::u32string_view text_;
  std::size_t position_ = 0;
};

class Compiler {
 public:
  Compiler() { program_.nodes.emplace_back(); }

  GlobProgram finish(GlobNodeId start) {
    program_.start = start;
    return std::move(program_);
  }

  // The node at which `sequence`, from item `index` on, begins if `next` is to follow it.
  GlobNodeId compile(const Sequence& sequence, std::size_t index, GlobNodeId next) {
    for (std::size_t i = sequence.size(); i > index; --i) next = compile(sequence[i - 1], next);
    return next;
  }

  // Where any of `sequences`, from item `index` on, begins. What they have in common at the front, as the
  // alternatives of braces mostly do, is compiled once.
  GlobNodeId compile_merged(const std::vector<const Sequence*>& sequences, std::size_t index) {
    if (sequences.size() == 1) return compile(*sequences.front(), index, 0);
    std::optional<GlobNodeId> result;
    const auto also = [&](GlobNodeId entry) { result = result ? split(*result, entry) : entry; };
    std::vector<std::vector<const Sequence*>> groups;
    for (const Sequence* sequence : sequences) {
      if (sequence->size() == index) {
        also(0);
        continue;
      }
      const auto same = std::find_if(groups.begin(), groups.end(),
                                     [&](const auto& group) { return (*group.front())[index] == (*sequence)[index]; });
      if (same == groups.end()) {
        groups.push_back({sequence});
      } else {
        same->push_back(sequence);
      }
    }
    for (const auto& group : groups) {
      also(compile((*group.front())[index], compile_merged(group, index + 1)));
    }
    return *result;
  }

 private:
  GlobNodeId split(GlobNodeId next, GlobNodeId other) {
    return add({.kind = GlobNode::Kind::split, .next = next, .other = other});
  }

  GlobNodeId add(const GlobNode& node) {
    program_.nodes.push_back(node);
    return static_cast<GlobNodeId>(program_.nodes.size() - 1);
  }

  GlobNodeId literal(char32_t character, GlobNodeId next) {
    return add({.kind = GlobNode::Kind::literal, .character = character, .next = next});
  }

  // `body` is told where it goes on: at the loop itself.
  template <typename Body>
  GlobNodeId loop(GlobNodeId next, const Body& body) {
    const GlobNodeId head = split(next, 0);
    const GlobNodeId other = body(head);
    program_.nodes[head].other = other;
    return head;
  }

  GlobNodeId star(GlobNodeId next) {
    return loop(next, [&](GlobNodeId head) { return any(head); });
  }

  GlobNodeId any(GlobNodeId next) { return add({.kind = GlobNode::Kind::any, .next = next}); }

  GlobNodeId compile(const Item& item, GlobNodeId next) {
    switch (item.kind) {
      case Item::Kind::literal:
        if (item.leads && item.character == '.') program_.names_hidden = true;
        return add({.kind = GlobNode::Kind::literal, .leads = item.leads, .character = item.character, .next = next});
      case Item::Kind::any:
        return any(next);
      case Item::Kind::star:
        return star(next);
      case Item::Kind::set:
        program_.sets.push_back(item.set);
        return add(
            {.kind = GlobNode::Kind::set, .next = next, .index = static_cast<std::uint32_t>(program_.sets.size() - 1)});
      case Item::Kind::directories:
        return loop(next, [&](GlobNodeId head) { return any(star(literal('/', head))); });
      case Item::Kind::everything:
        return everything(next);
      case Item::Kind::group:
        return group(item, next);
    }
    return next;
  }

  // One name, then any number of further ones.
  GlobNodeId everything(GlobNodeId next) {
    const GlobNodeId end = split(next, 0);
    const GlobNodeId first = any(star(end));
    program_.nodes[first].tail = next == 0;
    const GlobNodeId slash = literal('/', first);
    program_.nodes[end].other = slash;
    return first;
  }

  GlobNodeId alternatives(const Item& item, GlobNodeId next) {
    GlobNodeId result = compile(item.alternatives.front(), 0, next);
    for (std::size_t i = 1; i < item.alternatives.size(); ++i) {
      result = split(result, compile(item.alternatives[i], 0, next));
    }
    return result;
  }

  GlobNodeId group(const Item& item, GlobNodeId next) {
    switch (item.character) {
      case '?':
        return split(alternatives(item, next), next);
      case '*':
        return loop(next, [&](GlobNodeId head) { return alternatives(item, head); });
      case '+': {
        const GlobNodeId head = loop(next, [&](GlobNodeId again) { return alternatives(item, again); });
        return program_.nodes[head].other;
      }
      case '!':
        return negation(item, next);
      default:
        return alternatives(item, next);
    }
  }

  GlobNodeId negation(const Item& item, GlobNodeId next) {
    if (program_.negations.size() == kMaxNegations) {
      throw Error(ErrorKind::usage, "the pattern has more than 32 groups `!(…)`", "use several simpler patterns");
    }
    const auto index = static_cast<std::uint32_t>(program_.negations.size());
    program_.negations.push_back(0);
    const GlobNodeId node =
        add({.kind = GlobNode::Kind::negation, .next = next, .other = alternatives(item, 0), .index = index});
    program_.negations[index] = node;
    return node;
  }

  GlobProgram program_;
};

}  // namespace

namespace {

// What the pattern ends with, as far as that can mean nothing but itself: `.java` of `src/**/*.java`.
std::string literal_suffix(std::string_view pattern) {
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  std::size_t begin = pattern.size();
  while (begin > 0 && (is_plain(pattern[begin - 1]) || (pattern[begin - 1] == '.' && begin < pattern.size()))) --begin;
  return std::string(pattern.substr(begin));
}

// Nothing if the pattern, without braces, is not that simple.
std::optional<GlobShape> shape_of(std::string_view pattern) {
  const std::size_t star = pattern.find('*');
  if (star == std::string_view::npos || (star > 0 && pattern[star - 1] != '/')) return std::nullopt;
  GlobShape shape;
  shape.prefix = pattern.substr(0, star);
  std::string_view rest = pattern.substr(star);
  if (rest == "**" || rest.starts_with("**/*")) {
    shape.deep = true;
    rest.remove_prefix(rest == "**" ? 1 : 3);
  }
  shape.suffix = rest.substr(1);
  constexpr std::string_view kSpecial = "*?[]()\\";
  const bool is_plain = shape.prefix.find_first_of(kSpecial) == std::string::npos &&
                        shape.suffix.find_first_of(kSpecial) == std::string::npos &&
                        shape.suffix.find('/') == std::string::npos;
  // Else a byte of the pattern might be part of a character of the path.
  if (!is_plain || !is_utf8(pattern)) return std::nullopt;
  return shape;
}

// Empty if any of the alternatives is not that simple.
std::vector<GlobShape> shapes_of(const std::vector<std::string>& alternatives) {
  std::vector<GlobShape> shapes;
  for (const std::string& alternative : alternatives) {
    auto shape = shape_of(alternative);
    if (!shape) return {};
    shapes.push_back(std::move(*shape));
  }
  return shapes;
}

}  // namespace

GlobProgram compile_glob(std::string_view pattern) {
  if (pattern.size() > kMaxPattern) {
    throw Error(ErrorKind::usage, "reading pattern " + in_ticks(pattern, 60) + ": it is longer than 4,096 bytes",
                "use several shorter patterns");
  }
  try {
    Compiler compiler;
    std::vector<Sequence> sequences;
    const std::vector<std::string> alternatives = expand_braces(pattern);
    for (const std::string& alternative : alternatives) {
      const std::u32string text = decode_lossless(alternative);
      sequences.push_back(Reader(text).read());
    }
    std::vector<const Sequence*> all;
    all.reserve(sequences.size());
    for (const Sequence& sequence : sequences) all.push_back(&sequence);
    GlobProgram program = compiler.finish(compiler.compile_merged(all, 0));
    program.suffix = literal_suffix(pattern);
    program.shapes = shapes_of(alternatives);
    return program;
  } catch (const Error& error) {
    throw error.with_context("reading pattern " + in_ticks(pattern, 60));
  }
}

std::string glob_literal_prefix(std::string_view pattern) {
  std::string prefix;
  std::string segment;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    const bool opens_group =
        std::string_view("@+!").find(c) != std::string_view::npos && i + 1 < pattern.size() && pattern[i + 1] == '(';
    if (opens_group || has_glob_characters(std::string_view(&c, 1))) break;
    if (c == '/') {
      if (!prefix.empty()) prefix += '/';
      prefix += segment;
      segment.clear();
    } else {
      segment += c == '\\' && i + 1 < pattern.size() ? pattern[++i] : c;
    }
  }
  return prefix;
}

}  // namespace unentropy
