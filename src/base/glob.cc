#include "base/glob.h"

#include <algorithm>

#include "base/glob_program.h"

namespace unentropy {

bool has_glob_characters(std::string_view text) { return text.find_first_of("*?[]{}") != std::string_view::npos; }

struct Glob::Impl {
  std::string pattern;
  GlobProgram program;
};

Glob::Glob(std::string_view pattern)
    : impl_(std::make_unique<Impl>(Impl{std::string(pattern), compile_glob(pattern)})) {}
Glob::~Glob() = default;
Glob::Glob(Glob&&) noexcept = default;
Glob& Glob::operator=(Glob&&) noexcept = default;

bool Glob::matches(std::string_view path) const { return glob_matches(impl_->program, path); }

bool Glob::could_match_below(std::string_view path) const { return glob_below(impl_->program, path).possible; }

std::string Glob::literal_prefix() const { return glob_literal_prefix(impl_->pattern); }

struct PatternList::Impl {
  struct Entry {
    GlobProgram program;
    bool negative = false;
  };
  std::vector<Entry> entries;  // the last pattern first: the first that matches decides
  std::vector<std::string> literal_prefixes;
};

PatternList::PatternList(const std::vector<std::string>& patterns) : impl_(std::make_unique<Impl>()) {
  bool all_negative = true;
  for (std::string_view pattern : patterns) {
    // `!(…)` at the beginning is a group of the dialect, as in shells.
    const bool negative = pattern.starts_with('!') && !pattern.starts_with("!(");
    if (negative) pattern.remove_prefix(1);
    if (!negative) impl_->literal_prefixes.push_back(glob_literal_prefix(pattern));
    all_negative = all_negative && negative;
    impl_->entries.push_back({compile_glob(pattern), negative});
  }
  std::reverse(impl_->entries.begin(), impl_->entries.end());
  // Then everything that is not hidden is in at first.
  if (all_negative) impl_->entries.push_back({compile_glob("**"), false});
}

PatternList::~PatternList() = default;
PatternList::PatternList(PatternList&&) noexcept = default;
PatternList& PatternList::operator=(PatternList&&) noexcept = default;

bool PatternList::accepts(std::string_view path) const {
  const auto decides = std::find_if(impl_->entries.begin(), impl_->entries.end(),
                                    [&](const Impl::Entry& entry) { return glob_matches(entry.program, path); });
  return decides != impl_->entries.end() && !decides->negative;
}

bool PatternList::could_accept_below(std::string_view directory) const {
  bool all_shown_excluded = false;
  for (const Impl::Entry& entry : impl_->entries) {
    const GlobBelow below = glob_below(entry.program, directory);
    if (entry.negative) {
      all_shown_excluded = all_shown_excluded || below.certain;
    } else if (below.possible && (!all_shown_excluded || entry.program.names_hidden)) {
      return true;
    }
  }
  return false;
}

std::vector<std::string> PatternList::literal_prefixes() const { return impl_->literal_prefixes; }

}  // namespace unentropy
