// `Glob` and `PatternList` against a matcher that is as naive as can be: backtracking over the tree from which
// the pattern was printed. Seeds are fixed, so that a failure repeats.
#include <cstddef>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/glob.h"

namespace unentropy {
namespace {

struct Node {
  enum class Kind { literal, any, star, set, directories, everything, group };
  Kind kind = Kind::literal;
  char character = 0;  // of a literal, or the operator of a group
  bool leads = false;  // first in its segment
  bool negated = false;
  std::string members;  // of a set
  std::vector<std::vector<Node>> alternatives;
};
using Nodes = std::vector<Node>;

std::string print(const Nodes& nodes) {
  std::string text;
  for (const Node& node : nodes) {
    switch (node.kind) {
      case Node::Kind::literal:
        text += node.character;
        break;
      case Node::Kind::any:
        text += '?';
        break;
      case Node::Kind::star:
        text += '*';
        break;
      case Node::Kind::set:
        text += std::string("[") + (node.negated ? "!" : "") + node.members + "]";
        break;
      case Node::Kind::directories:
        text += "**/";
        break;
      case Node::Kind::everything:
        text += "**";
        break;
      case Node::Kind::group:
        text += node.character;
        for (std::size_t i = 0; i < node.alternatives.size(); ++i) {
          text += (i == 0 ? "(" : "|") + print(node.alternatives[i]);
        }
        text += ")";
    }
  }
  return text;
}

class Generator {
 public:
  explicit Generator(unsigned seed) : random_(seed) {}

  Nodes pattern() {
    Nodes result;
    const std::size_t segments = 1 + below(3);
    for (std::size_t i = 0; i < segments; ++i) {
      const bool last = i + 1 == segments;
      if (below(4) == 0) {
        Node stars;
        stars.kind = last ? Node::Kind::everything : Node::Kind::directories;
        stars.leads = true;
        result.push_back(stars);
        continue;
      }
      for (const Node& node : sequence(1 + below(3), true, 0)) result.push_back(node);
      if (!last) result.push_back(literal('/', false));
    }
    return result;
  }

  // Folders, then `*SUFFIX`, `**` or `**/*SUFFIX`.
  Nodes simple_pattern() {
    Nodes result;
    for (std::size_t folders = below(3); folders > 0; --folders) {
      for (std::size_t i = 1 + below(2); i > 0; --i) {
        result.push_back(literal(pick("aab."), result.empty() || result.back().character == '/'));
      }
      result.push_back(literal('/', false));
    }
    const std::size_t kind = below(3);
    if (kind > 0) {
      result.emplace_back().kind = kind == 1 ? Node::Kind::everything : Node::Kind::directories;
      result.back().leads = true;
    }
    if (kind == 1) return result;
    result.emplace_back().kind = Node::Kind::star;
    for (std::size_t i = below(3); i > 0; --i) result.push_back(literal(pick("ab."), false));
    return result;
  }

  std::string path() {
    std::string result;
    const std::size_t segments = 1 + below(3);
    for (std::size_t i = 0; i < segments; ++i) {
      if (i > 0) result += '/';
      if (below(6) == 0) result += '.';
      const std::size_t length = 1 + below(3);
      for (std::size_t j = 0; j < length; ++j) result += pick("aab.");
      // No path holds these names.
      if (result.ends_with("/..") || result == "..") result += 'a';
    }
    return result;
  }

  std::size_t below(std::size_t limit) { return random_() % limit; }

 private:
  char pick(std::string_view letters) { return letters[below(letters.size())]; }

  static Node literal(char character, bool leads) {
    Node node;
    node.character = character;
    node.leads = leads;
    return node;
  }

  Nodes sequence(std::size_t length, bool leads, int depth) {
    Nodes nodes;
    for (std::size_t i = 0; i < length; ++i) {
      // Two stars in a row would print as something else, and so would a star before a parenthesis.
      const bool after_star = !nodes.empty() && nodes.back().kind == Node::Kind::star;
      nodes.push_back(node(leads && i == 0, after_star, depth));
    }
    return nodes;
  }

