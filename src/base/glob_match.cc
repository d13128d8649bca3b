// Running the automata of patterns over paths.
#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "base/glob_program.h"
#include "base/utf8.h"

namespace unentropy {
namespace {

using Kind = GlobNode::Kind;

// PATH_MAX and NAME_MAX. No file lies beyond them, but a report may name one.
constexpr std::size_t kMaxPath = 4096;
constexpr std::size_t kMaxName = 255;

bool can_exist(std::string_view path) {
  if (path.size() > kMaxPath) return false;
  for (std::size_t name = 0; path.size() - name > kMaxName;) {
    const std::size_t slash = path.find('/', name);
    if (std::min(slash, path.size()) - name > kMaxName) return false;
    name = slash + 1;
  }
  return true;
}

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
      : program_(program), path_(path), negated_ends_(program.negations.size()) {}

  // The nodes that are live after the whole path.
  const NodeSet& run() {
    return run(program_.start, 0, path_.size(), [](std::size_t) {});
  }

 private:
  // What one run of the automaton needs; a negation on the way takes the next one.
  struct Frame {
    explicit Frame(const GlobProgram& program)
        : current(program.nodes.size()), next(program.nodes.size()), resumes(program.negations.size()) {}
    NodeSet current;
    NodeSet next;
    // By negation: the positions at which it ends. Empty until it is met.
    std::vector<std::vector<bool>> resumes;
  };

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
  const NodeSet& run(GlobNodeId entry, std::size_t start, std::size_t limit, const Accepted& accepted) {
    if (depth_ == frames_.size()) frames_.push_back(std::make_unique<Frame>(program_));
    Frame& frame = *frames_[depth_++];
    frame.current.clear();
    for (std::vector<bool>& positions : frame.resumes) positions.clear();
    add(frame, frame.current, entry, start);
    for (std::size_t position = start;; ++position) {
      resume(frame, position);
      if (frame.current.accepts) accepted(position);
      if (position == limit || (frame.current.consuming.empty() && frame.resumes.empty())) {
        if (position != limit) frame.current.clear();
        --depth_;
        return frame.current;
      }
      frame.next.clear();
      for (const GlobNodeId id : frame.current.consuming) {
        const GlobNode& node = program_.nodes[id];
        if (consumes(node, position)) add(frame, frame.next, node.next, position + 1);
      }
      std::swap(frame.current, frame.next);
    }
  }

  // Goes on behind the negations that end here.
  void resume(Frame& frame, std::size_t position) {
    for (std::size_t i = 0; i < frame.resumes.size(); ++i) {
      if (frame.resumes[i].empty() || !frame.resumes[i][position]) continue;
      add(frame, frame.current, program_.nodes[program_.negations[i]].next, position);
    }
  }

  // Adds a node and all that it reaches without consuming anything.
  void add(Frame& frame, NodeSet& set, GlobNodeId first, std::size_t position) {
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
        const std::vector<bool>& ends = negated_ends(node, position);
        if (ends[0]) todo_.push_back(node.next);
        std::vector<bool>& resumes = frame.resumes[node.index];
        resumes.resize(path_.size() + 1);
        for (std::size_t i = 1; i < ends.size(); ++i) {
          if (ends[i]) resumes[position + i] = true;
        }
      } else {
        set.consuming.push_back(id);
      }
    }
  }

  // How long the parts may be that a negation matches from `start` on, inside one name. Kept, because nested
  // negations ask again and again.
  const std::vector<bool>& negated_ends(const GlobNode& node, std::size_t start) {
    auto& memo = negated_ends_[node.index];
    if (memo.empty()) memo.resize(path_.size() + 1);
    if (memo[start].empty()) {
      const std::size_t slash = path_.find(U'/', start);
      std::size_t limit = slash == std::u32string_view::npos ? path_.size() : slash;
      if (start < limit && is_hidden_start(start)) limit = start;
      std::vector<bool> ends(limit - start + 1, true);
      run(node.other, start, limit, [&](std::size_t end) { ends[end - start] = false; });
      memo[start] = std::move(ends);
    }
    return memo[start];
  }

  const GlobProgram& program_;
  std::u32string_view path_;
  std::vector<GlobNodeId> todo_;
  std::vector<std::unique_ptr<Frame>> frames_;
  std::size_t depth_ = 0;
  std::vector<std::vector<std::vector<bool>>> negated_ends_;  // by negation, start, length
};

bool matches_shape(const GlobShape& shape, std::string_view path) {
  if (!path.starts_with(shape.prefix)) return false;
  path.remove_prefix(shape.prefix.size());
  if (!path.ends_with(shape.suffix)) return false;
  for (;;) {
    if (path.empty() || path.front() == '.' || path.front() == '/') return false;
    const std::size_t slash = path.find('/');
    if (slash == std::string_view::npos) return true;
    if (!shape.deep) return false;
    path.remove_prefix(slash + 1);
  }
}

}  // namespace

bool glob_matches(const GlobProgram& program, std::string_view path) {
  if (!path.ends_with(program.suffix) || !can_exist(path)) return false;
  if (!program.shapes.empty()) {
    return std::any_of(program.shapes.begin(), program.shapes.end(),
                       [&](const GlobShape& shape) { return matches_shape(shape, path); });
  }
  const std::u32string text = decode_lossless(path);
  return Matcher(program, text).run().accepts;
}

GlobBelow glob_below(const GlobProgram& program, std::string_view directory) {
  if (!can_exist(directory)) return {};
  std::u32string path = decode_lossless(directory);
  if (!path.empty()) path += U'/';
  Matcher matcher(program, path);
  const NodeSet& live = matcher.run();
  GlobBelow result;
  result.possible = !live.consuming.empty() || live.negates;
  for (const GlobNodeId id : live.consuming) result.certain = result.certain || program.nodes[id].tail;
  return result;
}

}  // namespace unentropy
