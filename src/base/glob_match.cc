// Running the automata of patterns over paths.
#include <string>

#include "base/glob_program.h"
#include "base/utf8.h"

namespace unentropy {
namespace {

using Kind = GlobNode::Kind;

// The nodes that are live at one position of the path.
class NodeSet {
 public:
  explicit NodeSet(std::size_t nodes) : stamps_(nodes, 0) {}

  void clear() {
    ++stamp_;
    consuming.clear();
    accepts = false;
    negates = false;
  }

  // False if the node is in the set already.
  bool insert(GlobNodeId node) {
    if (stamps_[node] == stamp_) return false;
    stamps_[node] = stamp_;
    return true;
  }

  std::vector<GlobNodeId> consuming;
  bool accepts = false;
  bool negates = false;  // a negation begins here

 private:
  std::vector<std::uint32_t> stamps_;
  std::uint32_t stamp_ = 1;
};

class Matcher {
 public:
  Matcher(const GlobProgram& program, std::u32string_view path)
      : program_(program), path_(path), negated_ends_(program.negations) {}

  // The nodes that are live after the whole path.
  NodeSet run() {
    return run(program_.start, 0, path_.size(), [](std::size_t) {});
  }

 private:
  bool is_hidden_start(std::size_t position) const {
    return path_[position] == '.' && (position == 0 || path_[position - 1] == '/');
  }

  bool consumes(const GlobNode& node, std::size_t position) const {
    const char32_t c = path_[position];
    if (is_hidden_start(position)) return node.kind == Kind::literal && node.character == '.' && node.leads;
    switch (node.kind) {
      case Kind::literal:
        return node.character == c;
      case Kind::any:
        return c != '/';
      default:
        return c != '/' && contains(program_.sets[node.index], c);
    }
  }

  static bool contains(const GlobCharacterSet& set, char32_t c) {
    for (const auto& [low, high] : set.ranges) {
      if (low <= c && c <= high) return !set.negated;
    }
    return set.negated;
  }

  // Calls `accepted` with each position up to `limit` at which the automaton from `entry` accepts.
  template <typename Accepted>
  NodeSet run(GlobNodeId entry, std::size_t start, std::size_t limit, const Accepted& accepted) {
    NodeSet current(program_.nodes.size());
    NodeSet next(program_.nodes.size());
    // Where negations end, by position; only programs that have some pay for it.
    Pending pending(program_.negations > 0 ? path_.size() + 1 : 0);
    add(current, entry, start, pending);
    for (std::size_t position = start;; ++position) {
      if (!pending.empty()) {
        for (const GlobNodeId node : pending[position]) add(current, node, position, pending);
      }
      if (current.accepts) accepted(position);
      if (position == limit || (current.consuming.empty() && pending.empty())) {
        if (position != limit) current.clear();
        return current;
      }
      next.clear();
      for (const GlobNodeId id : current.consuming) {
        const GlobNode& node = program_.nodes[id];
        if (consumes(node, position)) add(next, node.next, position + 1, pending);
      }
      std::swap(current, next);
    }
  }

  using Pending = std::vector<std::vector<GlobNodeId>>;

  // Adds a node and all that it reaches without consuming anything.
  void add(NodeSet& set, GlobNodeId first, std::size_t position, Pending& pending) {
    // One stack for all calls: a negation on the way calls this again, and leaves what is below alone.
    const std::size_t bottom = todo_.size();
    todo_.push_back(first);
    while (todo_.size() > bottom) {
      const GlobNodeId id = todo_.back();
      todo_.pop_back();
      if (!set.insert(id)) continue;
      const GlobNode& node = program_.nodes[id];
      if (node.kind == Kind::accept) {
        set.accepts = true;
      } else if (node.kind == Kind::split) {
        todo_.push_back(node.other);
        todo_.push_back(node.next);
      } else if (node.kind == Kind::negation) {
        set.negates = true;
        for (const std::size_t end : negated_ends(node, position)) {
          if (end == position) {
            todo_.push_back(node.next);
          } else {
            pending[end].push_back(node.next);
          }
        }
      } else {
        set.consuming.push_back(id);
      }
    }
  }

  // Where the parts that a negation matches from `start` on end, inside one name. Kept, because nested
  // negations ask again and again.
  const std::vector<std::size_t>& negated_ends(const GlobNode& node, std::size_t start) {
    auto& memo = negated_ends_[node.index];
    if (memo.empty()) memo.resize(path_.size() + 1);
    if (!memo[start].known) {
      const std::size_t slash = path_.find(U'/', start);
      std::size_t limit = slash == std::u32string_view::npos ? path_.size() : slash;
      if (start < limit && is_hidden_start(start)) limit = start;
      std::vector<bool> excluded(limit - start + 1, false);
      run(node.other, start, limit, [&](std::size_t end) { excluded[end - start] = true; });
      std::vector<std::size_t> ends;
      for (std::size_t end = start; end <= limit; ++end) {
        if (!excluded[end - start]) ends.push_back(end);
      }
      memo[start] = {true, std::move(ends)};
    }
    return memo[start].ends;
  }

  struct Ends {
    bool known = false;
    std::vector<std::size_t> ends;
  };

  const GlobProgram& program_;
  std::u32string_view path_;
  std::vector<GlobNodeId> todo_;
  std::vector<std::vector<Ends>> negated_ends_;  // by negation and start
};

}  // namespace

bool glob_matches(const GlobProgram& program, std::string_view path) {
  const std::u32string text = decode_lossless(path);
  return Matcher(program, text).run().accepts;
}

GlobBelow glob_below(const GlobProgram& program, std::string_view directory) {
  std::u32string path = decode_lossless(directory);
  if (!path.empty()) path += U'/';
  const NodeSet live = Matcher(program, path).run();
  GlobBelow result;
  result.possible = !live.consuming.empty() || live.negates;
  for (const GlobNodeId id : live.consuming) result.certain = result.certain || program.nodes[id].tail;
  return result;
}

}  // namespace unentropy