  Node node(bool leads, bool after_star, int depth) {
    Node result = literal(pick("aaabb."), leads);
    const std::size_t choice = below(10);
    if (choice < 5 || (after_star && choice == 5)) return result;
    if (choice == 5) {
      result.kind = Node::Kind::star;
    } else if (choice == 6) {
      result.kind = Node::Kind::any;
    } else if (choice == 7) {
      result.kind = Node::Kind::set;
      result.negated = below(2) == 0;
      result.members = std::vector<std::string>{"a", "b", "ab", ".", "a.", "a-b"}[below(6)];
    } else if (depth < 2) {
      result.kind = Node::Kind::group;
      result.character = after_star ? '@' : pick("?*+@!");
      const std::size_t alternatives = 1 + below(2);
      for (std::size_t i = 0; i < alternatives; ++i)
        result.alternatives.push_back(sequence(below(3), leads, depth + 1));
    }
    return result;
  }

  std::mt19937 random_;
};

class NaiveMatcher {
 public:
  explicit NaiveMatcher(std::string_view path) : path_(path) {}

  bool matches(const Nodes& pattern) {
    return match(pattern, 0, 0, [&](std::size_t end) { return end == path_.size(); });
  }

 private:
  using Then = std::function<bool(std::size_t)>;

  bool hidden(std::size_t position) const {
    return path_[position] == '.' && (position == 0 || path_[position - 1] == '/');
  }
  bool visible(std::size_t position) const {
    return position < path_.size() && path_[position] != '/' && !hidden(position);
  }

  bool match(const Nodes& nodes, std::size_t index, std::size_t position, const Then& then) {
    if (index == nodes.size()) return then(position);
    const Then rest = [&](std::size_t end) { return match(nodes, index + 1, end, then); };
    const Node& node = nodes[index];
    switch (node.kind) {
      case Node::Kind::literal:
        if (position >= path_.size() || path_[position] != node.character) return false;
        return (!hidden(position) || node.leads) && rest(position + 1);
      case Node::Kind::any:
        return visible(position) && rest(position + 1);
      case Node::Kind::set:
        return visible(position) && holds(node, path_[position]) && rest(position + 1);
      case Node::Kind::star:
        for (std::size_t end = position;; ++end) {
          if (rest(end)) return true;
          if (!visible(end)) return false;
        }
      case Node::Kind::directories:
      case Node::Kind::everything:
        return names(node, position, rest);
      case Node::Kind::group:
        return group(node, position, rest);
    }
    return false;
  }

  static bool holds(const Node& node, char c) {
    const bool in = node.members == "a-b" ? c == 'a' || c == 'b' : node.members.find(c) != std::string::npos;
    return in != node.negated;
  }

  // Whole names: any number with a slash after each, or at least one with slashes between.
  bool names(const Node& node, std::size_t position, const Then& rest) {
    if (node.kind == Node::Kind::directories && rest(position)) return true;
    std::size_t end = position;
    while (visible(end)) ++end;
    if (end == position) return false;
    if (node.kind == Node::Kind::everything && rest(end)) return true;
    return end < path_.size() && path_[end] == '/' && names(node, end + 1, rest);
  }

  bool any_alternative(const Node& node, std::size_t position, const Then& then) {
    for (const Nodes& alternative : node.alternatives) {
      if (match(alternative, 0, position, then)) return true;
    }
    return false;
  }

  bool group(const Node& node, std::size_t position, const Then& rest) {
    const Then again = [&](std::size_t end) {
      return rest(end) ||
             (end > position && (node.character == '*' || node.character == '+') && repeat(node, end, rest));
    };
    switch (node.character) {
      case '?':
        return rest(position) || any_alternative(node, position, rest);
      case '*':
        return rest(position) || any_alternative(node, position, again);
      case '+':
        return any_alternative(node, position, again);
      case '!':
        for (std::size_t end = position;; ++end) {
          const bool same = any_alternative(node, position, [&](std::size_t stop) { return stop == end; });
          if (!same && rest(end)) return true;
          if (!visible(end)) return false;
        }
      default:
        return any_alternative(node, position, rest);
    }
  }

  bool repeat(const Node& node, std::size_t position, const Then& rest) {
    return any_alternative(node, position,
                           [&](std::size_t end) { return end > position && (rest(end) || repeat(node, end, rest)); });
  }

  std::string_view path_;
};

TEST(GlobProperty, AgreesWithTheNaiveMatcher) {
  Generator generator(20250203);
  int matched = 0;
  for (int i = 0; i < 4'000; ++i) {
    const Nodes nodes = generator.pattern();
    const std::string pattern = print(nodes);
    const Glob glob(pattern);
    for (int j = 0; j < 25; ++j) {
      const std::string path = generator.path();
      const bool expected = NaiveMatcher(path).matches(nodes);
      matched += expected ? 1 : 0;
      ASSERT_EQ(glob.matches(path), expected) << pattern << "  " << path;
    }
  }
  EXPECT_GT(matched, 3'000);
}

// These are not run as automata.
TEST(GlobProperty, SimplePatternsAgreeWithTheNaiveMatcher) {
  Generator generator(20261126);
  int matched = 0;
  int refused = 0;
  for (int i = 0; i < 4'000; ++i) {
    const Nodes first = generator.simple_pattern();
    const Nodes second = generator.simple_pattern();
    const Glob one(print(first));
    const Glob either("{" + print(first) + "," + print(second) + "}");
    for (int j = 0; j < 50; ++j) {
      const std::string path = generator.path();
      const bool expected = NaiveMatcher(path).matches(first);
      (expected ? matched : refused) += 1;
      ASSERT_EQ(one.matches(path), expected) << print(first) << "  " << path;
      ASSERT_EQ(either.matches(path), expected || NaiveMatcher(path).matches(second))
          << print(first) << "  " << print(second) << "  " << path;
    }
  }
  EXPECT_GT(matched, 3'000);
  EXPECT_GT(refused, 3'000);
}

std::vector<std::string> directories_of(const std::string& path) {
  std::vector<std::string> result{""};
  for (std::size_t slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1)) {
    result.push_back(path.substr(0, slash));
  }
  return result;
}

TEST(GlobProperty, PruningNeverHidesAMatch) {
  Generator generator(7);
  for (int i = 0; i < 3'000; ++i) {
    const std::string pattern = print(generator.pattern());
    const Glob glob(pattern);
    for (int j = 0; j < 20; ++j) {
      const std::string path = generator.path();
      if (!glob.matches(path)) continue;
      for (const std::string& directory : directories_of(path)) {
        ASSERT_TRUE(glob.could_match_below(directory)) << pattern << "  " << path << "  " << directory;
      }
    }
  }
}

TEST(GlobProperty, ListsPruneNothingTheyAccept) {
  Generator generator(11);
  int accepted = 0;
  int pruned = 0;
  for (int i = 0; i < 3'000; ++i) {
    std::vector<std::string> patterns;
    for (std::size_t left = 1 + generator.below(3); left > 0; --left) {
      patterns.push_back((generator.below(2) == 0 ? "!" : "") + print(generator.pattern()));
    }
    const PatternList list(patterns);
    for (int j = 0; j < 20; ++j) {
      const std::string path = generator.path();
      const bool accepts = list.accepts(path);
      accepted += accepts ? 1 : 0;
      for (const std::string& directory : directories_of(path)) {
        const bool possible = list.could_accept_below(directory);
        pruned += possible ? 0 : 1;
        ASSERT_TRUE(possible || !accepts) << testing::PrintToString(patterns) << "  " << path << "  " << directory;
      }
    }
  }
  EXPECT_GT(accepted, 3'000);
  EXPECT_GT(pruned, 3'000);
}

// Bytes of every kind: nothing crashes, hangs or throws anything but the documented error.
TEST(GlobProperty, AnythingIsAPattern) {
  std::mt19937 random(13);
  constexpr std::string_view kBytes = "ab/.*?[]{}()!@+|\\,-^1\xC3\xA9\xFF";
  for (int i = 0; i < 30'000; ++i) {
    std::string pattern(random() % 16, '\0');
    for (char& c : pattern) c = kBytes[random() % kBytes.size()];
    std::string path(random() % 10, '\0');
    for (char& c : path) c = kBytes[random() % kBytes.size()];
    const Glob glob(pattern);
    if (glob.matches(path) && !path.empty()) {
      EXPECT_TRUE(glob.could_match_below(""));
    }
    static_cast<void>(glob.literal_prefix());
    static_cast<void>(PatternList({pattern}).accepts(path));
  }
}

}  // namespace
}  // namespace unentropy
